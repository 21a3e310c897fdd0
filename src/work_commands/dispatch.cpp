#include "work_commands/dispatch.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "server/server.hpp"
#include "work_commands/lease_streams.hpp"
#include "work_commands/waiting_age.hpp"
#include "work_commands/work_access.hpp"

namespace sluice {

namespace {

constexpr MonoTime never{std::numeric_limits<std::int64_t>::max()};
// Of those that wait for their turn, for one look at the metrics.
constexpr int turns_looked_at_max = 10'000;
// While writes are paused or refused.
constexpr Duration patience = Duration::from_ms(100);

}  // namespace

// The weight of a turn is that of its tenant.
Dispatch::Dispatch(TenantSettingsOf settings_of) : settings_of_(std::move(settings_of)) {
    turns_.set_weights([this](TenantNumber database, std::string_view turn) {
        const auto tenant = tenant_of_turn(database, turn);
        const TenantSettings* const settings = tenant.empty() ? nullptr : this->settings_of(tenant);
        return settings == nullptr ? 1U : static_cast<std::uint32_t>(settings->weight);
    });
}

void Dispatch::attach(Server& server) {
    server_ = &server;
    not_before_ = {};
    owed_.clear();
    full_tenants_.clear();
    index_.open(server.engine());
}

void Dispatch::on_change(TenantNumber tenant, std::string_view name, Key* key) {
    if (key == nullptr) return index_.remove(tenant, name);
    if (!key->attended) return;
    index_.note_change(*key);
    tell_patterns(*key);
}

bool Dispatch::await_pattern(TenantNumber database, std::string_view pattern, const Glob& glob) {
    const auto is_awaited = [this](const KeyName& its) {
        return server_->blocking().is_awaited(its.tenant, its.name);
    };
    if (patterns_.size() >= patterns_max) {
        std::erase_if(patterns_, [&](const auto& its) { return !is_awaited(its.first); });
    }
    if (patterns_.size() >= patterns_max && !patterns_.contains(KeyNameView{database, pattern})) {
        return false;
    }
    patterns_.emplace(KeyName{database, std::string(pattern)}, glob);
    return true;
}

void Dispatch::tell_waiters(const Key& key) {
    server_->blocking().note_change(key.tenant, key.name, BlockingRegistry::Change::altered);
    tell_patterns(key);
}

void Dispatch::tell_patterns(const Key& key) {
    BlockingRegistry& blocking = server_->blocking();
    if (patterns_.empty() || blocking.empty()) return;
    for (const auto& [pattern, glob] : patterns_) {
        if (pattern.tenant != key.tenant || !glob.matches(key.name).value_or(false)) continue;
        blocking.note_change(pattern.tenant, pattern.name, BlockingRegistry::Change::altered);
    }
}

void Dispatch::pay_waiters() {
    for (const KeyName& owed : std::exchange(owed_, {})) {
        if (const Key* const key = server_->engine().peek(owed.tenant, owed.name)) {
            tell_waiters(*key);
        }
    }
}

void Dispatch::note_full_tenant(Key& key) {
    // Also a stream that nobody has leased from yet.
    server_->attend(key);
    index_.note_change(key);
    full_tenants_.emplace(key.tenant, std::string(tenant_prefix(key.name)));
}

void Dispatch::on_turn_end() {
    index_.settle();
    if (!full_tenants_.empty()) look_at_full_tenants();
}

void Dispatch::look_at_full_tenants() {
    if (server_->blocking().empty()) return full_tenants_.clear();
    std::erase_if(full_tenants_, [this](const KeyName& prefix) {
        const auto room = tenant_room(*this, prefix.tenant, prefix.name);
        if (room && room->is_full()) return false;
        index_.for_each_with(prefix.tenant, prefix.name, [this](Key& key) { owe_waiters(key); });
        return true;
    });
}

MonoTime Dispatch::deadline() const {
    if (!owed_.empty()) return not_before_;
    const auto due = index_.deadline();
    return due ? std::max(*due, not_before_) : never;
}

void Dispatch::on_time() {
    Engine& engine = server_->engine();
    // As for a command that takes things away: a full disk has room left for those.
    if (server_->are_writes_paused() || !engine.admit_write(false)) {
        not_before_ = engine.mono() + patience;
        return;
    }
    pay_waiters();
    ReplyWriter dropped = house_.reply();
    const Request nothing;
    CommandContext context{*server_, house_, engine, nothing, dropped, 0};
    for (std::size_t done = 0; done < slice_max;) {
        Key* const due = index_.next_due(engine.mono());
        if (due == nullptr) break;
        context.tenant = due->tenant;
        engine.begin_command();
        // A key whose own time is over goes instead.
        Key* const key = engine.peek(due->tenant, std::string(due->name));
        if (key == nullptr) continue;
        done += look_after(context, *key, slice_max - done);
        index_.note_change(*key);
        index_.settle();
    }
    dropped.truncate(0);
}

std::size_t Dispatch::look_after(CommandContext& context, Key& key, std::size_t most) {
    const MonoTime now = context.engine.mono();
    std::size_t done = 0;
    for (const auto& group : key.stream()->groups()) {
        if (group->work() == nullptr || done >= most) continue;
        const std::size_t woken = group->wake(now, most - done);
        done += woken;
        if (woken > 0) {
            tell_waiters(key);
        }
        for (; done < most; ++done) {
            context.engine.begin_command();
            if (end_expired_leases(context, {&key, key.stream(), group.get()}, 1) == 0) break;
        }
    }
    return done;
}

bool Dispatch::has_work(TenantNumber database, std::string_view group,
                        std::string_view turn) const {
    bool has_some = false;
    index_.for_each_with(database, turn, [&](Key& key) {
        if (has_some || turn_of(database, key.name) != turn) return;
        Group* const its = key.stream()->find_group(group);
        has_some = its != nullptr && may_give(*key.stream(), *its, server_->mono());
    });
    return has_some;
}

// The turns remember who had work when it was last asked; only some of those have it still.
Duration Dispatch::longest_wait_for_a_turn() const {
    Duration longest{};
    int looked = 0;
    turns_.for_each([&](TenantNumber database, std::string_view group, const FairShare& share) {
        share.for_each_waiting(server_->mono(), [&](const FairShare::Waiting& its) {
            if (its.age <= longest || ++looked > turns_looked_at_max) return false;
            if (!has_work(database, group, its.key)) return true;
            longest = its.age;
            return false;
        });
    });
    return longest;
}

std::vector<Metric> Dispatch::measure() const {
    const Engine& engine = server_->engine();
    std::array<double, 4> items{};
    Duration oldest{};
    double groups = 0;
    index_.for_each([&](Key& key) {
        for (const auto& group : key.stream()->groups()) {
            if (group->work() == nullptr) continue;
            ++groups;
            for (std::size_t state = 0; state < items.size(); ++state)
                items[state] +=
                    static_cast<double>(group->work()->count(static_cast<WorkState>(state)));
            const auto age =
                waiting_age({&key, key.stream(), group.get()}, engine.wall(), engine.mono());
            oldest = std::max(oldest, age.value_or(Duration{}));
        }
    });
    const auto items_in = [&](WorkState state) { return items[static_cast<std::size_t>(state)]; };
    const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
    using enum Metric::Kind;
    return {
        {"sluice_work_groups", gauge, groups, "Groups from which somebody leases."},
        {"sluice_work_leased", gauge, items_in(WorkState::leased), "Entries that are leased."},
        {"sluice_work_parked", gauge, items_in(WorkState::parked),
         "Entries that wait for the time of a retry."},
        {"sluice_work_ready", gauge, items_in(WorkState::ready),
         "Entries handed out before that wait for a worker."},
        {"sluice_work_behind", gauge, items_in(WorkState::behind),
         "Entries that wait for another of their partition key."},
        {"sluice_work_oldest_waiting_seconds", gauge,
         static_cast<double>(oldest.microseconds) / 1e6,
         "How long the entry that has waited longest for a worker has waited, of all groups."},
        {"sluice_work_most_starved_seconds", gauge,
         static_cast<double>(longest_wait_for_a_turn().microseconds) / 1e6,
         "How long ago the tenant or stream was served that waits longest for its turn."},
        {"sluice_leases_total", counter, count(counts.leased), "Leases given."},
        {"sluice_leases_expired_total", counter, count(counts.expired),
         "Leases that ended without an answer."},
        {"sluice_retries_total", counter, count(counts.parked), "Failures that are tried again."},
        {"sluice_dead_letters_total", counter, count(counts.dead), "Entries given up."},
    };
}

Dispatch& dispatch_of(const CommandContext& context) {
    return context.server.resident<Dispatch>();
}

}  // namespace sluice
