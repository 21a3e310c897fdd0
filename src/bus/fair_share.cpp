#include "bus/fair_share.hpp"

#include <algorithm>
#include <utility>

#include "event/refusal.hpp"

namespace sluice {

FairShare::FairShare(std::int64_t quantum_bytes, std::size_t keys_max)
    : quantum_bytes_(quantum_bytes), keys_max_(keys_max) {
    SLUICE_CHECK(quantum_bytes > 0, "a turn grants something");
}

FairShare::Queue* FairShare::find(std::string_view key) {
    const auto at = keys_.find(key);
    return at == keys_.end() ? nullptr : &at->second;
}

Result<FairShare::Queue*> FairShare::find_or_add(std::string_view key) {
    if (auto* known = find(key)) return known;
    if (keys_.size() >= keys_max_) return over_limit("fair share", keys_max_, "keys");
    const auto added = keys_.emplace(std::string(key), Queue{}).first;
    added->second.key = added->first;
    return &added->second;
}

Result<void> FairShare::set_weight(std::string_view key, std::uint32_t weight) {
    if (weight < 1 || weight > weight_max) return refused("weight", "must be from 1 to 1000");
    SLUICE_TRY_ASSIGN(auto* queue, find_or_add(key));
    queue->weight = weight;
    return {};
}

void FairShare::remove(std::string_view key) {
    const auto at = keys_.find(key);
    if (at == keys_.end()) return;
    leave(at->second);
    keys_.erase(at);
}

Result<void> FairShare::begin_work(std::string_view key, MonoTime now) {
    SLUICE_TRY_ASSIGN(auto* queue, find_or_add(key));
    if (queue->has_work) return {};
    queue->has_work = true;
    queue->served = now;
    queue->turn = ++last_turn_;
    queue->in_ring = ring_.insert(ring_.end(), queue);
    queue->in_waiting = waiting_.insert(waiting_.end(), queue);
    return {};
}

void FairShare::end_work(std::string_view key) {
    if (auto* queue = find(key)) leave(*queue);
}

void FairShare::leave(Queue& queue) {
    if (!queue.has_work) return;
    queue.has_work = false;
    queue.credit = std::min<std::int64_t>(queue.credit, 0);
    ring_.erase(queue.in_ring);
    waiting_.erase(queue.in_waiting);
}

void FairShare::move_to_end(Queue& queue) {
    queue.turn = ++last_turn_;
    ring_.splice(ring_.end(), ring_, queue.in_ring);
}

std::optional<std::string_view> FairShare::next() {
    if (ring_.empty()) return std::nullopt;
    while (true) {
        auto& front = *ring_.front();
        if (front.credit <= 0) grant(front);
        if (front.credit > 0) return front.key;
        move_to_end(front);
    }
}

void FairShare::spend(Queue& queue, std::size_t bytes, MonoTime now) {
    // An entry without bytes costs a turn of the handler all the same.
    queue.credit -= std::max<std::int64_t>(static_cast<std::int64_t>(bytes), 1);
    if (!queue.has_work) return;
    queue.served = now;
    waiting_.splice(waiting_.end(), waiting_, queue.in_waiting);
    if (queue.credit <= 0) move_to_end(queue);
}

void FairShare::charge(std::string_view key, std::size_t bytes, MonoTime now) {
    if (auto* queue = find(key)) spend(*queue, bytes, now);
}

void FairShare::make_room(std::size_t count) {
    if (keys_.size() + count <= keys_max_) return;
    std::erase_if(keys_, [](const auto& key) { return !key.second.has_work; });
    while (keys_.size() + count > keys_max_ && !waiting_.empty())
        remove(waiting_.front()->key);
}

std::optional<FairShare::Waiting> FairShare::most_starved(MonoTime now) const {
    if (waiting_.empty()) return std::nullopt;
    const auto& first = *waiting_.front();
    return Waiting{first.key, now - first.served};
}

// ----------------------------------------------------------------------------------- round

FairShare::Round::Round(FairShare& share, std::span<const std::string_view> keys, MonoTime now)
    : share_(share) {
    for (std::size_t number = 0; number < keys.size(); ++number) {
        if (share.begin_work(keys[number], now)) {
            ring_.push_back({share.find(keys[number]), number});
        } else {
            guests_.push_back({.key = keys[number], .turn = guest_turn});
            ring_.push_back({&guests_.back(), number});
        }
    }
    std::ranges::sort(
        ring_, {}, [](const Place& place) { return std::pair(place.queue->turn, place.number); });
}

std::optional<std::size_t> FairShare::Round::next() {
    while (!ring_.empty()) {
        const Place front = ring_.front();
        if (front.queue->credit <= 0) share_.grant(*front.queue);
        if (front.queue->credit > 0) return front.number;
        if (!is_guest(front)) share_.move_to_end(*front.queue);
        ring_.pop_front();
        ring_.push_back(front);
    }
    return std::nullopt;
}

void FairShare::Round::charge(std::size_t bytes, MonoTime now) {
    const Place front = ring_.front();
    share_.spend(*front.queue, bytes, now);
    if (front.queue->credit > 0) return;
    ring_.pop_front();
    ring_.push_back(front);
}

void FairShare::Round::end_work() {
    share_.leave(*ring_.front().queue);
    ring_.pop_front();
}

}  // namespace sluice
