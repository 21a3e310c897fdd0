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
constexpr Duration try_again_after = Duration::from_seconds(1);
// The wall clock may be set meanwhile: then the server looks again at its next sweep anyway.
constexpr Duration wait_max = Duration::from_seconds(3600);

// Why the due time is not fired now; empty when it was, or nobody wants it any more.
std::string publish_due(CommandContext& context, TenantBus& bus, ScheduledEvent& scheduled,
                        WallTime due) {
    const WallTime now = context.engine.wall();
    Tenant* const tenant = bus.tenants.find(context.engine, scheduled.tenant);
    if (tenant == nullptr) return "the tenant is gone";
    const auto publication = publication_at(*tenant, scheduled, due, now);
    if (!publication && publication.error().code == Errc::timeout) {
        ++scheduled.missed;
        return {};
    }
    if (!publication) return "ERR " + publication.error().message;
    Publisher publisher(context, bus, *tenant, Publisher::Origin::schedule);
    if (!publisher.admit({&*publication, 1})) return "refused";
    publisher.publish(*publication);
    ++scheduled.fired;
    scheduled.last = due;
    return {};
}

}  // namespace

MonoTime ScheduleRunner::deadline(const Engine& engine, const Schedules& schedules) const {
    MonoTime next{std::numeric_limits<std::int64_t>::max()};
    if (const auto due = schedules.first_due()) {
        const Duration wait = due->time - engine.wall();
        next = engine.mono() + std::clamp(wait, Duration{}, wait_max);
    }
    if (const auto held = schedules.first_held()) next = std::min(next, *held);
    return next;
}

void ScheduleRunner::run(Server& server, TenantBus& bus) {
    bus.schedules.release_held(server.mono());
    for (int i = 0; i < fired_per_turn_max; ++i) {
        const auto due = bus.schedules.first_due();
        if (!due || due->time > server.wall()) return;
        fire(server, bus, due->name);
    }
}

void ScheduleRunner::fire(Server& server, TenantBus& bus, const Schedules::Name& name) {
    CommandContext context = house_.begin(server);
    const auto hold_back = [&](std::string why) {
        bus.schedules.hold_back(name, server.mono() + try_again_after, std::move(why));
    };
    if (const auto admitted = context.engine.admit_write(true); !admitted) {
        return hold_back(error_reply_text(admitted.error()));
    }
    auto scheduled = bus.schedules.find(context.engine, name.tenant, name.name);
    SLUICE_CHECK(scheduled && scheduled->next, "what is due has a record that says when");
    const FiringStep step = firing_step(scheduled->when, scheduled->catch_up, *scheduled->next,
                                        scheduled->caught_up, server.wall());
    if (step.fired) {
        const std::string why = publish_due(context, bus, *scheduled, *step.fired);
        if (!why.empty()) return hold_back(house_.error().empty() ? why : house_.error());
    }
    scheduled->missed += step.has_left_out ? 1 : 0;
    scheduled->next = step.next;
    scheduled->caught_up = step.caught_up;
    if (!step.next) {
        bus.schedules.drop(context.engine, name.tenant, name.name);
        return;
    }
    bus.schedules.advance(context.engine, *scheduled);
}

}  // namespace sluice
