// The streams whose groups hold work, and when each wants to be looked at.
//
// Theory     A stream is added when one of its groups begins to work, and marked Key::attended, so
//            that its changes are told here. A change is only noted; settle() asks the groups that
//            changed for their deadlines, once for all changes of a turn.
// Cost       of a change: O(1); of a deadline: O(log n) in the streams with one
// Invariant  a key in the index lives, and is attended
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "server/watch_registry.hpp"

namespace sluice {

class WorkIndex {
  public:
    void open(Engine& engine);
    void add(Key& key);
    void remove(TenantNumber tenant, std::string_view name);
    // Of a key that is attended.
    void note_change(Key& key);
    void settle();

    // Of all streams, as of the last settle().
    std::optional<MonoTime> deadline() const;
    // The stream that wants to be looked at first, when that is now. Then settle().
    Key* next_due(MonoTime now) const;

    std::size_t size() const { return streams_.size(); }
    // Those whose names begin so, in the order of their names.
    template <class Visit>
    void for_each_with(TenantNumber tenant, std::string_view prefix, Visit&& visit) const {
        for (auto at = streams_.lower_bound(KeyNameView{tenant, prefix}); at != streams_.end();
             ++at) {
            const KeyName& name = at->first;
            if (name.tenant != tenant || !name.name.starts_with(prefix)) return;
            visit(*at->second.key);
        }
    }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [name, stream] : streams_)
            visit(*stream.key);
    }

  private:
    static constexpr std::size_t unchanged = SIZE_MAX;

    struct Attended {
        Key* key = nullptr;
        std::uint32_t slot = 0;
        std::size_t change = unchanged;  // its place in changed_
        std::optional<MonoTime> deadline;
    };

    Attended* find(const Key& key) const;
    void set_deadline(Attended& stream, std::optional<MonoTime> deadline);

    std::map<KeyName, Attended, KeyNameOrder> streams_;
    std::vector<Attended*> by_slot_;  // of the keyspace
    std::set<std::pair<MonoTime, Attended*>> deadlines_;
    std::vector<Attended*> changed_;  // null: gone since
};

}  // namespace sluice
