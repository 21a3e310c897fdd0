// Whose turn it is, among tenants (or any keys) that have work: equal bytes for equal weights.
//
// Shape      Deficit round robin. Whoever comes to the front of the ring is granted
//            quantum * weight bytes and is next until they are spent; then it goes to the end.
//            The last thing taken may be larger than what was left: the debt is paid from later
//            grants, so nobody needs to know the size of an entry before it is read.
// Cost       O(1) amortised per entry, and per quantum of bytes in larger ones: every visit of the
//            ring grants a quantum that somebody spends
//            A Round gives turns to some of the keys alone: the others keep their places.
// Promise    while two keys have work, bytes served divided by weight differ by at most
//            fairness_bound(); whoever has work is next after finitely many bytes of others
// Invariant  only the front may have credit, of the ring or of a round; a key without work keeps
//            its debt but no credit, so that it gains nothing by being idle or by coming and going
// Limits     keys_max keys; weights from 1 to weight_max
// Errors     limit (one key too many), invalid (weight)
// Threads    one at a time
// Source     Shreedhar and Varghese, "Efficient Fair Queuing using Deficit Round Robin", 1995
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "event/byte_hash.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

class FairShare {
  public:
    static constexpr std::int64_t quantum_bytes_default = 64 * 1024;
    static constexpr std::uint32_t weight_max = 1000;
    // Reason: a key costs about 200 bytes.
    static constexpr std::size_t keys_max_default = 100'000;

    explicit FairShare(std::int64_t quantum_bytes = quantum_bytes_default,
                       std::size_t keys_max = keys_max_default);

    // Queues point at each other: they can move as a whole, not be copied.
    FairShare(FairShare&&) = default;
    FairShare& operator=(FairShare&&) = default;

    // Adds a key, without work, or changes its weight.
    Result<void> set_weight(std::string_view key, std::uint32_t weight);
    void remove(std::string_view key);

    // A key that was never added has weight 1. `now` never goes back.
    Result<void> begin_work(std::string_view key, MonoTime now);
    void end_work(std::string_view key);

    // Who is next: the same key until something was charged or its work ended; nothing when nobody
    // has work. The view is good until the key is removed.
    std::optional<std::string_view> next();
    // What was taken from the key that next() named, or from any other.
    void charge(std::string_view key, std::size_t bytes, MonoTime now);

    // Room for so many more keys: forgets those without work, then those served longest ago.
    void make_room(std::size_t count);

    // Among those that have work, the one served longest ago, counted from when its work began.
    struct Waiting {
        std::string_view key;
        Duration age;
    };
    std::optional<Waiting> most_starved(MonoTime now) const;
    // All of those, in that order, until the visitor answers false.
    template <class Visit>
    void for_each_waiting(MonoTime now, Visit&& visit) const {
        for (const Queue* const queue : waiting_) {
            if (!visit(Waiting{queue->key, now - queue->served})) return;
        }
    }

    std::size_t keys() const { return keys_.size(); }
    std::size_t keys_with_work() const { return ring_.size(); }

    // By how much bytes / weight of two keys may differ, when no entry is larger than bytes_max.
    std::int64_t fairness_bound(std::int64_t bytes_max) const {
        return 2 * (quantum_bytes_ + bytes_max);
    }

    class Round;

  private:
    struct Queue;
    using Ring = std::list<Queue*>;
    struct Queue {
        std::string_view key;
        std::uint32_t weight = 1;
        std::int64_t credit = 0;  // bytes; negative: debt
        std::uint64_t turn = 0;   // rises along the ring
        bool has_work = false;
        MonoTime served = {};  // or when work began
        Ring::iterator in_ring = {};
        Ring::iterator in_waiting = {};
    };
    struct KeyHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
    };

    Queue* find(std::string_view key);
    Result<Queue*> find_or_add(std::string_view key);
    void leave(Queue& queue);
    void grant(Queue& queue) const { queue.credit += quantum_bytes_ * queue.weight; }
    void spend(Queue& queue, std::size_t bytes, MonoTime now);
    void move_to_end(Queue& queue);

    std::int64_t quantum_bytes_;
    std::size_t keys_max_;
    std::unordered_map<std::string, Queue, KeyHash, std::equal_to<>> keys_;
    Ring ring_;     // those with work, in order of turns
    Ring waiting_;  // the same, served longest ago first
    std::uint64_t last_turn_ = 0;
};

// Turns among some of the keys, as long as nobody else asks for turns. Whoever the limit keeps out
// comes after the others, and is not remembered.
class FairShare::Round {
  public:
    // All of them have work, until end_work(). The keys differ.
    Round(FairShare& share, std::span<const std::string_view> keys, MonoTime now);
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    // The place among the keys of who is next; nothing when nobody has work any more.
    std::optional<std::size_t> next();
    // What was taken from the one that is next.
    void charge(std::size_t bytes, MonoTime now);
    // The one that is next has no more.
    void end_work();

  private:
    struct Place {
        Queue* queue;
        std::size_t number;
    };
    bool is_guest(const Place& place) const { return place.queue->turn == guest_turn; }
    static constexpr std::uint64_t guest_turn = UINT64_MAX;

    FairShare& share_;
    std::deque<Place> ring_;
    std::deque<Queue> guests_;
};

}  // namespace sluice
