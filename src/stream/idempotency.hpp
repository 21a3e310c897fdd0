// Which keys of which producers were published already, and as which entries (XADD IDMP).
//
// Promise    inside the window (age and count, per producer) find() gives the first entry's id
// Limit      per_producer_max keys of one producer and keys_max of all: the oldest goes first;
//            whole producers go when their last key does. A name is as long as it is, or 15 bytes
// Time       monotonic. Ages are not kept over a restart: they begin again, so a window may be
//            longer, never shorter
// Source     Redis 8.6, XADD IDMP and XCFGSET
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

struct IdempotencySettings {
    std::uint64_t seconds = 100;
    std::uint64_t per_producer = 100;

    static constexpr std::uint64_t seconds_min = 1;
    static constexpr std::uint64_t seconds_max = 86'400;
    static constexpr std::uint64_t per_producer_min = 1;
    static constexpr std::uint64_t per_producer_max = 10'000;

    bool is_valid() const {
        return seconds >= seconds_min && seconds <= seconds_max &&
               per_producer >= per_producer_min && per_producer <= per_producer_max;
    }
    friend bool operator==(const IdempotencySettings&, const IdempotencySettings&) = default;
};

class IdempotencyTable {
  public:
    // Of all producers: some 80 MB. Whoever publishes chooses the names of both.
    static constexpr std::size_t keys_max = 200'000;

    const IdempotencySettings& settings() const { return settings_; }
    std::uint64_t added() const { return added_; }
    std::uint64_t duplicates() const { return duplicates_; }
    std::size_t producer_count() const { return producers_.size(); }
    std::size_t record_count() const { return record_count_; }
    // Keys that went for others' keys, inside their window; not saved.
    std::uint64_t pushed_out() const { return pushed_out_; }

    std::optional<EntryId> find(std::string_view producer, std::string_view key,
                                MonoTime now) const;
    void record(std::string_view producer, std::string_view key, EntryId id, MonoTime now);
    void count_duplicate() { ++duplicates_; }
    // A changed setting empties the table.
    void set(const IdempotencySettings& settings);
    // Forgets what is older than the window: everywhere, or at a few producers, in turn.
    void expire(MonoTime now);
    void expire_some(MonoTime now);

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [name, producer] : producers_) {
            for (const auto& [id, key] : producer.by_age)
                visit(std::string_view(name), std::string_view(key->first), id);
        }
    }

    std::size_t memory_bytes() const;
    // docs/formats/stream_snapshot.md
    void save(std::string& out) const;
    static Result<IdempotencyTable> load(std::string_view& bytes, MonoTime now);

  private:
    struct Known {
        EntryId id;
        MonoTime recorded;
    };
    using Keys = std::map<std::string, Known, std::less<>>;
    struct Producer {
        Keys keys;
        std::multimap<EntryId, Keys::iterator> by_age;  // ids rise with time
    };

    bool is_expired(const Known& known, MonoTime now) const {
        const auto window = Duration::from_seconds(static_cast<std::int64_t>(settings_.seconds));
        return now - known.recorded >= window;
    }
    using Producers = std::map<std::string, Producer, std::less<>>;

    void remove(Producers::iterator producer, Keys::iterator key);
    // The producer goes with its last key.
    void remove_oldest(Producers::iterator producer);
    void set_oldest(Producers::iterator producer, EntryId before);
    // Answers the producer behind this one.
    Producers::iterator expire(Producers::iterator producer, MonoTime now);

    IdempotencySettings settings_;
    Producers producers_;
    // Each producer by its oldest entry; the names are those of producers_.
    std::set<std::pair<EntryId, std::string_view>> by_oldest_;
    std::size_t record_count_ = 0;
    std::uint64_t pushed_out_ = 0;
    std::string expire_from_;  // the producer whose turn it is
    std::uint64_t added_ = 0;
    std::uint64_t duplicates_ = 0;
};

}  // namespace sluice
