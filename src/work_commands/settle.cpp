// SLUICE.ACK, SLUICE.EXTEND, SLUICE.RELEASE, SLUICE.WITHHOLD, SLUICE.FAIL and SLUICE.DEAD.

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/entry_fields.hpp"
#include "stream_commands/stream_ids.hpp"
#include "work_commands/dispatch.hpp"
#include "work_commands/work_access.hpp"
#include "work_commands/work_arguments.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

constexpr std::size_t reason_bytes_max = 64;
constexpr std::int64_t delay_ms_max = RetryPolicy::delay_max.ms();

// Does something with each lease that is still on, and answers a word for each.
template <class Change>
void settle_each(CommandContext& context, const GroupKey& group, std::span<const LeaseId> ids,
                 Change&& change) {
    context.reply.array(ids.size());
    for (const LeaseId& lease : ids) {
        const SettleWord settle = look_up(group, lease.id, lease.epoch, context.engine.mono());
        if (settle == SettleWord::ok) change(lease.id);
        context.reply.simple(word_of(settle));
    }
}

struct FailOptions {
    std::optional<Duration> delay;
    bool is_permanent = false;
    std::string_view error;
    std::string_view reason;
};

// What follows `key group id epoch`; nothing when an error has been replied.
std::optional<FailOptions> parse_fail(CommandContext& context, bool is_dead) {
    const Request& request = context.request;
    FailOptions parsed;
    for (std::size_t at = 5; at < request.size(); ++at) {
        const bool has_value = at + 1 < request.size();
        if (!is_dead && is_word(request[at], "permanent")) {
            parsed.is_permanent = true;
        } else if (!is_dead && is_word(request[at], "delay")) {
            const auto ms = option_number(context, at++, 0, delay_ms_max);
            if (!ms) return std::nullopt;
            parsed.delay = Duration::from_ms(*ms);
        } else if (has_value && is_word(request[at], "error")) {
            parsed.error = request[++at];
        } else if (is_dead && has_value && is_word(request[at], "reason")) {
            parsed.reason = request[++at];
        } else {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
    }
    if (parsed.reason.size() <= reason_bytes_max) return parsed;
    context.reply.error("ERR a reason has at most 64 bytes; use ERROR for what happened");
    return std::nullopt;
}

void write_outcome(CommandContext& context, const FailureOutcome& outcome) {
    context.reply.array(3);
    context.reply.simple(outcome.is_dead ? "DEAD" : "PARKED");
    if (outcome.is_dead) {
        context.reply.entry_id(outcome.dead_letter);
        context.reply.bulk(outcome.reason);
    } else {
        context.reply.integer(outcome.due.ms());
        context.reply.integer(outcome.failures);
    }
}

void settle_failure(CommandContext& context, bool is_dead) {
    const auto group = group_argument(context);
    if (!group) return;
    const auto id = id_argument(context, 3);
    if (!id) return;
    const auto epoch = epoch_argument(context, 4);
    if (!epoch) return;
    const auto options = parse_fail(context, is_dead);
    if (!options) return;
    switch (look_up(*group, *id, *epoch, context.engine.mono())) {
        case SettleWord::none:
            return context.reply.error("NONE this entry is not in work");
        case SettleWord::stale:
            return context.reply.error("STALE the lease with this epoch is over");
        case SettleWord::ok:
            break;
    }
    if (!group->stream->contains(*id)) {
        settle_entry(context, *group, *id);
        return context.reply.error(
            "NONE this entry was deleted or trimmed meanwhile: there is nothing to retry or keep");
    }
    const bool is_named = is_dead && options->reason.empty();
    const auto outcome =
        fail_entry(context, *group, *id,
                   {.kind = options->is_permanent ? FailureKind::permanent : FailureKind::transient,
                    .error = options->error,
                    .asked_delay = options->delay,
                    .reason = is_named ? std::string_view("permanent") : options->reason});
    if (!outcome) return reply_error(context.reply, outcome.error());
    write_outcome(context, *outcome);
}

}  // namespace

void run_ack(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    const auto ids = lease_ids(context, 3);
    if (!ids) return;
    IdListEffect settled = IdListEffect::acknowledge(group->group->name());
    settle_each(context, *group, *ids, [&](EntryId id) {
        group->group->acknowledge(id);
        settled.add(id);
    });
    if (!settled.empty()) {
        record_effect(context, *group->key, settled.finish(), Engine::Wait::yes);
    }
}

void run_extend(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    const auto ms = parse_integer(context.request[3]);
    if (!ms || *ms < WorkSettings::lease_ms_min || *ms > WorkSettings::lease_ms_max) {
        return context.reply.error("ERR a lease lasts from " +
                                   std::to_string(WorkSettings::lease_ms_min) + " to " +
                                   std::to_string(WorkSettings::lease_ms_max) + " ms");
    }
    const auto ids = lease_ids(context, 4);
    if (!ids) return;
    const auto lease_ms = static_cast<std::uint32_t>(*ms);
    GroupWork& work = group->group->begin_work();
    settle_each(context, *group, *ids, [&](EntryId id) {
        // After a restart every lease begins anew, as long as it was asked for last.
        if (lease_ms != work.find(id)->lease_ms) {
            record_effect(context, *group->key, extend_effect(group->group->name(), id, lease_ms),
                          Engine::Wait::no);
        }
        work.extend(id, lease_ms, context.engine.mono());
    });
    dispatch_of(context).index().note_change(*group->key);
}

void run_release(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    const auto ids = lease_ids(context, 3);
    if (!ids) return;
    IdListEffect released = IdListEffect::hand_back(group->group->name());
    settle_each(context, *group, *ids, [&](EntryId id) {
        group->group->hand_back(id);
        released.add(id);
    });
    if (!released.empty()) {
        record_effect(context, *group->key, released.finish(), Engine::Wait::yes);
    }
}

void run_withhold(CommandContext& context) {
    const auto group = group_argument(context);
    if (!group) return;
    if (context.request[3].empty()) {
        return context.reply.error("ERR a partition key is not empty");
    }
    const auto ms = parse_integer(context.request[4]);
    if (!ms || *ms < 0 || *ms > delay_ms_max) {
        return context.reply.error("ERR the time is a number of milliseconds from 0 to " +
                                   std::to_string(delay_ms_max));
    }
    GroupWork& work = group->group->begin_work();
    const LineNumber line = line_of(context.request[3]);
    const MonoTime now = context.engine.mono();
    const bool is_new = *ms > 0 && !work.withheld_until(line, now);
    if (is_new && work.count_withheld(now) >= GroupWork::withheld_max) {
        return context.reply.error("ERR " + std::to_string(GroupWork::withheld_max) +
                                   " partition keys are withheld already");
    }
    const MonoTime until = now + Duration::from_ms(*ms);
    work.withhold(line, until);
    record_effect(context, *group->key, withhold_effect(group->group->name(), line, until),
                  Engine::Wait::yes);
    context.reply.ok();
}

void run_fail(CommandContext& context) {
    settle_failure(context, false);
}

void run_dead(CommandContext& context) {
    settle_failure(context, true);
}

}  // namespace sluice
