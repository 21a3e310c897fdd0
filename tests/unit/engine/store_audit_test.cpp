// The check of a data folder finds what is planted, and nothing else.
#include "engine/store_audit.hpp"

#include <gtest/gtest.h>

#include "journal/batch.hpp"
#include "journal/segment.hpp"
#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

class StoreAuditTest : public ::testing::Test {
  protected:
    void SetUp() override {
        store.open();
        for (std::uint64_t id = 1; id <= 60; ++id) {
            store.publish("s", id, std::string(4000, 'x'));
            while (store.run_one()) {
            }
        }
        store.checkpoint();
        store.reopen();
        store.set("k", "v");
        store.settle();
        store.disk.cut_power();
        store.engine.reset();
        FirstChoice chooser;
        store.disk.crash(chooser);
    }
    StoreAudit audit() {
        const AuditObserver observer;
        auto result = audit_store(store.files, observer);
        EXPECT_TRUE(result) << result.error().message;
        return *result;
    }
    Store store;
};

TEST_F(StoreAuditTest, an_intact_store_is_intact_and_unchanged) {
    const auto names = store.disk.names_at_rest();
    const StoreAudit found = audit();
    EXPECT_TRUE(found.is_intact()) << found.damages[0];
    EXPECT_EQ(found.store, 0x5eedu);
    EXPECT_GE(found.records, 62u);
    EXPECT_EQ(found.checkpoints, 1u);
    EXPECT_EQ(found.torn_bytes, 0u);
    EXPECT_EQ(store.disk.names_at_rest(), names);
}

TEST_F(StoreAuditTest, a_flipped_bit_anywhere_that_matters_is_found_with_its_file) {
    const SimDisk intact = store.disk;
    const std::string segment = store.names("journal-")[1];
    const std::string checkpoint = store.names("checkpoint-")[0];
    const std::pair<std::string, std::size_t> places[] = {
        {segment, 20},        {segment, 4096},       {segment, 4096 + 20}, {segment, 4096 + 66},
        {segment, 4096 + 80}, {segment, 4096 + 900}, {checkpoint, 20},     {checkpoint, 70},
    };
    for (const auto& [name, at] : places) {
        SCOPED_TRACE(name + " " + std::to_string(at));
        store.disk = intact;
        store.flip_byte(name, at);
        const StoreAudit found = audit();
        ASSERT_FALSE(found.is_intact());
        EXPECT_TRUE(found.damages[0].contains(name)) << found.damages[0];
    }
}

TEST_F(StoreAuditTest, a_zeroed_sector_and_a_zeroed_block_are_found) {
    const SimDisk intact = store.disk;
    const std::string segment = store.names("journal-")[1];
    for (const std::size_t size : {512u, 4096u}) {
        store.disk = intact;
        auto bytes = store.disk.bytes_at_rest(segment);
        bytes.replace(8192 + 4096, size, size, '\0');
        store.disk.replace_at_rest(segment, bytes);
        EXPECT_FALSE(audit().is_intact()) << size;
    }
}

// Where a file ends exactly at the end of a batch, only its size tells that something stood there.
TEST_F(StoreAuditTest, a_file_cut_short_between_two_batches_is_found) {
    std::string segment;
    std::uint64_t last = 0;
    AuditObserver observer;
    observer.batch = [&](const std::string& file, std::uint64_t offset, const BatchHeader&) {
        segment = file;
        last = offset;
    };
    ASSERT_TRUE(audit_store(store.files, observer));
    const std::string bytes = store.disk.bytes_at_rest(segment);
    ASSERT_LT(last, bytes.size());
    store.disk.replace_at_rest(segment, bytes.substr(0, last));

    const StoreAudit found = audit();
    ASSERT_EQ(found.damages.size(), 1u);
    EXPECT_EQ(found.damages[0], segment + " is cut short: it has " + std::to_string(last) +
                                    " bytes instead of " + std::to_string(bytes.size()) +
                                    "; what was written behind them is lost");
}

