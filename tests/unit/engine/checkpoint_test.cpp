// Checkpoints: whole or not there, made while keys change, and read for ever.
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "engine/checkpoint_file.hpp"
#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

TEST(CheckpointTest, holds_every_type_and_shortens_recovery) {
    Store store;
    store.open();
    store.set("string", "value");
    store.engine->begin_command();
    Key& hash = store.engine->create(0, "hash", ValueType::hash);
    EffectBuilder fields(EffectKind::hash_set);
    fields.add_field("field", "v");
    store.engine->commit_document(hash, fields.bytes());
    Key& scores = store.engine->create(7, "scores", ValueType::sorted_set);
    EffectBuilder members(EffectKind::members_set);
    members.add_member("member", 1.5);
    store.engine->commit_document(scores, members.bytes());
    store.engine->set_expiry(scores, store.wall + Duration::from_seconds(5000));
    store.engine->set_durability(scores, Durability::os);
    store.publish("stream", 5, "entry");
    store.settle();
    store.checkpoint();
    EXPECT_EQ(store.engine->statistics().checkpoints, 1u);
    store.reopen();
    EXPECT_EQ(store.engine->statistics().recovered_records, 0u);
    EXPECT_EQ(store.get("string"), "value");
    EXPECT_EQ(store.engine->find(0, "hash")->hash()->size(), 1u);
    Key* const found = store.engine->find(7, "scores");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->sorted_set()->size(), 1u);
    EXPECT_TRUE(found->expires_at);
    EXPECT_EQ(found->durability, Durability::os);
    EXPECT_EQ(*store.read("stream", 5), Store::bulk("f") + Store::bulk("entry"));
}

TEST(CheckpointTest, a_damaged_one_is_reported_and_the_one_before_it_is_used) {
    Store store;
    store.open();
    store.set("a", "1");
    store.checkpoint();
    store.set("a", "2");
    store.set("b", std::string(3000, 'b'));
    store.checkpoint();
    store.set("c", "3");
    store.settle();
    const auto names = store.names("checkpoint-");
    ASSERT_EQ(names.size(), 2u);
    const SimDisk intact = store.disk;
    for (const std::size_t at : {0u, 13u, 30u, 70u, 85u, 200u, 3000u}) {
        SCOPED_TRACE(at);
        store.engine.reset();
        store.disk = intact;
        store.flip_byte(names.back(), at);
        store.reopen();
        EXPECT_EQ(store.get("a"), "2");
        EXPECT_EQ(store.get("b"), std::string(3000, 'b'));
        EXPECT_EQ(store.get("c"), "3");
        ASSERT_FALSE(store.engine->recovery_notes().empty());
        EXPECT_TRUE(store.engine->recovery_notes()[0].contains(names.back()));
    }
}

TEST(CheckpointTest, a_shortened_file_is_not_a_checkpoint) {
    Store store;
    store.open();
    store.set("a", "1");
    store.checkpoint();
    const std::string name = store.names("checkpoint-").back();
    const std::string bytes = store.disk.bytes_at_rest(name);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        store.disk.replace_at_rest(name, bytes.substr(0, size));
        const auto read = read_checkpoint(store.files, name, {}, [](std::unique_ptr<Key>) {});
        ASSERT_FALSE(read) << size;
        EXPECT_EQ(read.error().code, Errc::corrupt);
    }
}

// What the user saw: BGREWRITEAOF on a disk with a hiccup never came to anything, and said nothing.
TEST(CheckpointTest, that_failed_is_shown_and_tried_again) {
    for (const auto operation :
         {DiskOperation::create, DiskOperation::write, DiskOperation::rename}) {
        SCOPED_TRACE(name_of(operation));
        Store store;
        store.open();
        store.set("a", "1");
        store.settle();
        store.disk.plan({.operation = operation});
        store.engine->request_checkpoint();
        store.engine->on_time();
        for (int i = 0; i < 100 && store.engine->checkpoint_failure().empty(); ++i) {
            if (store.run_one()) continue;
            store.pass(Duration::from_ms(100));
            store.engine->on_time();
        }
        EXPECT_TRUE(store.engine->statistics().checkpoint_owed);
        EXPECT_EQ(store.engine->statistics().checkpoint_failures, 1u);
        EXPECT_EQ(store.engine->statistics().checkpoints, 0u);
        EXPECT_LE(store.engine->deadline(), store.mono + Duration::from_seconds(5));
        store.settle();
        EXPECT_EQ(store.engine->statistics().checkpoints, 1u);
        EXPECT_EQ(store.engine->checkpoint_failure(), "");
        EXPECT_FALSE(store.engine->statistics().checkpoint_owed);
        EXPECT_EQ(store.names("checkpoint-").size(), 1u);
    }
}

