// Applies journal records to the keyspace: the other way that state comes about.
//
// Promise    records of a key that its checkpointed state already holds are skipped; a record
//            that cannot be applied degrades its key and is reported, it does not stop recovery
// Source     docs/formats/records.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/clock_record.hpp"
#include "engine/keyspace.hpp"
#include "event/time.hpp"
#include "journal/recovery.hpp"

namespace sluice {

class Replay final : public JournalVisitor {
  public:
    Replay(Keyspace& keys, KeyNumber next_number, MonoTime now)
        : keys_(keys), next_number_(next_number), now_(now) {}

    void on_record(const RecordView& record) override;
    void on_damage(const Damage& damage) override;

    KeyNumber next_number() const { return next_number_; }
    std::uint64_t damaged_ranges() const { return damaged_ranges_; }
    const std::vector<std::string>& notes() const { return notes_; }
    const std::optional<ClockRecord>& clock() const { return clock_; }

  private:
    void create(const RecordView& record);
    void apply(Key& key, const RecordView& record);
    bool apply_to(Key& key, const RecordView& record);
    bool apply_entry(Key& key, const RecordView& record);
    bool apply_move(Key& key, const RecordView& record);
    bool apply_document(Key& key, std::string_view effect);
    void flush(const RecordView& record);
    void shift_times(const RecordView& record);
    void degrade(Key& key, const std::string& why);

    Keyspace& keys_;
    KeyNumber next_number_;
    MonoTime now_;
    Key* last_ = nullptr;
    std::optional<ClockRecord> clock_;
    std::uint64_t damaged_ranges_ = 0;
    std::vector<std::string> notes_;
};

// Applies an effect to a string, hash or sorted set.
Result<void> apply_document_effect(Value& value, std::string_view effect);

}  // namespace sluice
