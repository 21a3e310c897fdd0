// The pending entries of a group: delivered, not yet acknowledged, in id order.
//
// Shape      sorted blocks of up to 128 entries of 32 bytes; a block knows the last of its ids,
//            which consumers may stand in it (a mask) and a lower bound of its delivery times
// Promise    appending and acknowledging in id order are O(1) amortised and do not slow down with
//            the number of pending entries; all else is O(log n)
// Invariant  ids strictly increase; no block is empty; a block's mask and oldest time are never
//            narrower than its content (scans tighten them as they pass)
// Why        one structure serves the whole group and every consumer: blocks without the consumer
//            or without anything idle enough are skipped by their summary
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "stream/sliding_vector.hpp"

namespace sluice {

using ConsumerNumber = std::uint32_t;

// The owner of an entry that was handed back (XNACK): nobody.
constexpr ConsumerNumber no_consumer = std::numeric_limits<ConsumerNumber>::max();

// A delivery count from here on is shown as the largest integer: "never again" (XNACK FATAL).
constexpr std::uint32_t delivery_count_max = std::numeric_limits<std::uint32_t>::max();

struct Pending {
    EntryId id;
    // Monotonic milliseconds of the last delivery. Entries that were handed back have numbers from
    // the bottom of the range, so that they are the oldest, first come first.
    std::int64_t delivered_ms = 0;
    std::uint32_t deliveries = 0;
    ConsumerNumber consumer = no_consumer;

    friend bool operator==(const Pending&, const Pending&) = default;
};
static_assert(sizeof(Pending) == 32);

class PendingList {
  public:
    struct Filter {
        std::optional<ConsumerNumber> consumer = std::nullopt;
        // Only entries delivered at this time or before.
        std::int64_t delivered_until_ms = std::numeric_limits<std::int64_t>::max();

        bool passes(const Pending& pending) const {
            return pending.delivered_ms <= delivered_until_ms &&
                   (!consumer || *consumer == pending.consumer);
        }
    };

    std::uint64_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const Pending& front() const { return blocks_.front().at(0); }
    const Pending& back() const { return blocks_.back().at(blocks_.back().count - 1u); }
    std::size_t memory_bytes() const;

    // The entry as it stands, or null.
    const Pending* find(EntryId id) const;
    // The first entry with at least this id, or null.
    const Pending* first_from(EntryId id) const;
    // Adds the entry, or replaces the one with this id and answers what it was.
    std::optional<Pending> put(const Pending& pending);
    // Removes the entry and answers what it was.
    std::optional<Pending> erase(EntryId id);
    // Removes all entries of one consumer; answers how many.
    std::uint64_t erase_consumer(ConsumerNumber consumer);

    // Visits entries from this id on, in id order, until the visitor answers false. The list must
    // not change meanwhile.
    void scan(EntryId from, const Filter& filter, const std::function<bool(const Pending&)>& visit);
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const Block& block : blocks_) {
            for (std::size_t i = 0; i < block.count; ++i) {
                visit(block.at(i));
            }
        }
    }
    // The entries with the lowest delivery times not above `until_ms` that `accepts` takes, at most
    // `count` of them, oldest first.
    std::vector<Pending> oldest(std::size_t count, std::int64_t until_ms,
                                const std::function<bool(const Pending&)>& accepts);
    // The lowest delivery time, or nothing when the list is empty.
    std::optional<std::int64_t> oldest_ms();

    // docs/formats/stream_snapshot.md, "Pending entries". Times become `now_ms`.
    void save(std::string& out) const;
    static Result<PendingList> load(std::string_view& bytes, std::uint8_t snapshot_version,
                                    std::int64_t now_ms);

  private:
    struct Block {
        std::unique_ptr<Pending[]> items;
        EntryId last;
        std::uint64_t consumers = 0;
        std::int64_t oldest_ms = std::numeric_limits<std::int64_t>::max();
        std::uint16_t begin = 0;
        std::uint16_t count = 0;
        std::uint16_t capacity = 0;

        const Pending& at(std::size_t i) const { return items[begin + i]; }
        Pending& at(std::size_t i) { return items[begin + i]; }
        std::size_t rank(EntryId id) const;
        void reserve(std::size_t wanted);
        void widen(const Pending& pending);
        void tighten();
        void push_back(const Pending& pending);
        void insert(std::size_t i, const Pending& pending);
        void erase(std::size_t i);
        bool may_hold(const Filter& filter) const;
    };

    struct OldBlock {
        std::int64_t oldest_ms;
        std::size_t index;
        friend auto operator<=>(const OldBlock&, const OldBlock&) = default;
    };

    // A heap, the oldest at the front, of the blocks that may hold something old enough.
    std::vector<OldBlock> old_blocks(std::int64_t until_ms);
    std::size_t block_of(EntryId id) const;
    void append(const Pending& pending);
    void insert(std::size_t block, const Pending& pending);
    void merge_around(std::size_t block);
    bool merge(std::size_t left);

    SlidingVector<Block> blocks_;
    std::uint64_t size_ = 0;
    // Nothing in the list was delivered before this; tightened when oldest() passes.
    std::int64_t oldest_bound_ms_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace sluice
