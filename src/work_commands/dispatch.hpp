// Who is served next, and what happens to work whose time has come though nobody asks.
//
// Theory     The streams whose groups have work are known by their deadlines. When one has passed,
//            leases that ended are counted as failures and retries that are due become ready; those
//            who wait for work are woken by that.
// Limit      slice_max leases or retries in one slice; the next turn goes on
// Promise    a lease that ended is a failure within a turn, whether anybody leases or not
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "event/glob.hpp"
#include "server/resident.hpp"
#include "server/session.hpp"
#include "work_commands/priority_turns.hpp"
#include "work_commands/tenant_room.hpp"
#include "work_commands/turns.hpp"
#include "work_commands/work_index.hpp"

namespace sluice {

class Dispatch final : public Resident {
  public:
    static constexpr std::size_t slice_max = 200;
    // Reason: each change of a stream with work is held against each of them.
    static constexpr std::size_t patterns_max = 100;

    explicit Dispatch(TenantSettingsOf settings_of = {});

    void attach(Server& server) override;
    void on_change(TenantNumber tenant, std::string_view name, Key* key) override;
    void on_turn_end() override;
    MonoTime deadline() const override;
    void on_time() override;
    std::vector<Metric> measure() const override;

    Turns& turns() { return turns_; }
    // Of the streams of one tenant.
    Turns& turns_within() { return turns_within_; }
    PriorityTurns& priority_turns() { return priority_turns_; }
    WorkIndex& index() { return index_; }
    const WorkIndex& index() const { return index_; }
    // Null for a tenant that nobody made.
    const TenantSettings* settings_of(std::string_view tenant) const {
        return settings_of_ ? settings_of_(tenant) : nullptr;
    }

    // A client waits for streams that match, as if this were the name of a key. False: there are
    // patterns_max already.
    bool await_pattern(TenantNumber database, std::string_view pattern, const Glob& glob);
    // Those who wait for this stream, or for streams like it, hear of it after this command: while
    // one of them is served, the others would not.
    void owe_waiters(const Key& key) { owed_.emplace(key.tenant, key.name); }
    // Somebody was refused a lease because the stream's tenant has as many as it may.
    void note_full_tenant(Key& key);

    struct Counts {
        std::uint64_t leased = 0;
        std::uint64_t expired = 0;
        std::uint64_t parked = 0;
        std::uint64_t dead = 0;
    };
    // Since the server was started.
    Counts counts;

  private:
    void tell_patterns(const Key& key);
    void tell_waiters(const Key& key);
    void pay_waiters();
    // Room may come of any change, also of one that no worker made.
    void look_at_full_tenants();
    // Whether the tenant or stream with this turn has something for the group.
    bool has_work(TenantNumber database, std::string_view group, std::string_view turn) const;
    Duration longest_wait_for_a_turn() const;
    // Answers how much was done.
    std::size_t look_after(CommandContext& context, Key& key, std::size_t most);

    Server* server_ = nullptr;
    Session house_{0, {}, {}};  // nobody's
    MonoTime not_before_{};     // writes were paused or refused
    TenantSettingsOf settings_of_;
    Turns turns_;
    Turns turns_within_;
    PriorityTurns priority_turns_;
    WorkIndex index_;
    std::map<KeyName, Glob, KeyNameOrder> patterns_;  // some of them are awaited no more
    std::set<KeyName, KeyNameOrder> owed_;
    std::set<KeyName, KeyNameOrder> full_tenants_;  // what the names of their streams begin with
};

// Of the server that runs this command.
Dispatch& dispatch_of(const CommandContext& context);

}  // namespace sluice
