// How commands reach streams: find them, change them through effects, and let go of entries.
//
// Promise    a change is applied to the state and recorded in one step; entries that leave the
//            index are released in the same step
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "server/command.hpp"
#include "stream/stream.hpp"
#include "stream/stream_effect.hpp"
#include "stream/trim.hpp"

namespace sluice {

// A key and its stream; both null when the name is free.
struct StreamKey {
    Key* key = nullptr;
    Stream* stream = nullptr;
    explicit operator bool() const { return key != nullptr; }
};

// Nothing when an error has been replied: the name holds another type.
std::optional<StreamKey> find_stream(CommandContext& context, std::string_view name);
// A new, empty stream; the name is free.
StreamKey create_stream(CommandContext& context, std::string_view name);

// False, with the error replied, when entries of the stream are known to be lost: then it takes
// nothing new, but what it holds can be read, acknowledged and deleted.
bool admits_more(CommandContext& context, StreamKey stream);

// A stream with one of its groups.
struct GroupKey {
    Key* key = nullptr;
    Stream* stream = nullptr;
    Group* group = nullptr;
};

// Nothing when an error has been replied: WRONGTYPE, or NOGROUP without the key or the group.
std::optional<GroupKey> find_group(CommandContext& context, std::string_view key,
                                   std::string_view group);

// The counters that a group's position is reckoned from. XSETID lets a stream count beyond what the
// signed counter of a group can say; then the stream counts as far as that.
StreamCounters group_counters(const Stream& stream);

// Records an effect that was applied already, in a command or beside one. Those who watch the key
// hear of it when entries went, those who wait for the key when it can concern them.
void record_effect(Server& server, Key& key, std::string_view effect, Engine::Wait wait);
inline void record_effect(CommandContext& context, Key& key, std::string_view effect,
                          Engine::Wait wait) {
    record_effect(context.server, key, effect, wait);
}

// Applies what the effect says and records it.
void commit_effect(Server& server, StreamKey stream, std::string_view effect);
inline void commit_effect(CommandContext& context, StreamKey stream, std::string_view effect) {
    commit_effect(context.server, stream, effect);
}

// Sets a group back or forward; `reach` has the same position.
void move_group(CommandContext& context, const GroupKey& group, const GroupPosition& position,
                const Reach& reach);
// Behind the effect that moved a group's position: how far it has read each priority. Nothing to
// record for a group that read evenly and does.
void record_reach(CommandContext& context, const GroupKey& group, bool was_even);

// The consumer of this name, created when there is none.
ConsumerNumber consumer_or_new(CommandContext& context, const GroupKey& group,
                               std::string_view name);

// Removes entries and records it; answers how many there were. `ids` of erase and drop exist. What
// groups still needed is counted and told, see stream_loss.hpp.
std::uint64_t trim(CommandContext& context, StreamKey stream, const TrimOptions& options,
                   LossCause cause);
void trim_through(Server& server, StreamKey stream, EntryId through);
void erase_entries(CommandContext& context, StreamKey stream, std::span<const EntryId> ids);

// Monotonic milliseconds of this turn.
inline std::int64_t now_ms(const CommandContext& context) {
    return context.engine.mono().ms();
}

// Records an effect that ends in ids, split when there are too many for one.
template <class Begin>
class IdListCommit {
  public:
    IdListCommit(CommandContext& context, Key& key, Engine::Wait wait, Begin begin)
        : context_(context), key_(key), wait_(wait), begin_(begin) {}
    IdListCommit(const IdListCommit&) = delete;
    IdListCommit& operator=(const IdListCommit&) = delete;
    ~IdListCommit() { flush(); }

    void add(EntryId id, std::uint32_t deliveries = 0) {
        if (!effect_) effect_.emplace(begin_);
        effect_->list.add(id, deliveries);
        if (effect_->list.is_full()) flush();
    }
    void flush() {
        if (!effect_) return;
        record_effect(context_, key_, effect_->list.finish(), wait_);
        effect_.reset();
    }

  private:
    // Built in place: an effect does not move.
    struct Building {
        explicit Building(Begin& begin) : list(begin()) {}
        IdListEffect list;
    };

    CommandContext& context_;
    Key& key_;
    Engine::Wait wait_;
    Begin begin_;
    std::optional<Building> effect_;
};

// What a client sees of a delivery count.
std::int64_t shown_deliveries(std::uint32_t deliveries);
// A delivery count that a client asked for.
std::uint32_t kept_deliveries(std::int64_t asked);

}  // namespace sluice
