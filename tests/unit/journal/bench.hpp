// A journal on a simulated disk, driven by hand: every task runs when the test says so.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.hpp"
#include "journal/recovery.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice::testing {

// Nothing that was not synced survives; or, with last_choice, all that it can.
class FixedChooser final : public Chooser {
  public:
    explicit FixedChooser(bool last_choice) : last_choice_(last_choice) {}
    std::uint64_t choose(std::uint64_t count) override { return last_choice_ ? count - 1 : 0; }
    bool is_exhaustive() const override { return true; }

  private:
    bool last_choice_;
};

// What a recovery told, record by record.
class Collector final : public JournalVisitor {
  public:
    void on_record(const RecordView& record) override {
        bodies.emplace_back(record.body);
        keys.push_back(record.tag.key_number);
    }
    void on_damage(const Damage& damage) override { damages.push_back(damage); }

    std::vector<std::string> bodies;
    std::vector<std::uint64_t> keys;
    std::vector<Damage> damages;
};

constexpr std::uint64_t store_number = 0x5eed5eed5eed5eedULL;

class JournalBench {
  public:
    SimDisk disk{1};
    SimFileSystem files{disk};
    Collector found;
    RecoveredJournal recovered;
    std::unique_ptr<Journal> journal;

    // Recovers from the beginning and goes on in a new segment, as the engine does.
    void start() {
        journal.reset();
        look();
        for (const auto& empty : recovered.empty_segments) {
            ASSERT_TRUE(files.remove(segment_file_name(empty->base)));
        }
        const JournalOptions options{.store = store_number,
                                     .segment_bytes = segment_bytes_min,
                                     .tail_cache_bytes = segment_bytes_min};
        auto started = Journal::start(files, options, recovered.start, recovered.segments);
        ASSERT_TRUE(started) << started.error().message;
        journal = std::move(*started);
    }

    // Recovers without starting.
    void look() {
        found = {};
        auto result = recover_journal(files, {.store = store_number}, found);
        ASSERT_TRUE(result) << result.error().message;
        recovered = std::move(*result);
    }

    RecordPlace put(std::string_view body, std::uint64_t key = 1) {
        journal->begin_command();
        return journal->append({key, 9, 0}, {}, body);
    }

    static bool run(IoTask task) {
        auto result = task.work();
        const bool succeeded = result.has_value();
        task.done(std::move(result));
        return succeeded;
    }
    void prepare() {
        while (journal->can_prepare())
            run(journal->take_preparation());
    }
    // Everything so far becomes durable.
    void flush() {
        while (journal->has_unsynced() && !journal->is_poisoned()) {
            prepare();
            ASSERT_TRUE(journal->can_flush());
            run(journal->take_flush(7));
        }
    }
    RecordPlace put_durably(std::string_view body, std::uint64_t key = 1) {
        const RecordPlace place = put(body, key);
        flush();
        return place;
    }
    void mark() {
        journal->append_mark(7);
        flush();
    }

    // The power goes; with `keep_all`, what the kernel had still came through.
    void crash(bool keep_all = false) {
        disk.cut_power();
        journal.reset();
        recovered = {};
        FixedChooser chooser(keep_all);
        disk.crash(chooser);
    }

    std::vector<std::string> segment_names() const {
        std::vector<std::string> names;
        for (const auto& name : disk.names_at_rest()) {
            if (parse_segment_file_name(name)) names.push_back(name);
        }
        return names;
    }
    // Changes the bytes on the device; `position` counts from the journal's beginning.
    template <class Change>
    void change_at(std::uint64_t position, Change&& change) {
        for (const auto& name : segment_names()) {
            const auto base = *parse_segment_file_name(name);
            std::string bytes = disk.bytes_at_rest(name);
            if (position < base || position >= base + bytes.size()) continue;
            change(bytes, position - base);
            disk.replace_at_rest(name, std::move(bytes));
            return;
        }
        FAIL() << "no segment holds position " << position;
    }
    void flip_bit(std::uint64_t position, int bit = 0) {
        change_at(position, [bit](std::string& bytes, std::uint64_t at) {
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
        });
    }
    void zero(std::uint64_t position, std::uint64_t size) {
        change_at(position, [size](std::string& bytes, std::uint64_t at) {
            bytes.replace(at, size, size, '\0');
        });
    }
};

}  // namespace sluice::testing
