#include "bus_commands/schedule_runner.hpp"

#include <algorithm>
#include <limits>

#include "bus_commands/publisher.hpp"
#include "bus_commands/tenant_bus.hpp"
#include "server/error_replies.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

constexpr int fired_per_turn_max = 100;
constexpr std::uint64_t fired_bytes_max = std::uint64_t{4} << 20;
// While the disk takes nothing.
constexpr Duration patience = Duration::from_seconds(1);

// What became of one due time.
struct Firing {
    std::string error;  // empty: it is over
    LimitRefusal refusal;
    std::uint64_t bytes = 0;
};

Firing publish_due(CommandContext& context, TenantBus& bus, ScheduledEvent& scheduled, WallTime due,
                   bool is_last) {
    const WallTime now = context.engine.wall();
    Tenant* const tenant = bus.tenants.find(context.engine, scheduled.tenant);
    if (tenant == nullptr) return {.error = "ERR the tenant is gone", .refusal = {}};
    const auto publication = publication_at(*tenant, scheduled, due, now);
    if (!publication && publication.error().code == Errc::timeout) {
        ++scheduled.missed;
        return {};
    }
    if (!publication) return {.error = "ERR " + publication.error().message, .refusal = {}};
    Publisher publisher(context, bus, *tenant, scheduled, is_last);
    if (!publisher.admit({&*publication, 1})) {
        return {.error = "refused", .refusal = publisher.refusal()};
    }
    publisher.publish(*publication);
    ++scheduled.fired;
    scheduled.last = due;
    return {.error = {}, .refusal = {}, .bytes = publication->bytes};
}

}  // namespace

MonoTime ScheduleRunner::deadline(const Engine& engine, const Schedules& schedules) const {
    constexpr MonoTime never{std::numeric_limits<std::int64_t>::max()};
    const auto next = schedules.turns.deadline(engine.wall(), engine.mono());
    return next ? std::max(*next, not_before_) : never;
}

void ScheduleRunner::run(Server& server, TenantBus& bus) {
    if (server.mono() < not_before_) return;
    std::uint64_t bytes = 0;
    for (int i = 0; i < fired_per_turn_max && bytes < fired_bytes_max; ++i) {
        const auto due = bus.schedules.turns.next(server.wall(), server.mono());
        if (!due) return;
        if (const auto admitted = server.engine().admit_write(true); !admitted) {
            not_before_ = server.mono() + patience;
            bus.schedules.turns.hold_tenant(due->tenant, server.mono(), patience,
                                            error_reply_text(admitted.error()));
            return;
        }
        bytes += fire(server, bus, *due);
    }
}

void ScheduleRunner::hold_back(TenantBus& bus, CommandContext& context, ScheduledEvent& scheduled,
                               const LimitRefusal& refusal, std::string why) {
    DueTurns& turns = bus.schedules.turns;
    const MonoTime now = context.engine.mono();
    if (refusal.by == LimitRefusal::By::quota) {
        return turns.hold_tenant(scheduled.tenant, now, std::nullopt, std::move(why));
    }
    if (refusal.by == LimitRefusal::By::rate) {
        return turns.hold_tenant(scheduled.tenant, now, refusal.retry_after, std::move(why));
    }
    if (!why.starts_with("ERR ")) {
        return turns.hold({scheduled.tenant, scheduled.name}, now, std::move(why));
    }
    ++failed_count_;
    scheduled.fail(std::move(why));
    bus.schedules.advance(context.engine, scheduled);
}

std::uint64_t ScheduleRunner::fire(Server& server, TenantBus& bus, const Schedules::Name& name) {
    CommandContext context = house_.begin(server);
    auto scheduled = bus.schedules.find(context.engine, name.tenant, name.name);
    SLUICE_CHECK(scheduled && scheduled->next, "what is due has a record that says when");
    const FiringStep step = firing_step(scheduled->when, scheduled->catch_up, *scheduled->next,
                                        scheduled->caught_up, server.wall());
    std::uint64_t bytes = 0;
    if (step.fired) {
        Firing firing = publish_due(context, bus, *scheduled, *step.fired, !step.next);
        if (!firing.error.empty()) {
            if (!house_.error().empty()) firing.error = house_.error();
            hold_back(bus, context, *scheduled, firing.refusal, std::move(firing.error));
            return 0;
        }
        bytes = firing.bytes;
        bus.schedules.turns.note_done(name.tenant);
    }
    scheduled->missed += step.has_left_out ? 1 : 0;
    scheduled->next = step.next;
    scheduled->caught_up = step.caught_up;
    if (step.next) {
        bus.schedules.advance(context.engine, *scheduled);
    } else {
        bus.schedules.drop(context.engine, name.tenant, name.name);
    }
    return bytes;
}

}  // namespace sluice
