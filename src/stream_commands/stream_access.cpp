#include "stream_commands/stream_access.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "server/error_replies.hpp"
#include "server/key_access.hpp"
#include "server/server.hpp"
#include "server/stream_roll.hpp"
#include "stream/retention_plan.hpp"
#include "stream_commands/stream_loss.hpp"

namespace sluice {

namespace {

constexpr std::size_t name_bytes_shown = 512;

std::string no_group(std::string_view key, std::string_view group) {
    return "NOGROUP No such key '" + printable(key, name_bytes_shown) + "' or consumer group '" +
           printable(group, name_bytes_shown) + "'";
}

// Tells the engine that the entries up to this id need their bytes no more.
void release_through(Engine& engine, const Stream& stream, EntryId through) {
    const EntryIndex& index = stream.index();
    const auto end = index.upper_bound(through);
    for (auto at = index.begin(); at != end; at = index.next(at)) {
        engine.release_entry(index.at(at).ref);
    }
}

bool concerns_watchers(StreamOp op) {
    return op == StreamOp::trim || op == StreamOp::erase || op == StreamOp::drop;
}

// New entries wake waiters too, but they are no effects.
bool concerns_waiters(StreamOp op) {
    return op == StreamOp::group_destroy || op == StreamOp::release || op == StreamOp::hand_back;
}

bool ends_work(StreamOp op) {
    return op == StreamOp::acknowledge || op == StreamOp::unreference || op == StreamOp::park ||
           op == StreamOp::claim;
}

// Other ways to let more be leased from a group.
bool changes_work(StreamOp op) {
    return op == StreamOp::consumer_delete || op == StreamOp::group_position ||
           op == StreamOp::work_settings || op == StreamOp::withhold;
}

// An end of work is news when the next of its line is ready now, or when a limit was in the way.
bool has_news_for_workers(const Stream& stream) {
    bool is_news = false;
    for (const auto& group : stream.groups()) {
        if (group->work() == nullptr) continue;
        is_news |= group->work()->count(WorkState::ready) > 0;
        is_news |= group->begin_work().take_limit_reached();
    }
    return is_news;
}

// Whether those who wait for the key may have something to do after this effect.
bool wakes(Server& server, Key& key, StreamOp op) {
    if (concerns_waiters(op)) return true;
    const BlockingRegistry& blocking = server.blocking();
    if (!key.attended || blocking.empty() || blocking.is_muted()) return false;
    return changes_work(op) || (ends_work(op) && has_news_for_workers(*key.stream()));
}

// From now on somebody must look after the stream, or wants to see it.
bool concerns_roll(StreamOp op) {
    return op == StreamOp::group_create || op == StreamOp::retention;
}

bool starts_work(StreamOp op) {
    return op == StreamOp::work_settings || op == StreamOp::lease || op == StreamOp::hold;
}

// Keeps a registry silent for a while.
template <class Registry>
class Silence {
  public:
    Silence(Registry& registry, bool is_wanted)
        : registry_(registry), was_muted_(registry.is_muted()) {
        registry_.set_muted(was_muted_ || is_wanted);
    }
    ~Silence() { registry_.set_muted(was_muted_); }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

  private:
    Registry& registry_;
    bool was_muted_;
};

void release(CommandContext& context, const Stream& stream, std::span<const EntryId> ids) {
    for (const EntryId id : ids) {
        if (const auto ref = stream.find(id)) context.engine.release_entry(*ref);
    }
}

}  // namespace

std::optional<StreamKey> find_stream(CommandContext& context, std::string_view name) {
    const auto found = find_typed(context, name, ValueType::stream);
    if (!found) return std::nullopt;
    return StreamKey{*found, *found == nullptr ? nullptr : (*found)->stream()};
}

StreamKey create_stream(CommandContext& context, std::string_view name) {
    Key& key = context.engine.create(context.tenant, name, ValueType::stream);
    return {&key, key.stream()};
}

bool admits_more(CommandContext& context, StreamKey stream) {
    if (!stream || !stream.key->degraded) return true;
    context.reply.error("CORRUPT stored bytes of '" +
                        printable(stream.key->name, name_bytes_shown) +
                        "' are lost; it can be read and emptied, but takes nothing new");
    return false;
}

std::optional<GroupKey> find_group(CommandContext& context, std::string_view key,
                                   std::string_view group) {
    const auto found = find_stream(context, key);
    if (!found) return std::nullopt;
    Group* const there = *found ? found->stream->find_group(group) : nullptr;
    if (there == nullptr) {
        context.reply.error(no_group(key, group));
        return std::nullopt;
    }
    return GroupKey{found->key, found->stream, there};
}

StreamCounters group_counters(const Stream& stream) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    StreamCounters counters = stream.counters();
    counters.entries_added = std::min(counters.entries_added, most);
    return counters;
}

