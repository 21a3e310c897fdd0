#include "bus/fair_share.hpp"

#include <algorithm>

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

std::optional<std::string_view> FairShare::next() {
    if (ring_.empty()) return std::nullopt;
    while (true) {
        auto& front = *ring_.front();
        if (front.credit <= 0) front.credit += quantum_bytes_ * front.weight;
        if (front.credit > 0) return front.key;
        ring_.splice(ring_.end(), ring_, ring_.begin());
    }
}

void FairShare::charge(std::string_view key, std::size_t bytes, MonoTime now) {
    auto* queue = find(key);
    if (queue == nullptr) return;
    // An entry without bytes costs a turn of the handler all the same.
    queue->credit -= std::max<std::int64_t>(static_cast<std::int64_t>(bytes), 1);
    if (!queue->has_work) return;
    queue->served = now;
    waiting_.splice(waiting_.end(), waiting_, queue->in_waiting);
    if (queue->credit <= 0) ring_.splice(ring_.end(), ring_, queue->in_ring);
}

std::optional<FairShare::Waiting> FairShare::most_starved(MonoTime now) const {
    if (waiting_.empty()) return std::nullopt;
    const auto& first = *waiting_.front();
    return Waiting{first.key, now - first.served};
}

}  // namespace sluice
