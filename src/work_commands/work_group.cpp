// SLUICE.GROUP, SLUICE.PARKED and SLUICE.WHY.

#include "bus/attempt.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"
#include "stream/retention_plan.hpp"
#include "stream/unread.hpp"
#include "stream_commands/stream_ids.hpp"
#include "work_commands/dead_letters.hpp"
#include "work_commands/dispatch.hpp"
#include "work_commands/waiting_age.hpp"
#include "work_commands/work_access.hpp"
#include "work_commands/work_arguments.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

constexpr std::int64_t parked_shown_max = 1000;

struct GroupOptions {
    std::string_view start = "beginning";
    WorkSettings settings;
    std::optional<bool> holds_entries;
};

// Nothing when an error has been replied.
std::optional<bool> yes_or_no(CommandContext& context, std::string_view word) {
    if (is_word(word, "yes")) return true;
    if (is_word(word, "no")) return false;
    context.reply.error("ERR PROTECT is yes or no");
    return std::nullopt;
}

// Options from argument 4 on, over the settings as they are; nothing when an error was replied.
std::optional<GroupOptions> parse_options(CommandContext& context, const WorkSettings& now,
                                          bool may_start) {
    const Request& request = context.request;
    GroupOptions parsed;
    parsed.settings = now;
    for (std::size_t at = 4; at < request.size(); at += 2) {
        if (at + 1 == request.size()) {
            context.reply.error("ERR the option '" + printable(request[at], 128) +
                                "' has no value");
            return std::nullopt;
        }
        if (may_start && is_word(request[at], "start")) {
            parsed.start = request[at + 1];
            continue;
        }
        if (is_word(request[at], "protect")) {
            parsed.holds_entries = yes_or_no(context, request[at + 1]);
            if (!parsed.holds_entries) return std::nullopt;
            continue;
        }
        if (const auto set = parsed.settings.set(request[at], request[at + 1]); !set) {
            reply_error(context.reply, set.error());
            return std::nullopt;
        }
    }
    return parsed;
}

// Where a new group begins; nothing when an error has been replied.
std::optional<EntryId> start_of(CommandContext& context, std::string_view start, StreamKey stream) {
    if (is_word(start, "beginning")) return EntryId{};
    if (is_word(start, "end")) return stream ? stream.stream->last_id() : EntryId{};
    if (const auto id = EntryId::parse(start, 0)) return *id;
    context.reply.error("ERR START is beginning, end or an id");
    return std::nullopt;
}

void store(CommandContext& context, StreamKey stream, std::string_view group,
           const GroupOptions& options) {
    commit_effect(context, stream, work_settings_effect(group, options.settings.text()));
    if (!options.holds_entries) return;
    commit_effect(context, stream, holding_effect(group, *options.holds_entries));
}

std::optional<GroupKey> group_of_subcommand(CommandContext& context) {
    return find_group(context, context.request[2], context.request[3]);
}

std::string last_error_of(const WorkItem& item) {
    const auto history = parse_attempts(item.history.empty() ? "[]" : item.history);
    return !history || history->empty() ? "" : history->back().error;
}

// Dead letters of this stream; the stream tells all groups' together.
std::uint64_t dead_letter_count(CommandContext& context, const Key& key) {
    const std::string name = key.name + std::string(dead_letters_suffix);
    Key* const dead = context.engine.find(context.tenant, name);
    return dead == nullptr || dead->stream() == nullptr ? 0 : dead->stream()->size();
}

WallTime wall_of(const CommandContext& context, MonoTime time) {
    return context.engine.wall() + (time - context.engine.mono());
}

class Map {
  public:
    explicit Map(ReplyWriter& reply, std::size_t pairs) : reply_(reply) { reply_.map(pairs); }
    void add(std::string_view name, std::string_view value) {
        reply_.bulk(name);
        reply_.bulk(value);
    }
    void add(std::string_view name, std::uint64_t value) {
        reply_.bulk(name);
        reply_.integer(static_cast<std::int64_t>(value));
    }

  private:
    ReplyWriter& reply_;
};

