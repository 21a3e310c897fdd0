// Which sessions wait for which keys, in the order in which they began.
//
// Promise    note_change() costs a look at an empty table when nobody waits
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "server/watch_registry.hpp"

namespace sluice {

class BlockingRegistry {
  public:
    using SessionId = std::uint64_t;

    bool empty() const { return queues_.empty(); }
    std::size_t key_count() const { return queues_.size(); }
    std::size_t session_count() const { return session_count_; }

    // Answers the session's place: pass it to remove().
    std::uint64_t add(SessionId session, std::span<const KeyName> keys);
    void remove(std::uint64_t place, std::span<const KeyName> keys);
    bool is_awaited(TenantNumber tenant, std::string_view name) const;
    // In the order of their places.
    std::vector<SessionId> waiting_for(const KeyName& key) const;
    std::vector<KeyName> keys() const;

    // The key changed: when somebody waits for it, it is listed once.
    enum class Change : std::uint8_t { altered, removed };
    void note_change(TenantNumber tenant, std::string_view name, Change change);
    // What a waiter alters while it is served concerns no other waiter; what it removes does.
    bool is_muted() const { return is_muted_; }
    void set_muted(bool muted) { is_muted_ = muted; }
    bool has_changed_keys() const { return !changed_.empty(); }
    std::vector<KeyName> take_changed_keys();

  private:
    struct Queue {
        std::map<std::uint64_t, SessionId> sessions;
        bool is_changed = false;
    };

    std::map<KeyName, Queue, KeyNameOrder> queues_;
    std::vector<KeyName> changed_;
    std::uint64_t last_place_ = 0;
    std::size_t session_count_ = 0;
    bool is_muted_ = false;
};

}  // namespace sluice
