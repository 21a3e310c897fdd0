#include "bus/withheld_keys.hpp"

#include "event/refusal.hpp"

namespace sluice {

Result<void> WithheldKeys::withhold(std::string_view key, MonoTime until) {
    auto at = until_.find(key);
    if (at == until_.end()) {
        if (until_.size() >= keys_max_) return over_limit("withheld keys", keys_max_, "keys");
        at = until_.emplace(std::string(key), until).first;
    } else if (at->second < until) {
        order_.erase({at->second, at->first});
        at->second = until;
    }
    order_.emplace(at->second, at->first);
    return {};
}

void WithheldKeys::release(std::string_view key) {
    const auto at = until_.find(key);
    if (at == until_.end()) return;
    order_.erase({at->second, at->first});
    until_.erase(at);
}

bool WithheldKeys::is_withheld(std::string_view key, MonoTime now) const {
    const auto at = until_.find(key);
    return at != until_.end() && now < at->second;
}

std::optional<MonoTime> WithheldKeys::until(std::string_view key) const {
    const auto at = until_.find(key);
    return at == until_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<MonoTime> WithheldKeys::deadline() const {
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
}

std::optional<std::string> WithheldKeys::take_due(MonoTime now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    std::string key(order_.begin()->second);
    order_.erase(order_.begin());
    until_.erase(key);
    return key;
}

}  // namespace sluice