// The dead letter of an entry of this group; nothing when there is none.
std::optional<EntryId> dead_letter_of(CommandContext& context, const GroupKey& group, EntryId id) {
    const std::string name = group.key->name + std::string(dead_letters_suffix);
    Key* const key = context.engine.find(context.tenant, name);
    if (key == nullptr || key->stream() == nullptr) return std::nullopt;
    return find_dead_letter(context, *key, group.group->name(), id);
}

// What holds back an entry that may be leased, if anything does.
std::string_view limit_of(const CommandContext& context, const GroupKey& group) {
    const auto room = tenant_room(dispatch_of(context), group.key->tenant, group.key->name);
    return room && room->is_full() ? "tenant limit" : "";
}

void explain_item(CommandContext& context, const GroupKey& group, EntryId id,
                  const WorkItem& item) {
    const Pending* const pending = group.group->pending().find(id);
    const std::string error = last_error_of(item);
    const std::int64_t left_ms = (item.until - context.engine.mono()).ms();
    switch (item.state) {
        case WorkState::leased: {
            Map map(context.reply, 6);
            map.add("state", "leased");
            map.add("consumer", group.group->consumer(pending->consumer).name);
            map.add("epoch", std::to_string(item.epoch));
            map.add("lease-left-ms",
                    static_cast<std::uint64_t>(std::max<std::int64_t>(0, left_ms)));
            map.add("failures", item.failures);
            map.add("last-error", error);
            return;
        }
        case WorkState::parked: {
            Map map(context.reply, 4);
            map.add("state", "parked");
            map.add("due-ms", static_cast<std::uint64_t>(wall_of(context, item.until).ms()));
            map.add("failures", item.failures);
            map.add("last-error", error);
            return;
        }
        case WorkState::ready: {
            const std::string_view limit = limit_of(context, group);
            Map map(context.reply, limit.empty() ? 3 : 4);
            map.add("state", "ready");
            map.add("failures", item.failures);
            map.add("last-error", error);
            if (!limit.empty()) map.add("waits-for", limit);
            return;
        }
        case WorkState::behind: {
            Map map(context.reply, 2);
            map.add("state", "behind");
            map.add("behind", group.group->work()->head_of(item.line).text());
            return;
        }
    }
}

void explain_other(CommandContext& context, const GroupKey& group, EntryId id) {
    const bool is_there = group.stream->contains(id);
    const Pending* const pending = group.group->pending().find(id);
    std::string_view state = "unknown";
    if (pending != nullptr) {
        Map map(context.reply, 2);
        map.add("state", "pending");
        const bool is_owned = pending->consumer != no_consumer;
        map.add("consumer", is_owned ? group.group->consumer(pending->consumer).name : "");
        return;
    }
    if (!is_unread(*group.stream, group.group->reach(), id)) {
        if (const auto dead = dead_letter_of(context, group, id)) {
            Map map(context.reply, 2);
            map.add("state", "dead");
            map.add("dead-letter", dead->text());
            return;
        }
        state = "settled";
    } else if (is_there) {
        state = group.stream->is_for(id, group.group->name()) ? "waiting" : "for another group";
    }
    const std::string_view limit = state == "waiting" ? limit_of(context, group) : "";
    Map map(context.reply, limit.empty() ? 1 : 2);
    map.add("state", state);
    if (!limit.empty()) map.add("waits-for", limit);
}

}  // namespace

void run_work_group_create(CommandContext& context) {
    const auto options = parse_options(context, {}, true);
    if (!options) return;
    const auto found = find_stream(context, context.request[2]);
    if (!found || !admits_more(context, *found)) return;
    const std::string_view name = context.request[3];
    if (name.empty()) return context.reply.error("ERR a group's name is not empty");
    if (*found && found->stream->find_group(name) != nullptr) {
        return context.reply.error("BUSYGROUP Consumer Group name already exists");
    }
    const auto start = start_of(context, options->start, *found);
    if (!start) return;
    const StreamKey stream = *found ? *found : create_stream(context, context.request[2]);
    const std::int64_t read = entries_read_after(stream.stream->counters(), EntryId{},
                                                 Group::entries_read_unknown, *start);
    commit_effect(context, stream, group_create_effect(name, {*start, read}));
    store(context, stream, name, *options);
    // Those who wait for a pattern: what the stream holds is theirs from now on.
    dispatch_of(context).owe_waiters(*stream.key);
    context.reply.ok();
}

