// What a reply waits for, what survives, and who may open a folder.
#include <gtest/gtest.h>

#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

TEST(DurabilityTest, a_reply_waits_for_what_the_level_of_its_key_says) {
    for (const auto level : {Durability::memory, Durability::os, Durability::disk}) {
        SCOPED_TRACE(name_of(level));
        Store store;
        store.options.durability = level;
        store.open();
        const auto before = store.engine->reached();
        store.set("k", "v");
        const Dependency needs = store.engine->dependency();
        EXPECT_EQ(needs.synced > before.synced, level == Durability::disk);
        EXPECT_EQ(needs.written > before.written, level == Durability::os);
        if (level == Durability::os) {
            store.engine->write_pending();
            EXPECT_GE(store.engine->reached().written, needs.written);
        }
        if (level == Durability::disk) {
            while (store.run_one()) {
            }
            EXPECT_GE(store.engine->reached().synced, needs.synced);
            store.reopen();
            EXPECT_EQ(store.get("k"), "v");
        }
    }
}

TEST(DurabilityTest, a_reader_waits_for_what_it_saw_and_for_what_it_did_not_find) {
    Store store;
    store.open();
    store.set("k", "v");
    const auto needs = store.engine->dependency();
    store.engine->begin_command();
    EXPECT_EQ(store.engine->dependency(), Dependency{});
    store.engine->find(0, "k");
    EXPECT_EQ(store.engine->dependency(), needs);
    store.remove("k");
    const auto removal = store.engine->dependency();
    store.engine->begin_command();
    EXPECT_EQ(store.engine->find(0, "k"), nullptr);
    EXPECT_EQ(store.engine->dependency(), removal);
}

TEST(DurabilityTest, data_that_only_the_kernel_has_survives_the_process_and_is_synced_in_time) {
    Store store;
    store.options.durability = Durability::os;
    store.open();
    store.set("k", "v");
    store.engine->write_pending();
    store.engine.reset();
    store.disk.restart_process();
    store.open();
    EXPECT_EQ(store.get("k"), "v");
    store.set("k", "w");
    store.settle();
    store.reopen();
    EXPECT_EQ(store.get("k"), "w");
}

TEST(DurabilityTest, a_poisoned_store_refuses_writes_and_tells_nothing_new) {
    Store store;
    store.open();
    store.set("k", "safe");
    store.settle();
    const auto reached = store.engine->reached();
    store.set("k", "lost");
    const auto needs = store.engine->dependency();
    store.disk.plan({.operation = DiskOperation::write_durable});
    while (store.run_one()) {
    }
    EXPECT_TRUE(store.engine->statistics().poisoned);
    EXPECT_EQ(store.engine->admit_write(false).error().code, Errc::unavailable);
    store.settle();
    EXPECT_EQ(store.engine->reached(), reached);
    EXPECT_LT(store.engine->reached().synced, needs.synced);
}

TEST(ExpiryTest, keys_go_at_their_time_also_when_nobody_asks_and_stay_gone) {
    Store store;
    store.open();
    for (const auto* name : {"asked", "unasked", "kept"})
        store.set(name, "v");
    store.engine->set_expiry(*store.engine->find(0, "asked"), store.wall + Duration::from_ms(10));
    store.engine->set_expiry(*store.engine->find(0, "unasked"), store.wall + Duration::from_ms(10));
    EXPECT_EQ(store.engine->expiring_count(0), 2u);
    store.pass(Duration::from_ms(9));
    EXPECT_EQ(store.get("asked"), "v");
    EXPECT_LE(store.engine->deadline(), store.mono + Duration::from_ms(2));
    store.pass(Duration::from_ms(1));
    EXPECT_EQ(store.get("asked"), "(none)");
    store.settle();
    EXPECT_EQ(store.engine->key_count(0), 1u);
    EXPECT_EQ(store.engine->statistics().expired_keys, 2u);
    store.reopen();
    EXPECT_EQ(store.engine->key_count(0), 1u);
}

TEST(FolderTest, a_newer_format_is_refused_and_nothing_is_touched) {
    Store store;
    store.disk.replace_at_rest("FORMAT", "sluice data folder, format 2, store 0000000000000001\n");
    store.disk.replace_at_rest("something.tmp", "of the newer program");
    const auto opened = store.try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::unsupported);
    EXPECT_EQ(store.disk.names_at_rest(), (std::vector<std::string>{"FORMAT", "something.tmp"}));
}

TEST(FolderTest, an_unreadable_or_missing_format_is_corrupt_and_not_a_new_store) {
    for (const auto* text : {"", "hello", "sluice data folder, format 1, store xyz\n",
                             "sluice data folder, format 1, store 0000000000000001"}) {
        Store store;
        store.disk.replace_at_rest("FORMAT", text);
        EXPECT_EQ(store.try_open().error().code, Errc::corrupt) << text;
    }
    Store store;
    store.open();
    store.set("k", "v");
    store.settle();
    store.engine.reset();
    store.disk.remove_at_rest("FORMAT");
    EXPECT_EQ(store.try_open().error().code, Errc::corrupt);
}

TEST(FolderTest, leftovers_go_and_strangers_stay) {
    Store store;
    store.open();
    store.set("k", "v");
    store.settle();
    store.engine.reset();
    store.disk.replace_at_rest("checkpoint-0000000000001000.ckpt.tmp", "half");
    store.disk.replace_at_rest("notes.txt", "mine");
    store.reopen();
    EXPECT_TRUE(store.names("checkpoint-").empty());
    EXPECT_EQ(store.names("notes").size(), 1u);
    ASSERT_FALSE(store.engine->recovery_notes().empty());
    EXPECT_TRUE(store.engine->recovery_notes()[0].contains("notes.txt"));
}

}  // namespace
}  // namespace sluice::testing
