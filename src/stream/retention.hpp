// How much a stream keeps: what was set, how old its entries are, and what was lost.
//
// Time       monotonic. How old an entry is, is told by marks: up to this id everything was there
//            at this time. So a step of the wall clock makes no entry older or younger
// Limit      marks_max; the distance between marks grows with the age that was asked for
// Source     docs/protocol/sluice.md, "Retention"; docs/formats/stream_effects.md,
//            stream_snapshot.md
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/time.hpp"
#include "stream/trimmed_ids.hpp"

namespace sluice {

class StreamReader;

struct RetentionSettings {
    // A hundred years: sums of times still fit.
    static constexpr std::uint64_t age_ms_most = 3'155'760'000'000;

    std::uint64_t length_max = 0;  // entries; 0 here and below: no such limit
    std::uint64_t bytes_max = 0;   // of their records
    std::uint64_t age_ms_max = 0;
    std::uint64_t length_hard = 0;
    std::uint64_t bytes_hard = 0;
    std::uint64_t warn_percent = 80;  // of a limit, from which the stream counts as nearly full
    std::uint64_t warn_pending = 1000;
    bool protects = true;

    friend bool operator==(const RetentionSettings&, const RetentionSettings&) = default;

    // Where trimming begins: a hard limit is one of those too.
    std::uint64_t length_limit() const;
    std::uint64_t bytes_limit() const;
    bool has_limits() const { return length_limit() + bytes_limit() + age_ms_max > 0; }

    // docs/formats/stream_effects.md, "Retention".
    void save(std::string& out) const;
    static std::optional<RetentionSettings> load(StreamReader& reader);
};

// By what means entries went that somebody still needed. The numbers are on disk.
enum class LossCause : std::uint8_t { retention = 0, xtrim = 1, xadd = 2, deleted = 3 };
std::string_view name_of(LossCause cause);

// Entries that went although a group that holds entries had still to read them or had them pending.
struct Loss {
    EntryId from;
    EntryId through;
    std::uint64_t count = 0;
    LossCause cause = LossCause::retention;

    // The later one has entries. Both together, by the means of the later one.
    void add(const Loss& later);
    friend bool operator==(const Loss&, const Loss&) = default;
};

// What a stream with settings keeps beside its entries.
class Retention {
  public:
    Retention(const RetentionSettings& settings, TrimmedIds trimmed)
        : settings(settings), trimmed(std::move(trimmed)) {}

    // Everything up to `id` is in the stream since `seen` at the latest.
    struct AgeMark {
        EntryId id;
        MonoTime seen;
        // That differences between times like it can be told.
        bool is_sound() const;
        friend bool operator==(const AgeMark&, const AgeMark&) = default;
    };
    static constexpr std::size_t marks_max = 1024;
    // Between two marks; so much later than asked for an entry may go.
    Duration mark_interval() const;
    bool wants_mark(EntryId last, MonoTime now) const;
    void add_mark(const AgeMark& mark);
    const std::vector<AgeMark>& marks() const { return marks_; }
    // The entries up to this id are too old.
    std::optional<EntryId> expired_through(MonoTime now) const;
    void shift_times(Duration shift);

    // docs/formats/stream_snapshot.md, "Retention".
    void save(std::string& out) const;
    static std::optional<Retention> load(StreamReader& reader);
    std::size_t memory_bytes() const;

    RetentionSettings settings;
    TrimmedIds trimmed;
    std::uint64_t lost = 0;      // entries of all losses
    std::optional<Loss> untold;  // what no event has told yet

    // Not recorded: when it was last seen to, since when a group keeps the stream above its limits,
    // and when the last event about a loss was written.
    MonoTime looked_at{};
    std::optional<MonoTime> held_since;
    std::optional<MonoTime> told_at;
    EntryId told_by;  // that event

  private:
    std::vector<AgeMark> marks_;
};

}  // namespace sluice
