// WATCH: which sessions want to know that a key changed before their EXEC.
//
// Promise    touch() costs a look at an empty table when nobody watches
// Invariant  a session is listed under a key exactly when the key is in the session's list
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "engine/key.hpp"

namespace sluice {

// A key by name, whether it exists or not.
struct KeyName {
    TenantNumber tenant = 0;
    std::string name;
};

struct KeyNameView {
    TenantNumber tenant = 0;
    std::string_view name;
};

struct KeyNameOrder {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
        return std::tuple(a.tenant, std::string_view(a.name)) <
               std::tuple(b.tenant, std::string_view(b.name));
    }
};

class WatchRegistry {
  public:
    using SessionId = std::uint64_t;

    bool empty() const { return watchers_.empty(); }
    std::size_t key_count() const { return watchers_.size(); }
    std::size_t session_count() const { return sessions_.size(); }
    std::size_t key_count_of(SessionId session) const;

    void watch(SessionId session, TenantNumber tenant, std::string_view name);
    void unwatch(SessionId session);
    bool is_watched(TenantNumber tenant, std::string_view name) const;
    // The key changed: every session that watches it fails its EXEC.
    void touch(TenantNumber tenant, std::string_view name);
    // What happens to the groups of a stream fails no EXEC, as in Redis.
    bool is_muted() const { return is_muted_; }
    void set_muted(bool muted) { is_muted_ = muted; }
    // Every watched key counts as changed: the store was opened again.
    void touch_all();
    bool is_dirty(SessionId session) const;
    // So that EXEC can let expired keys go first.
    std::vector<KeyName> keys_of(SessionId session) const;

  private:
    struct Watching {
        std::vector<KeyName> keys;
        bool is_dirty = false;
    };

    std::map<KeyName, std::vector<SessionId>, KeyNameOrder> watchers_;
    std::unordered_map<SessionId, Watching> sessions_;
    bool is_muted_ = false;
};

}  // namespace sluice
