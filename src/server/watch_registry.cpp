#include "server/watch_registry.hpp"

#include <algorithm>

namespace sluice {

std::size_t WatchRegistry::key_count_of(SessionId session) const {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? 0 : found->second.keys.size();
}

void WatchRegistry::watch(SessionId session, TenantNumber tenant, std::string_view name) {
    auto& watchers = watchers_[KeyName{tenant, std::string(name)}];
    if (std::ranges::find(watchers, session) != watchers.end()) return;
    watchers.push_back(session);
    sessions_[session].keys.push_back({tenant, std::string(name)});
}

void WatchRegistry::unwatch(SessionId session) {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    for (const auto& key : found->second.keys) {
        const auto watchers = watchers_.find(key);
        std::erase(watchers->second, session);
        if (watchers->second.empty()) watchers_.erase(watchers);
    }
    sessions_.erase(found);
}

bool WatchRegistry::is_watched(TenantNumber tenant, std::string_view name) const {
    return !watchers_.empty() && watchers_.contains(KeyNameView{tenant, name});
}

void WatchRegistry::touch(TenantNumber tenant, std::string_view name) {
    if (watchers_.empty() || is_muted_) return;
    const auto found = watchers_.find(KeyNameView{tenant, name});
    if (found == watchers_.end()) return;
    for (const SessionId session : found->second) {
        sessions_[session].is_dirty = true;
    }
}

void WatchRegistry::touch_all() {
    for (auto& [session, watching] : sessions_) {
        watching.is_dirty = true;
    }
}

bool WatchRegistry::is_dirty(SessionId session) const {
    const auto found = sessions_.find(session);
    return found != sessions_.end() && found->second.is_dirty;
}

std::vector<KeyName> WatchRegistry::keys_of(SessionId session) const {
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? std::vector<KeyName>() : found->second.keys;
}

}  // namespace sluice
