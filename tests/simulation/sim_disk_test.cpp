// The simulated disk must be as bad as real ones: these tests hold it to that.
#include "simulation/sim_disk.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <set>

#include "simulation/sim_file_system.hpp"

namespace sluice::testing {
namespace {

// What a file holds after each possible power cut.
std::set<std::string> contents_after_crash(const SimDisk& disk, const std::string& name) {
    std::set<std::string> contents;
    ExhaustiveChooser chooser;
    do {
        SimDisk copy = disk;
        copy.crash(chooser);
        const auto names = copy.names_at_rest();
        const bool is_there = std::ranges::find(names, name) != names.end();
        contents.insert(is_there ? copy.bytes_at_rest(name) : "<gone>");
    } while (chooser.advance());
    return contents;
}

class SimDiskTest : public ::testing::Test {
  protected:
    // A file whose name is durable.
    std::unique_ptr<File> settled_file(std::string_view name) {
        auto file = *files_.create(name);
        EXPECT_TRUE(files_.sync_directory().has_value());
        return file;
    }
    alignas(File::block_size) static constexpr char block_of_b[File::block_size] = {'b'};
    static constexpr std::string_view block{block_of_b, File::block_size};

    SimDisk disk_{7};
    SimFileSystem files_{disk_};
};

TEST_F(SimDiskTest, a_power_cut_keeps_or_drops_what_was_not_synced) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->write_at(0, "x").has_value());
    // Nothing; the byte; only the size, before the data.
    EXPECT_EQ(contents_after_crash(disk_, "a"),
              (std::set<std::string>{"", "x", std::string(1, '\0')}));
    ASSERT_TRUE(file->sync().has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), std::set<std::string>{"x"});
}

TEST_F(SimDiskTest, a_power_cut_tears_a_write_at_512_bytes) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->truncate(1024).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->write_at(0, std::string(1024, 'x')).has_value());
    const std::string zeroes(512, '\0');
    const std::string written(512, 'x');
    EXPECT_EQ(contents_after_crash(disk_, "a"),
              (std::set{zeroes + zeroes, written + zeroes, zeroes + written, written + written}));
}

TEST_F(SimDiskTest, a_new_name_is_not_durable_before_the_folder_is_synced) {
    auto file = files_.create("a");
    ASSERT_TRUE((*file)->write_at(0, "x").has_value());
    ASSERT_TRUE((*file)->sync().has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), (std::set<std::string>{"x", "<gone>"}));
    ASSERT_TRUE(files_.sync_directory().has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), std::set<std::string>{"x"});
}

TEST_F(SimDiskTest, an_unsynced_rename_leaves_the_old_or_the_new_name) {
    auto file = settled_file("a.tmp");
    ASSERT_TRUE(file->write_at(0, "x").has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(files_.rename("a.tmp", "a").has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), (std::set<std::string>{"<gone>", "x"}));
    EXPECT_EQ(contents_after_crash(disk_, "a.tmp"), (std::set<std::string>{"<gone>", "x"}));
}

TEST_F(SimDiskTest, a_durable_write_needs_no_sync_and_syncs_nothing_else) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->truncate(3 * File::block_size).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->write_at(0, "x").has_value());
    ASSERT_TRUE(file->write_durable_at(File::block_size, block).has_value());
    for (const auto& content : contents_after_crash(disk_, "a")) {
        EXPECT_EQ(content.substr(File::block_size, File::block_size), block);
    }
    EXPECT_EQ(contents_after_crash(disk_, "a").size(), 2U);
}

TEST_F(SimDiskTest, a_write_past_the_cache_is_not_durable_before_a_sync) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->truncate(File::block_size).has_value());
    ASSERT_TRUE(file->sync().has_value());
    ASSERT_TRUE(file->write_uncached_at(0, block).has_value());
    const std::string zeroes(File::block_size, '\0');
    // Torn as any other write; only the block's first byte is not zero.
    EXPECT_EQ(contents_after_crash(disk_, "a"),
              (std::set<std::string>{zeroes, std::string(block)}));
    ASSERT_TRUE(file->sync().has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), std::set<std::string>{std::string(block)});
}

