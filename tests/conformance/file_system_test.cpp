// One suite for every FileSystem: what src/io/file_system.hpp promises, the real one keeps and the
// simulated one without faults keeps too. Otherwise the simulation would prove things about a disk
// that does not exist.
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "io/posix_file_system.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice {
namespace {

using testing::SimDisk;
using testing::SimFileSystem;

// A file system and what it stands on.
class Place {
  public:
    virtual ~Place() = default;
    virtual FileSystem& files() = 0;
};

class SimPlace final : public Place {
  public:
    FileSystem& files() override { return files_; }

  private:
    SimDisk disk_{1};
    SimFileSystem files_{disk_};
};

// A new folder below `parent` that goes with this object.
class PosixPlace final : public Place {
  public:
    explicit PosixPlace(const std::string& parent) {
        path_ = parent + "/sluice-conformance-XXXXXX";
        EXPECT_NE(mkdtemp(path_.data()), nullptr);
        auto opened = PosixFileSystem::open(path_);
        EXPECT_TRUE(opened.has_value());
        files_ = std::move(*opened);
    }
    ~PosixPlace() override { std::filesystem::remove_all(path_); }
    FileSystem& files() override { return *files_; }

  private:
    std::string path_;
    std::unique_ptr<PosixFileSystem> files_;
};

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Place>()> make;
};

class FileSystemTest : public ::testing::TestWithParam<Kind> {
  protected:
    void SetUp() override { place_ = GetParam().make(); }

    FileSystem& files() { return place_->files(); }
    std::unique_ptr<File> create(std::string_view name) {
        auto file = files().create(name);
        EXPECT_TRUE(file.has_value()) << (file.has_value() ? "" : file.error().message);
        return std::move(*file);
    }
    std::unique_ptr<File> open(std::string_view name) {
        auto file = files().open(name, FileSystem::Access::write);
        EXPECT_TRUE(file.has_value()) << (file.has_value() ? "" : file.error().message);
        return std::move(*file);
    }
    static std::string read(File& file, std::uint64_t offset, std::size_t size) {
        std::string bytes(size, '?');
        const auto got = file.read_at(offset, bytes);
        EXPECT_TRUE(got.has_value());
        bytes.resize(got.value_or(0));
        return bytes;
    }
    std::string content(std::string_view name) { return read(*open(name), 0, 1 << 20); }

  private:
    std::unique_ptr<Place> place_;
};

// Whole blocks at an aligned address, as write_durable_at wants them.
class Blocks {
  public:
    explicit Blocks(std::size_t count, char fill)
        : size_(count * File::block_size),
          bytes_(static_cast<char*>(std::aligned_alloc(File::block_size, size_)), &std::free) {
        std::fill_n(bytes_.get(), size_, fill);
    }
    std::string_view view() const { return {bytes_.get(), size_}; }

  private:
    std::size_t size_;
    std::unique_ptr<char, void (*)(void*)> bytes_;
};

TEST_P(FileSystemTest, a_new_folder_is_empty) {
    const auto names = files().list();
    ASSERT_TRUE(names.has_value());
    EXPECT_TRUE(names->empty());
}

TEST_P(FileSystemTest, written_bytes_are_read_back_by_every_file_of_that_name) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, "hello").has_value());
    EXPECT_EQ(read(*file, 0, 5), "hello");
    EXPECT_EQ(read(*open("a"), 1, 3), "ell");
}

TEST_P(FileSystemTest, a_read_stops_at_the_end_of_the_file) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, "hello").has_value());
    EXPECT_EQ(read(*file, 3, 100), "lo");
    EXPECT_EQ(read(*file, 5, 100), "");
    EXPECT_EQ(read(*file, 5000, 100), "");
}

TEST_P(FileSystemTest, a_gap_before_a_write_reads_as_zeroes) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(3, "x").has_value());
    EXPECT_EQ(read(*file, 0, 10), std::string("\0\0\0x", 4));
    EXPECT_EQ(file->size(), 4U);
}

TEST_P(FileSystemTest, a_write_replaces_only_its_own_bytes) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, "abcdef").has_value());
    ASSERT_TRUE(file->write_at(2, "XY").has_value());
    EXPECT_EQ(content("a"), "abXYef");
}

TEST_P(FileSystemTest, truncate_cuts_and_grows_with_zeroes) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, "abcdef").has_value());
    ASSERT_TRUE(file->truncate(2).has_value());
    ASSERT_TRUE(file->truncate(4).has_value());
    EXPECT_EQ(content("a"), std::string("ab\0\0", 4));
    EXPECT_EQ(file->size(), 4U);
}

