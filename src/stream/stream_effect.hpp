// What happened to a stream, as bytes for the journal: one function or builder for each operation.
//
// Shape      docs/formats/stream_effects.md. Stream::apply() reads what is written here
// Promise    building an effect of ids that follow one another allocates nothing beyond the string
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "event/entry_id.hpp"
#include "stream/group_work.hpp"
#include "stream/id_runs.hpp"
#include "stream/idempotency.hpp"
#include "stream/reach.hpp"
#include "stream/retention.hpp"
#include "stream/row_codec.hpp"

namespace sluice {

// The numbers are on disk for ever.
enum class StreamOp : std::uint8_t {
    trim = 1,
    erase = 2,
    drop = 3,
    set_id = 4,
    group_create = 5,
    group_destroy = 6,
    group_position = 7,
    consumer_create = 8,
    consumer_delete = 9,
    deliver = 10,
    claim = 11,
    redeliver = 12,
    acknowledge = 13,
    release = 14,
    unreference = 15,
    idempotency_record = 16,
    idempotency_duplicate = 17,
    idempotency_settings = 18,
    work_settings = 19,
    lease = 20,
    hold = 21,
    park = 22,
    hand_back = 23,
    withhold = 24,
    address = 25,
    reach = 26,
    extend = 27,
    retention = 30,
    loss = 31,
    holding = 32,
    age_mark = 33,
};

struct GroupPosition {
    EntryId last_delivered;
    std::int64_t entries_read = -1;
};

std::string trim_effect(EntryId through);
std::string set_id_effect(EntryId last, std::uint64_t entries_added, EntryId max_deleted);
std::string group_create_effect(std::string_view group, const GroupPosition& position);
std::string group_destroy_effect(std::string_view group);
std::string group_position_effect(std::string_view group, const GroupPosition& position);
std::string consumer_create_effect(std::string_view group, std::string_view consumer);
std::string consumer_delete_effect(std::string_view group, std::string_view consumer);
std::string idempotency_record_effect(std::string_view producer, std::string_view key, EntryId id);
std::string idempotency_duplicate_effect();
std::string idempotency_settings_effect(const IdempotencySettings& settings);
std::string work_settings_effect(std::string_view group, std::string_view settings);
std::string extend_effect(std::string_view group, EntryId id, std::uint32_t lease_ms);
std::string withhold_effect(std::string_view group, LineNumber line, MonoTime until);
std::string address_effect(EntryId id, std::string_view group);
// Behind the effect that moved the group's position, in the same command.
std::string reach_effect(std::string_view group, const Reach& reach);

// Nothing: the stream has no settings any more.
std::string retention_effect(const std::optional<RetentionSettings>& settings);
struct Missed {
    std::string_view group;
    std::uint64_t count = 0;
};
std::string loss_effect(const Loss& loss, std::span<const Missed> missed);
// An event has told of all losses so far.
std::string losses_told_effect();
std::string holding_effect(std::string_view group, bool holds_entries);
std::string age_mark_effect(const Retention::AgeMark& mark);

struct Parking {
    EntryId id;
    MonoTime due;
    std::uint32_t failures = 0;
    std::string_view history;
};
std::string park_effect(std::string_view group, const Parking& parking);

// Entries on their way into leases, with their lines.
class WorkEffect {
  public:
    // The leases have epochs one after the other, from `first` on.
    static WorkEffect lease(std::string_view group, std::string_view consumer,
                            const GroupPosition& after, Epoch first, std::uint32_t lease_ms);
    // Looked at, but behind others of their line.
    static WorkEffect hold(std::string_view group, const GroupPosition& after);

    void add(EntryId id, LineNumber line);
    bool empty() const { return size_ == 0; }
    std::string_view bytes() const { return bytes_; }

  private:
    explicit WorkEffect(std::string begun) : bytes_(std::move(begun)) {}

    std::string bytes_;
    Row predicted_{};
    std::size_t size_ = 0;
};

// An effect that ends in a list of ids.
class IdListEffect {
  public:
    static IdListEffect erase();
    static IdListEffect drop();
    static IdListEffect unreference();
    static IdListEffect acknowledge(std::string_view group);
    static IdListEffect redeliver(std::string_view group);
    static IdListEffect release(std::string_view group);
    static IdListEffect hand_back(std::string_view group);
    static IdListEffect claim(std::string_view group, std::string_view consumer);
    static IdListEffect deliver(std::string_view group, std::string_view consumer,
                                const GroupPosition& after);
    IdListEffect(const IdListEffect&) = delete;
    IdListEffect& operator=(const IdListEffect&) = delete;

    // `deliveries` counts in claim and release only.
    void add(EntryId id, std::uint32_t deliveries = 0) {
        runs_.add(id, deliveries);
        ++size_;
    }
    bool empty() const { return size_ == 0; }
    bool is_full() const { return size_ == ids_per_effect_max; }
    // The whole effect; nothing may be added any more.
    std::string_view finish() {
        runs_.finish();
        return bytes_;
    }

  private:
    IdListEffect(std::string begun, RunKind kind) : bytes_(std::move(begun)), runs_(bytes_, kind) {}

    std::string bytes_;
    IdRunWriter runs_;
    std::uint64_t size_ = 0;
};

}  // namespace sluice