TEST_F(SimDiskTest, a_write_past_the_cache_outlives_a_failed_sync_in_the_device) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->write_uncached_at(0, block).has_value());
    disk_.plan({.operation = DiskOperation::sync});
    EXPECT_FALSE(file->sync().has_value());
    EXPECT_GT(contents_after_crash(disk_, "a").size(), 1U) << "nothing is promised yet";
    ASSERT_TRUE(file->sync().has_value());
    EXPECT_EQ(contents_after_crash(disk_, "a"), std::set<std::string>{std::string(block)});
}

TEST_F(SimDiskTest, a_fault_of_one_kind_of_write_spares_the_others) {
    const auto file = settled_file("a");
    disk_.plan({.operation = DiskOperation::write_uncached});
    EXPECT_TRUE(file->write_at(0, "x").has_value());
    EXPECT_TRUE(file->write_durable_at(0, block).has_value());
    EXPECT_EQ(file->write_uncached_at(0, block).error().code, Errc::io);
    EXPECT_TRUE(file->write_uncached_at(0, block).has_value());
}

TEST_F(SimDiskTest, a_sync_after_a_failed_one_does_not_write_what_that_one_lost) {
    const auto file = settled_file("a");
    disk_.plan({.operation = DiskOperation::sync});
    bool lost = false;
    for (int i = 0; i < 20; ++i) {
        const auto offset = static_cast<std::uint64_t>(i);
        ASSERT_TRUE(file->write_at(offset, "x").has_value());
        disk_.plan({.operation = DiskOperation::sync});
        EXPECT_EQ(file->sync().error().code, Errc::io);
        disk_.clear_faults();
        ASSERT_TRUE(file->sync().has_value());
        lost = lost || !contents_after_crash(disk_, "a").contains(std::string(offset + 1, 'x'));
    }
    EXPECT_TRUE(lost);
    // The kernel shows it all the same, until its cache is dropped.
    std::string shown(20, '?');
    EXPECT_EQ(file->read_at(0, shown), 20U);
    EXPECT_EQ(shown, std::string(20, 'x'));
    file->drop_cache();
    EXPECT_TRUE(file->read_at(0, shown).has_value());
    EXPECT_NE(shown, std::string(20, 'x'));
}

TEST_F(SimDiskTest, a_planned_fault_passes_over_as_many_operations_as_it_says) {
    const auto file = settled_file("a");
    disk_.plan({.operation = DiskOperation::write, .pass = 1, .is_sticky = true});
    EXPECT_TRUE(file->write_at(0, "x").has_value());
    EXPECT_TRUE(file->sync().has_value());
    EXPECT_EQ(file->write_at(0, "x").error().code, Errc::io);
    EXPECT_EQ(file->write_at(0, "x").error().code, Errc::io);
    EXPECT_EQ(disk_.faults_hit(), 2U);
}

TEST_F(SimDiskTest, a_quota_stops_growth_and_nothing_else) {
    const auto file = settled_file("a");
    disk_.set_quota(1000);
    ASSERT_TRUE(file->write_at(0, std::string(1000, 'x')).has_value());
    EXPECT_EQ(file->write_at(1000, "y").error().code, Errc::limit);
    EXPECT_TRUE(file->write_at(0, "y").has_value());
    EXPECT_EQ(files_.space()->free_bytes, 0U);
    disk_.set_quota(2000);
    EXPECT_TRUE(file->write_at(1000, "y").has_value());
}

TEST_F(SimDiskTest, nothing_works_without_power_and_a_dead_process_loses_nothing_in_the_kernel) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->write_at(0, "x").has_value());
    disk_.cut_power();
    EXPECT_EQ(file->write_at(1, "y").error().code, Errc::closed);
    EXPECT_EQ(files_.list().error().code, Errc::closed);
    disk_.restart_process();
    EXPECT_EQ(disk_.bytes_at_rest("a"), "x");
}

TEST_F(SimDiskTest, the_power_can_go_in_the_middle_of_a_durable_write) {
    const auto file = settled_file("a");
    ASSERT_TRUE(file->truncate(File::block_size).has_value());
    ASSERT_TRUE(file->sync().has_value());
    disk_.crash_after(0);
    EXPECT_FALSE(file->write_durable_at(0, block).has_value());
    EXPECT_FALSE(disk_.has_power());
    const auto contents = contents_after_crash(disk_, "a");
    EXPECT_TRUE(contents.contains(std::string(block)));
    EXPECT_TRUE(contents.contains(std::string(File::block_size, '\0')));
}

}  // namespace
}  // namespace sluice::testing