void run_work_group_set(CommandContext& context) {
    const auto group = group_of_subcommand(context);
    if (!group) return;
    const auto options = parse_options(context, settings_of(*group->group), false);
    if (!options) return;
    store(context, {group->key, group->stream}, group->group->name(), *options);
    context.reply.ok();
}

namespace {

// How the group and the retention of its stream stand to each other.
void add_retention(CommandContext& context, Map& map, const GroupKey& its) {
    const auto oldest = lowest_needed(*its.stream, *its.group);
    const auto wall = static_cast<std::uint64_t>(context.engine.wall().ms());
    const Retention* const retention = its.stream->retention();
    const auto hold =
        retention != nullptr && retention->held_since ? find_hold(*its.stream) : std::nullopt;
    const bool is_holding = hold && hold->group == its.group;
    map.add("protect", its.group->holds_entries() ? "yes" : "no");
    map.add("missed", its.group->missed());
    map.add("oldest-unacked-ms", oldest && oldest->ms < wall ? wall - oldest->ms : 0);
    map.add("holding-ms", is_holding ? static_cast<std::uint64_t>(
                                           (context.engine.mono() - *retention->held_since).ms())
                                     : 0);
}

}  // namespace

void run_work_group_show(CommandContext& context) {
    const auto group = group_of_subcommand(context);
    if (!group) return;
    const WorkSettings settings = settings_of(*group->group);
    wake_due(context, *group, SIZE_MAX);
    // To look at a group is not to lease from it.
    GroupWork none;
    GroupWork& work = group->group->work() == nullptr ? none : group->group->begin_work();
    const auto next = work.deadline();
    const bool is_waiting = next && *next != GroupWork::no_end;
    const auto age = waiting_age(*group, context.engine.wall(), context.engine.mono());
    Map map(context.reply, 17);
    map.add("retry", settings.retry.text());
    map.add("lease", settings.lease_ms);
    map.add("inflight", settings.in_flight_max);
    map.add("consumerinflight", settings.consumer_in_flight_max);
    map.add("lag", count_undelivered(*group->stream, *group->group));
    map.add("pending", group->group->pending().size());
    map.add("leased", work.count(WorkState::leased));
    map.add("parked", work.count(WorkState::parked));
    map.add("ready", work.count(WorkState::ready));
    map.add("behind", work.count(WorkState::behind));
    map.add("next-due-ms",
            is_waiting ? static_cast<std::uint64_t>(wall_of(context, *next).ms()) : 0);
    map.add("oldest-waiting-ms", age ? static_cast<std::uint64_t>(age->ms()) : 0);
    map.add("dead", dead_letter_count(context, *group->key));
    add_retention(context, map, *group);
}

void run_parked(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    std::optional<EntryId> after = EntryId{};
    std::int64_t count = 100;
    for (std::size_t at = 3; at < context.request.size(); at += 2) {
        if (is_word(context.request[at], "after") && at + 1 < context.request.size()) {
            after = id_argument(context, at + 1);
            if (!after) return;
        } else if (is_word(context.request[at], "count")) {
            const auto number = option_number(context, at, 1, parked_shown_max);
            if (!number) return;
            count = *number;
        } else {
            return context.reply.error(error_text::syntax);
        }
    }
    std::vector<EntryId> shown;
    const GroupWork& work = group->group->begin_work();
    work.for_each_after(*after, [&](EntryId id, const WorkItem& item) {
        if (item.state == WorkState::parked) shown.push_back(id);
        return std::ssize(shown) < count;
    });
    context.reply.array(shown.size());
    for (const EntryId id : shown) {
        const WorkItem& item = *work.find(id);
        context.reply.array(4);
        context.reply.entry_id(id);
        context.reply.integer(wall_of(context, item.until).ms());
        context.reply.integer(item.failures);
        context.reply.bulk(last_error_of(item));
    }
}

void run_why(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    const auto id = id_argument(context, 3);
    if (!id) return;
    wake_due(context, *group, SIZE_MAX);
    const WorkItem* const item =
        group->group->work() == nullptr ? nullptr : group->group->work()->find(*id);
    if (item != nullptr) return explain_item(context, *group, *id, *item);
    explain_other(context, *group, *id);
}

}  // namespace sluice