TEST_P(FileSystemTest, durable_writes_are_whole_blocks_and_seen_at_once) {
    const auto file = create("a");
    const Blocks two(2, 'x');
    ASSERT_TRUE(file->write_durable_at(0, two.view()).has_value());
    EXPECT_EQ(content("a"), std::string(8192, 'x'));
    EXPECT_EQ(read(*file, 8190, 10), "xx");
}

TEST_P(FileSystemTest, durable_writes_and_plain_writes_of_one_file_take_turns) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, std::string(12288, 'a')).has_value());
    const Blocks block(1, 'b');
    ASSERT_TRUE(file->write_durable_at(4096, block.view()).has_value());
    ASSERT_TRUE(file->write_at(5000, "c").has_value());
    ASSERT_TRUE(file->write_durable_at(8192, block.view()).has_value());
    ASSERT_TRUE(file->sync().has_value());
    std::string expected = std::string(4096, 'a') + std::string(8192, 'b');
    expected[5000] = 'c';
    EXPECT_EQ(content("a"), expected);
    file->drop_cache();
    EXPECT_EQ(content("a"), expected);
}

TEST_P(FileSystemTest, a_durable_write_goes_to_the_file_also_after_it_was_renamed) {
    const auto file = create("a.tmp");
    ASSERT_TRUE(files().rename("a.tmp", "a").has_value());
    create("a.tmp");
    const Blocks block(1, 'b');
    ASSERT_TRUE(file->write_durable_at(0, block.view()).has_value());
    EXPECT_EQ(content("a").size(), 4096U);
    EXPECT_EQ(content("a.tmp"), "");
}

TEST_P(FileSystemTest, writes_past_the_cache_are_whole_blocks_and_seen_at_once) {
    const auto file = create("a");
    const Blocks two(2, 'x');
    ASSERT_TRUE(file->write_uncached_at(4096, two.view()).has_value());
    EXPECT_EQ(content("a"), std::string(4096, '\0') + std::string(8192, 'x'));
    EXPECT_EQ(file->size(), 12288U);
}

// Pages of older plain writes and of reads may not hide the bytes that went past them.
TEST_P(FileSystemTest, writes_past_the_cache_and_all_others_take_turns) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, std::string(16384, 'a')).has_value());
    EXPECT_EQ(content("a"), std::string(16384, 'a'));
    const Blocks two(2, 'b');
    ASSERT_TRUE(file->write_uncached_at(4096, two.view()).has_value());
    ASSERT_TRUE(file->write_at(5000, "c").has_value());
    const Blocks one(1, 'd');
    ASSERT_TRUE(file->write_durable_at(8192, one.view()).has_value());
    ASSERT_TRUE(file->write_uncached_at(12288, one.view()).has_value());
    std::string expected = std::string(4096, 'a') + std::string(4096, 'b') + std::string(8192, 'd');
    expected[5000] = 'c';
    EXPECT_EQ(content("a"), expected);
    ASSERT_TRUE(file->sync().has_value());
    file->drop_cache();
    EXPECT_EQ(content("a"), expected);
}

TEST_P(FileSystemTest, a_write_past_the_cache_goes_to_the_file_also_after_it_was_renamed) {
    const auto file = create("a.tmp");
    ASSERT_TRUE(files().rename("a.tmp", "a").has_value());
    create("a.tmp");
    const Blocks block(1, 'b');
    ASSERT_TRUE(file->write_uncached_at(0, block.view()).has_value());
    EXPECT_EQ(content("a").size(), 4096U);
    EXPECT_EQ(content("a.tmp"), "");
}

TEST_P(FileSystemTest, a_file_opened_for_reading_refuses_writes_past_the_cache) {
    create("a");
    auto file = files().open("a", FileSystem::Access::read);
    ASSERT_TRUE(file.has_value());
    const Blocks block(1, 'b');
    EXPECT_EQ((*file)->write_uncached_at(0, block.view()).error().code, Errc::io);
    EXPECT_EQ((*file)->write_durable_at(0, block.view()).error().code, Errc::io);
    EXPECT_EQ(content("a"), "");
}

TEST_P(FileSystemTest, create_refuses_a_taken_name_and_leaves_the_file_alone) {
    ASSERT_TRUE(create("a")->write_at(0, "old").has_value());
    const auto again = files().create("a");
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, Errc::exists);
    EXPECT_EQ(content("a"), "old");
}