void record_effect(Server& server, Key& key, std::string_view effect, Engine::Wait wait) {
    const auto op = static_cast<StreamOp>(effect.front());
    if (starts_work(op)) server.attend(key);
    const Silence watchers(server.watching(), !concerns_watchers(op));
    const Silence waiters(server.blocking(), !wakes(server, key, op));
    server.engine().commit_stream(key, effect, wait);
    if (concerns_roll(op)) server.resident<StreamRoll>().note(key);
}

void commit_effect(Server& server, StreamKey stream, std::string_view effect) {
    const auto applied = stream.stream->apply(effect, server.mono());
    SLUICE_CHECK(applied.has_value(), "an effect of ours makes sense");
    record_effect(server, *stream.key, effect, Engine::Wait::yes);
}

void move_group(CommandContext& context, const GroupKey& group, const GroupPosition& position,
                const Reach& reach) {
    const bool was_even = group.group->reads_evenly();
    const std::string_view name = group.group->name();
    commit_effect(context, {group.key, group.stream}, group_position_effect(name, position));
    if (was_even && reach.is_even()) return;
    commit_effect(context, {group.key, group.stream}, reach_effect(name, reach));
}

void record_reach(CommandContext& context, const GroupKey& group, bool was_even) {
    if (was_even && group.group->reads_evenly()) return;
    record_effect(context, *group.key, reach_effect(group.group->name(), group.group->reach()),
                  Engine::Wait::no);
}

ConsumerNumber consumer_or_new(CommandContext& context, const GroupKey& group,
                               std::string_view name) {
    if (const auto number = group.group->find_consumer(name)) return *number;
    const std::string effect = consumer_create_effect(group.group->name(), name);
    commit_effect(context, {group.key, group.stream}, effect);
    return *group.group->find_consumer(name);
}

namespace {

void drop_entries(CommandContext& context, StreamKey stream, std::span<const EntryId> ids,
                  References references) {
    release(context, *stream.stream, ids);
    IdListCommit dropped(context, *stream.key, Engine::Wait::yes,
                         [] { return IdListEffect::drop(); });
    IdListCommit unreferenced(context, *stream.key, Engine::Wait::yes,
                              [] { return IdListEffect::unreference(); });
    for (const EntryId id : ids) {
        stream.stream->drop(id);
        dropped.add(id);
        if (references != References::remove) continue;
        if (stream.stream->unreference(id)) unreferenced.add(id);
    }
}

}  // namespace

void trim_through(Server& server, StreamKey stream, EntryId through) {
    release_through(server.engine(), *stream.stream, through);
    commit_effect(server, stream, trim_effect(through));
}

std::uint64_t trim(CommandContext& context, StreamKey stream, const TrimOptions& options,
                   LossCause cause) {
    TrimPlan plan = plan_trim(*stream.stream, options);
    if (plan.count == 0) return 0;
    // A publisher's habit is no order to lose what others have not read.
    if (cause == LossCause::xadd) spare_needed(*stream.stream, plan);
    LossAccount losses(context.server, stream, cause);
    if (plan.through) {
        losses.note_through(*plan.through);
        trim_through(context.server, stream, *plan.through);
    }
    for (const EntryId id : plan.ids)
        losses.note(id);
    if (!plan.ids.empty()) drop_entries(context, stream, plan.ids, options.references);
    losses.finish();
    return plan.count;
}

void erase_entries(CommandContext& context, StreamKey stream, std::span<const EntryId> ids) {
    LossAccount losses(context.server, stream, LossCause::deleted);
    for (const EntryId id : ids)
        losses.note(id);
    release(context, *stream.stream, ids);
    IdListCommit erased(context, *stream.key, Engine::Wait::yes,
                        [] { return IdListEffect::erase(); });
    for (const EntryId id : ids) {
        stream.stream->erase(id);
        erased.add(id);
    }
    erased.flush();
    losses.finish();
}

std::int64_t shown_deliveries(std::uint32_t deliveries) {
    if (deliveries == delivery_count_max) return std::numeric_limits<std::int64_t>::max();
    return deliveries;
}

std::uint32_t kept_deliveries(std::int64_t asked) {
    return asked >= delivery_count_max ? delivery_count_max : static_cast<std::uint32_t>(asked);
}

}  // namespace sluice
