// SLUICE.SCHEDULE.

#include <algorithm>

#include "bus_commands/argument_reader.hpp"
#include "bus_commands/bus_handlers.hpp"
#include "bus_commands/publisher.hpp"
#include "bus_commands/schedule_arguments.hpp"
#include "bus_commands/tenant_bus.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

constexpr std::int64_t upcoming_max = 100;

// The schedule that arguments 2 and 3 name; nothing when an error has been replied.
std::optional<ScheduledEvent> schedule_argument(CommandContext& context) {
    TenantBus& bus = tenant_bus(context);
    const Tenant* const tenant = bus.find_tenant(context, context.request[2]);
    if (tenant == nullptr) return std::nullopt;
    auto scheduled = bus.schedules.find(context.engine, tenant->name, context.request[3]);
    if (!scheduled) context.reply.error("NOSCHEDULE no such schedule of this tenant");
    return scheduled;
}

void write_time(ReplyWriter& reply, const std::optional<WallTime>& time) {
    time ? reply.integer(time->ms()) : reply.null();
}

void write_text(ReplyWriter& reply, std::string_view name, std::string_view text) {
    reply.bulk(name);
    reply.bulk(text);
}

std::vector<WallTime> upcoming_of(const ScheduledEvent& scheduled, WallTime now,
                                  std::size_t count) {
    std::vector<WallTime> times;
    auto next = scheduled.next ? scheduled.next : scheduled.when.next_after(now);
    for (; next && times.size() < count; next = scheduled.when.next_after(*next))
        times.push_back(*next);
    return times;
}

}  // namespace

void run_schedule_set(CommandContext& context) {
    TenantBus& bus = tenant_bus(context);
    Tenant* const tenant = bus.find_tenant(context, context.request[2]);
    if (tenant == nullptr) return;
    const auto scheduled = parse_schedule(context, *tenant);
    if (!scheduled) return;
    Publisher publisher(context, bus, *tenant);
    if (!publisher.admit_waiting(*scheduled)) return;
    publisher.set_waiting(*scheduled);
    write_time(context.reply, scheduled->next);
}

void run_schedule_show(CommandContext& context) {
    std::size_t count = 5;
    ArgumentReader reader(context, 4);
    if (std::string_view text; reader.take_option("next", text)) {
        const auto number = parse_integer(text);
        if (!number || *number < 0 || *number > upcoming_max) {
            reader.refuse("NEXT: must be a number from 0 to 100");
            return;
        }
        count = static_cast<std::size_t>(*number);
    }
    if (!reader.is_over()) {
        reader.refuse("options: must be NEXT n");
        return;
    }
    const auto scheduled = schedule_argument(context);
    if (!scheduled) return;
    ReplyWriter& reply = context.reply;
    reply.map(13);
    write_text(reply, "tenant", scheduled->tenant);
    write_text(reply, "name", scheduled->name);
    write_text(reply, "stream", scheduled->stream);
    write_text(reply, "when", scheduled->when.text());
    write_text(reply, "catchup", name_of(scheduled->catch_up));
    write_text(reply, "state", name_of(scheduled->state));
    reply.bulk("next-due-ms");
    write_time(reply, scheduled->next);
    reply.bulk("last-due-ms");
    write_time(reply, scheduled->last);
    reply.bulk("fired");
    reply.integer(static_cast<std::int64_t>(scheduled->fired));
    reply.bulk("missed");
    reply.integer(static_cast<std::int64_t>(scheduled->missed));
    const DueTurns& turns = tenant_bus(context).schedules.turns;
    const auto held = turns.why_held(scheduled->tenant, scheduled->name);
    write_text(reply, "last-error", held.empty() ? scheduled->error : held);
    write_text(reply, "event", scheduled->event_json);
    reply.bulk("upcoming");
    const auto upcoming = upcoming_of(*scheduled, context.engine.wall(), count);
    reply.array(upcoming.size());
    for (const WallTime time : upcoming)
        reply.integer(time.ms());
}

void run_schedule_list(CommandContext& context) {
    const auto options = parse_list_options(context, 3);
    if (!options) return;
    TenantBus& bus = tenant_bus(context);
    const Tenant* const tenant = bus.find_tenant(context, context.request[2]);
    if (tenant == nullptr) return;
    const auto names = bus.schedules.names(tenant->name, options->after, options->count);
    context.reply.array(names.size());
    for (const std::string& name : names) {
        const auto scheduled = bus.schedules.find(context.engine, tenant->name, name);
        SLUICE_CHECK(scheduled.has_value(), "a schedule that has a place has a record");
        context.reply.array(6);
        context.reply.bulk(name);
        context.reply.bulk(scheduled->stream);
        context.reply.bulk(scheduled->when.text());
        context.reply.bulk(name_of(scheduled->state));
        write_time(context.reply, scheduled->next);
        context.reply.integer(static_cast<std::int64_t>(scheduled->fired));
    }
}

void run_schedule_pause(CommandContext& context) {
    auto scheduled = schedule_argument(context);
    if (!scheduled) return;
    scheduled->state = ScheduledEvent::State::paused;
    scheduled->next.reset();
    tenant_bus(context).schedules.advance(context.engine, *scheduled);
    context.reply.ok();
}

void run_schedule_resume(CommandContext& context) {
    auto scheduled = schedule_argument(context);
    if (!scheduled) return;
    if (scheduled->state == ScheduledEvent::State::active) return context.reply.ok();
    // The one time of what happens once may be over: then it was missed. What recurs goes on behind
    // now and behind all that was fired, wherever the clock is.
    const WallTime from =
        scheduled->when.is_once()
            ? WallTime{-1}
            : std::max(context.engine.wall(), scheduled->last.value_or(WallTime{}));
    scheduled->state = ScheduledEvent::State::active;
    scheduled->error.clear();
    scheduled->next = scheduled->when.next_after(from);
    tenant_bus(context).schedules.advance(context.engine, *scheduled);
    context.reply.ok();
}

void run_schedule_drop(CommandContext& context) {
    TenantBus& bus = tenant_bus(context);
    const Tenant* const tenant = bus.find_tenant(context, context.request[2]);
    if (tenant == nullptr) return;
    const bool was_there = bus.schedules.drop(context.engine, tenant->name, context.request[3]);
    context.reply.integer(was_there ? 1 : 0);
}

}  // namespace sluice
