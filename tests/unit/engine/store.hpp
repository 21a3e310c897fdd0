// An engine on a simulated disk, driven by hand.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "document/effect.hpp"
#include "engine/engine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"
#include "stream/stream_effect.hpp"

namespace sluice::testing {

class FirstChoice final : public Chooser {
  public:
    std::uint64_t choose(std::uint64_t) override { return 0; }
    bool is_exhaustive() const override { return true; }
};

class Store {
  public:
    SimDisk disk{1};
    SimFileSystem files{disk};
    EngineOptions options{.segment_bytes = 64 << 10,
                          .tail_cache_bytes = 64 << 10,
                          .checkpoint_bytes = 1ULL << 40,
                          .reserve_bytes = 64 << 10,
                          .new_store_number = 0x5eed};
    WallTime wall = WallTime::from_ms(1'700'000'000'000);
    MonoTime mono = MonoTime::from_ms(1000);
    std::unique_ptr<Engine> engine;

    Result<void> try_open() {
        engine.reset();
        SLUICE_TRY_ASSIGN(engine, Engine::open(files, options, wall, mono));
        engine->begin_turn(wall, mono);
        return {};
    }
    void open() {
        const auto opened = try_open();
        ASSERT_TRUE(opened) << opened.error().message;
    }
    // The power goes, and the store is opened again.
    void reopen() {
        disk.cut_power();
        engine.reset();
        FirstChoice chooser;
        disk.crash(chooser);
        open();
    }

    void pass(Duration duration) {
        wall = wall + duration;
        mono = mono + duration;
        engine->begin_turn(wall, mono);
    }
    bool run_one() {
        auto job = engine->next_io();
        if (!job) return false;
        job->run();
        engine->finish_io(std::move(job));
        return true;
    }
    // Turns until nothing is left to do.
    void settle() {
        for (int turn = 0; turn < 400; ++turn) {
            pass(Duration::from_ms(100));
            engine->on_time();
            while (run_one()) {
            }
        }
    }
    void checkpoint() {
        engine->request_checkpoint();
        settle();
    }

    Key& set(std::string_view name, std::string_view value) {
        engine->begin_command();
        Key* key = engine->find(0, name);
        if (key == nullptr) key = &engine->create(0, name, ValueType::string);
        engine->commit_document(*key, string_set_effect(value));
        return *key;
    }
    std::string get(std::string_view name) {
        Key* const key = engine->find(0, name);
        return key == nullptr ? "(none)" : *key->string();
    }
    void remove(std::string_view name) {
        engine->begin_command();
        engine->remove(*engine->find(0, name));
    }

    static std::string bulk(std::string_view text) {
        return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
    }
    void publish(std::string_view name, std::uint64_t id, std::string_view text) {
        engine->begin_command();
        Key* key = engine->find(0, name);
        if (key == nullptr) key = &engine->create(0, name, ValueType::stream);
        const EntryRef ref = engine->append_entry(*key, EntryId{id, 0}, 2, bulk("f") + bulk(text));
        key->stream()->append(EntryId{id, 0}, ref);
    }
    void trim_through(std::string_view name, std::uint64_t id) {
        engine->begin_command();
        Key& key = *engine->find(0, name);
        key.stream()->for_each_entry([&](EntryId entry, EntryRef ref) {
            if (entry <= EntryId{id, 0}) engine->release_entry(ref);
        });
        key.stream()->trim_through(EntryId{id, 0});
        engine->commit_stream(key, trim_effect(EntryId{id, 0}));
    }
    Result<std::string> read(std::string_view name, std::uint64_t id) {
        Key& key = *engine->find(0, name);
        const auto ref = key.stream()->find(EntryId{id, 0});
        if (!ref) return Error{Errc::not_found, "no such entry"};
        SLUICE_TRY_ASSIGN(const EntryView view, engine->read_entry(key, EntryId{id, 0}, *ref));
        return std::string(view.bulk_bytes);
    }

    std::vector<std::string> names(std::string_view prefix) const {
        std::vector<std::string> found;
        for (const auto& name : disk.names_at_rest()) {
            if (name.starts_with(prefix)) found.push_back(name);
        }
        return found;
    }
    void flip_byte(const std::string& name, std::size_t at) {
        auto bytes = disk.bytes_at_rest(name);
        bytes.at(at) = static_cast<char>(bytes[at] ^ 0x10);
        disk.replace_at_rest(name, std::move(bytes));
    }
};

}  // namespace sluice::testing
