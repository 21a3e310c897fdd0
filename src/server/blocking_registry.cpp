#include "server/blocking_registry.hpp"

#include <utility>

namespace sluice {

std::uint64_t BlockingRegistry::add(SessionId session, std::span<const KeyName> keys) {
    const std::uint64_t place = ++last_place_;
    for (const auto& key : keys) {
        queues_[key].sessions.emplace(place, session);
    }
    ++session_count_;
    return place;
}

void BlockingRegistry::remove(std::uint64_t place, std::span<const KeyName> keys) {
    for (const auto& key : keys) {
        const auto found = queues_.find(key);
        // A key that the client named twice is gone the second time.
        if (found == queues_.end()) continue;
        found->second.sessions.erase(place);
        if (found->second.sessions.empty()) queues_.erase(found);
    }
    --session_count_;
}

bool BlockingRegistry::is_awaited(TenantNumber tenant, std::string_view name) const {
    return !queues_.empty() && queues_.contains(KeyNameView{tenant, name});
}

std::vector<BlockingRegistry::SessionId> BlockingRegistry::waiting_for(const KeyName& key) const {
    std::vector<SessionId> sessions;
    const auto found = queues_.find(key);
    if (found == queues_.end()) return sessions;
    for (const auto& [place, session] : found->second.sessions) {
        sessions.push_back(session);
    }
    return sessions;
}

std::vector<KeyName> BlockingRegistry::keys() const {
    std::vector<KeyName> names;
    for (const auto& [key, queue] : queues_) {
        names.push_back(key);
    }
    return names;
}

void BlockingRegistry::note_change(TenantNumber tenant, std::string_view name, Change change) {
    if (queues_.empty() || (is_muted_ && change == Change::altered)) return;
    const auto found = queues_.find(KeyNameView{tenant, name});
    if (found == queues_.end() || found->second.is_changed) return;
    found->second.is_changed = true;
    changed_.push_back(found->first);
}

std::vector<KeyName> BlockingRegistry::take_changed_keys() {
    std::vector<KeyName> keys = std::exchange(changed_, {});
    for (const auto& key : keys) {
        if (const auto found = queues_.find(key); found != queues_.end()) {
            found->second.is_changed = false;
        }
    }
    return keys;
}

}  // namespace sluice