TEST(CheckpointTest, that_goes_on_failing_is_tried_every_five_seconds) {
    Store store;
    store.open();
    store.set("a", "1");
    store.settle();
    store.disk.plan({.operation = DiskOperation::create, .is_sticky = true});
    store.engine->request_checkpoint();
    store.settle();  // 40 seconds
    const auto failures = store.engine->statistics().checkpoint_failures;
    EXPECT_GE(failures, 7u);
    EXPECT_LE(failures, 10u);
    store.disk.clear_faults();
    store.settle();
    EXPECT_EQ(store.engine->statistics().checkpoints, 1u);
}

// Large keys, so that each slice of the checkpoint holds two of them.
TEST(CheckpointTest, keys_may_change_go_and_come_back_while_it_is_made) {
    const std::string large(600'000, 'x');
    for (int change_after = 1; change_after < 8; ++change_after) {
        SCOPED_TRACE(change_after);
        Store store;
        store.options.segment_bytes = 4 << 20;
        store.open();
        for (int i = 0; i < 6; ++i)
            store.set("k" + std::to_string(i), large + std::to_string(i));
        store.settle();
        store.engine->request_checkpoint();
        store.engine->on_time();
        for (int i = 0; i < change_after; ++i)
            store.run_one();
        ASSERT_TRUE(store.engine->statistics().checkpoint_running || change_after > 5);
        for (const int i : {0, 5}) {
            store.engine->commit_document(*store.engine->find(0, "k" + std::to_string(i)),
                                          string_append_effect("!"));
        }
        store.remove("k1");
        store.set("k1", "again");
        store.remove("k4");
        store.set("k4", "again");
        store.engine->rename(*store.engine->find(0, "k2"), 0, "moved");
        store.set("k2", "new owner");
        store.engine->rename(*store.engine->find(0, "k3"), 2, "k3");
        store.settle();
        store.reopen();
        EXPECT_EQ(store.engine->statistics().damaged_ranges, 0u);
        EXPECT_TRUE(store.get("k0") == large + "0!");
        EXPECT_TRUE(store.get("k5") == large + "5!");
        EXPECT_EQ(store.get("k1"), "again");
        EXPECT_EQ(store.get("k4"), "again");
        EXPECT_EQ(store.get("k2"), "new owner");
        EXPECT_TRUE(store.get("moved") == large + "2");
        EXPECT_EQ(store.get("k3"), "(none)");
        EXPECT_NE(store.engine->find(2, "k3"), nullptr);
        EXPECT_EQ(store.engine->key_count(0), 6u);
        for (const auto& note : store.engine->recovery_notes())
            EXPECT_FALSE(note.contains("two keys")) << note;
    }
}

std::string golden_checkpoint(const std::string& name) {
    std::ifstream file(SLUICE_GOLDEN_FOLDER "/" + name, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

TEST(GoldenCheckpointTest, this_program_writes_checkpoints_of_format_1) {
    Store store;
    store.open();
    store.set("name", "value");
    Key& hash = store.engine->create(3, "hash", ValueType::hash);
    EffectBuilder fields(EffectKind::hash_set);
    fields.add_field("field", "v");
    store.engine->commit_document(hash, fields.bytes());
    store.engine->set_expiry(hash, WallTime::from_ms(1'800'000'000'000));
    store.publish("stream", 5, "entry");
    store.checkpoint();
    ASSERT_EQ(store.names("checkpoint-").size(), 1u);
    const std::string written = store.disk.bytes_at_rest(store.names("checkpoint-").front());
    EXPECT_TRUE(written == golden_checkpoint("checkpoint_v1_stream_v4.bin")) << "the bytes differ";
}

// Written by every version so far, newest last.
TEST(GoldenCheckpointTest, a_checkpoint_of_format_1_is_read_for_ever) {
    for (const std::string name : {"checkpoint_v1.bin", "checkpoint_v1_stream_v2.bin",
                                   "checkpoint_v1_stream_v3.bin", "checkpoint_v1_stream_v4.bin"}) {
        SCOPED_TRACE(name);
        Store store;
        store.disk.replace_at_rest("golden", golden_checkpoint(name));
        std::vector<std::unique_ptr<Key>> keys;
        const auto header = read_checkpoint(store.files, "golden", {},
                                            [&](auto key) { keys.push_back(std::move(key)); });
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(header->store, 0x5eedu);
        ASSERT_EQ(keys.size(), 3u);
        EXPECT_EQ(*keys[0]->string(), "value");
        EXPECT_EQ(keys[1]->tenant, 3u);
        EXPECT_EQ(keys[1]->expires_at, WallTime::from_ms(1'800'000'000'000));
        EXPECT_EQ(keys[1]->hash()->size(), 1u);
        EXPECT_EQ(keys[2]->stream()->last_id(), (EntryId{5, 0}));
    }
}

}  // namespace
}  // namespace sluice::testing