TEST_P(FileSystemTest, a_missing_name_is_not_found) {
    for (const auto access : {FileSystem::Access::read, FileSystem::Access::write}) {
        const auto file = files().open("nothing", access);
        ASSERT_FALSE(file.has_value());
        EXPECT_EQ(file.error().code, Errc::not_found);
    }
    EXPECT_EQ(files().remove("nothing").error().code, Errc::not_found);
    EXPECT_EQ(files().rename("nothing", "b").error().code, Errc::not_found);
}

TEST_P(FileSystemTest, a_file_opened_for_reading_refuses_writes) {
    create("a");
    auto file = files().open("a", FileSystem::Access::read);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ((*file)->write_at(0, "x").error().code, Errc::io);
}

TEST_P(FileSystemTest, names_with_a_slash_and_the_dots_are_invalid) {
    for (const std::string_view name : {"", ".", "..", "a/b", "/a", "../a"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(files().create(name).error().code, Errc::invalid);
        EXPECT_EQ(files().open(name, FileSystem::Access::read).error().code, Errc::invalid);
        EXPECT_EQ(files().remove(name).error().code, Errc::invalid);
        EXPECT_EQ(files().rename("a", name).error().code, Errc::invalid);
        EXPECT_EQ(files().folder(name).error().code, Errc::invalid);
    }
}

TEST_P(FileSystemTest, rename_replaces_the_target) {
    ASSERT_TRUE(create("a")->write_at(0, "new").has_value());
    ASSERT_TRUE(create("b")->write_at(0, "old").has_value());
    ASSERT_TRUE(files().rename("a", "b").has_value());
    EXPECT_EQ(content("b"), "new");
    EXPECT_EQ(files().list(), (std::vector<std::string>{"b"}));
}

TEST_P(FileSystemTest, an_open_file_lives_on_after_its_name_is_gone) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, "hello").has_value());
    ASSERT_TRUE(files().remove("a").has_value());
    EXPECT_EQ(read(*file, 0, 5), "hello");
    ASSERT_TRUE(create("a")->write_at(0, "other").has_value());
    EXPECT_EQ(read(*file, 0, 5), "hello");
}

TEST_P(FileSystemTest, list_names_plain_files_sorted_and_no_folders) {
    for (const auto* name : {"b", "c", "a"})
        create(name);
    ASSERT_TRUE(files().folder("below").has_value());
    EXPECT_EQ(files().list(), (std::vector<std::string>{"a", "b", "c"}));
    ASSERT_TRUE(files().sync_directory().has_value());
}

TEST_P(FileSystemTest, a_folder_below_is_made_once_and_has_names_of_its_own) {
    auto below = files().folder("below");
    ASSERT_TRUE(below.has_value());
    auto file = (*below)->create("a");
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->write_at(0, "hello").has_value());
    create("a");
    EXPECT_EQ(content("a"), "");
    auto again = files().folder("below");
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ((*again)->list(), (std::vector<std::string>{"a"}));
}

TEST_P(FileSystemTest, what_is_given_back_reads_as_zeroes_and_the_size_stays) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(0, std::string(3 * File::block_size, 'x')).has_value());
    const auto given = file->give_back(File::block_size);
    if (!given) {
        EXPECT_EQ(given.error().code, Errc::unsupported);
        return;
    }
    EXPECT_EQ(file->size(), 3 * File::block_size);
    EXPECT_EQ(content("a"),
              std::string(File::block_size, 'x') + std::string(2 * File::block_size, '\0'));
    EXPECT_TRUE(file->give_back(4 * File::block_size).has_value()) << "nothing is behind the end";
    EXPECT_EQ(file->size(), 3 * File::block_size);
}

TEST_P(FileSystemTest, space_is_finite_and_not_all_used) {
    const auto space = files().space();
    ASSERT_TRUE(space.has_value());
    EXPECT_GT(space->total_bytes, 0U);
    EXPECT_LE(space->free_bytes, space->total_bytes);
}

std::vector<Kind> kinds() {
    const auto temporary = std::filesystem::temp_directory_path().string();
    std::vector<Kind> kinds{
        {"simulated", [] { return std::make_unique<SimPlace>(); }},
        {"posix", [temporary] { return std::make_unique<PosixPlace>(temporary); }},
    };
    // Memory file systems refuse or emulate O_DIRECT differently from those on a device.
    if (std::filesystem::is_directory("/dev/shm")) {
        kinds.push_back({"tmpfs", [] { return std::make_unique<PosixPlace>("/dev/shm"); }});
    }
    return kinds;
}

INSTANTIATE_TEST_SUITE_P(everywhere, FileSystemTest, ::testing::ValuesIn(kinds()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sluice