// The power went while two flushes were under way, and only the second one came to the device.
TEST_F(StoreAuditTest, a_flush_without_the_one_before_it_is_a_torn_tail) {
    store.open();
    store.settle();
    store.publish("s", 100, "one");
    auto first = store.engine->next_io();
    store.publish("s", 101, "two");
    auto second = store.engine->next_io();
    ASSERT_TRUE(first && first->is_flush() && second && second->is_flush());
    second->run();
    store.disk.cut_power();
    first.reset();
    second.reset();
    store.engine.reset();
    FirstChoice chooser;
    store.disk.crash(chooser);

    const StoreAudit found = audit();
    EXPECT_TRUE(found.is_intact()) << found.damages[0];
    EXPECT_GT(found.torn_bytes, 0u);
}

// Of two flushes under way, any part may come to the device: check and recovery say the same of it,
// that it is a torn tail, until something behind them was told that they are durable.
TEST_F(StoreAuditTest, whatever_is_left_of_two_flushes_is_a_torn_tail_to_check_and_to_recovery) {
    store.open();
    store.publish("s", 99, "before");
    while (store.run_one()) {
    }
    store.publish("s", 100, std::string(3000, 'a'));
    auto first = store.engine->next_io();
    store.publish("s", 101, std::string(3000, 'b'));
    auto second = store.engine->next_io();
    ASSERT_TRUE(first && first->is_flush() && second && second->is_flush());
    first->run();
    second->run();
    store.engine->finish_io(std::move(first));
    store.engine->finish_io(std::move(second));
    const SimDisk without_proof = store.disk;
    store.publish("s", 102, "behind");
    while (store.run_one()) {
    }
    const SimDisk with_proof = store.disk;
    store.engine.reset();

    const auto damage_at = [&](const SimDisk& disk, std::string_view text, std::size_t size) {
        store.disk = disk;
        store.disk.cut_power();
        FirstChoice chooser;
        store.disk.crash(chooser);
        for (const std::string& name : store.names("journal-")) {
            std::string bytes = store.disk.bytes_at_rest(name);
            const auto at = bytes.find(text);
            if (at == std::string::npos) continue;
            // From within the record, or with the header of its batch.
            const std::size_t from = size > 3000 ? at / block_alignment * block_alignment : at + 9;
            bytes.replace(from, size, size, '\0');
            store.disk.replace_at_rest(name, bytes);
            return;
        }
        FAIL() << "no segment holds " << text.substr(0, 1);
    };
    for (const std::string_view text : {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"}) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{4096}}) {
            SCOPED_TRACE(std::string(text.substr(0, 1)) + " " + std::to_string(size));
            damage_at(without_proof, text, size);
            StoreAudit found = audit();
            EXPECT_TRUE(found.is_intact()) << found.damages[0];
            store.open();
            EXPECT_EQ(store.engine->statistics().damaged_ranges, 0U);
            store.engine.reset();

            damage_at(with_proof, text, size);
            found = audit();
            EXPECT_FALSE(found.is_intact());
            store.open();
            EXPECT_GT(store.engine->statistics().damaged_ranges, 0U);
            store.engine.reset();
        }
    }
}

// A user would have seen: `sluice check` finds nothing wrong in a folder that lacks a file.
TEST_F(StoreAuditTest, a_missing_file_is_found_wherever_it_was) {
    for (const auto& checkpoint : store.names("checkpoint-"))
        store.disk.remove_at_rest(checkpoint);
    const SimDisk without_checkpoint = store.disk;
    const auto segments = store.names("journal-");
    ASSERT_GT(segments.size(), 4u);
    for (const std::size_t lost : {0u, 1u, 3u}) {
        store.disk = without_checkpoint;
        store.disk.remove_at_rest(segments[lost]);
        ASSERT_FALSE(audit().is_intact()) << lost;
        EXPECT_TRUE(audit().damages[0].contains(segments[lost + 1]));
    }
}

TEST_F(StoreAuditTest, a_folder_without_a_store_is_not_found) {
    SimDisk disk(1);
    SimFileSystem files(disk);
    const AuditObserver observer;
    EXPECT_EQ(audit_store(files, observer).error().code, Errc::not_found);
    EXPECT_TRUE(disk.names_at_rest().empty());
}

}  // namespace
}  // namespace sluice::testing
