// What is due is due when it was promised: across deaths of the process and of the machine, and
// whatever somebody does to the wall clock.
#include <gtest/gtest.h>

#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

constexpr Duration day = Duration::from_seconds(86'400);
constexpr EntryId parked{1, 0};
constexpr EntryId leased{2, 0};
constexpr std::uint32_t lease_ms = 5000;
constexpr LineNumber held_line = 7;

// A store in which one entry is leased and one is parked.
class WorkStore : public Store {
  public:
    explicit WorkStore(std::uint64_t boot) {
        options.boot = boot;
        open();
    }

    Group& group() { return *engine->find(0, "s")->stream()->find_group("g"); }
    void apply(std::string_view effect) {
        Key& key = *engine->find(0, "s");
        const auto applied = key.stream()->apply(effect, mono);
        ASSERT_TRUE(applied) << applied.error().message;
        engine->commit_stream(key, effect);
    }
    void begin() {
        publish("s", parked.ms, "first");
        publish("s", leased.ms, "second");
        apply(group_create_effect("g", {}));
        apply(consumer_create_effect("g", "c"));
    }
    Epoch lease(EntryId id) {
        const Epoch epoch = group().begin_work().next_epoch();
        auto effect = WorkEffect::lease("g", "c", {id, -1}, epoch, lease_ms);
        effect.add(id, 0);
        apply(effect.bytes());
        return epoch;
    }
    void park(Duration delay) {
        lease(parked);
        apply(park_effect("g", {parked, mono + delay, 1, ""}));
        apply(withhold_effect("g", held_line, mono + delay));
        lease(leased);
    }
    void make_durable() {
        while (run_one()) {
        }
    }
    // The process dies and starts again after so long.
    void restart(Duration off) {
        make_durable();
        engine.reset();
        disk.restart_process();
        wall = wall + off;
        mono = mono + off;
        open();
    }
    // The machine stops, and starts again after so long, with clocks of its own.
    void reboot(std::uint64_t boot, Duration off) {
        make_durable();
        engine.reset();
        disk.restart_process();
        wall = wall + off;
        mono = MonoTime::from_ms(static_cast<std::int64_t>(boot) * 3000);
        options.boot = boot;
        open();
    }

    bool is_due() {
        group().wake(mono);
        const bool is_ready = group().work()->find(parked)->state == WorkState::ready;
        EXPECT_EQ(group().work()->withheld_until(held_line, mono).has_value(), !is_ready);
        return is_ready;
    }
    void expect_due_in(Duration left) {
        pass(Duration{left.microseconds - 1});
        EXPECT_FALSE(is_due());
        pass(Duration{1});
        EXPECT_TRUE(is_due());
    }
};

struct Step {
    std::string_view name;
    Duration wall;
};
constexpr Step steps[] = {{"none", {}}, {"a day on", day}, {"a day back", {-day.microseconds}}};

TEST(WorkTime, a_restart_of_the_process_changes_no_time_whatever_the_wall_clock_does) {
    for (const Step& before : steps) {
        for (const Step& meanwhile : steps) {
            SCOPED_TRACE(std::string(before.name) + ", then " + std::string(meanwhile.name));
            WorkStore store(1);
            store.begin();
            store.park(Duration::from_ms(1000));
            store.wall = store.wall + before.wall;
            store.pass(Duration::from_ms(100));
            store.wall = store.wall + meanwhile.wall;
            store.restart(Duration::from_ms(300));
            store.expect_due_in(Duration::from_ms(600));
        }
    }
}

TEST(WorkTime, many_restarts_and_checkpoints_change_no_time) {
    WorkStore store(1);
    store.begin();
    store.park(Duration::from_seconds(600));
    Duration passed{};
    for (int i = 0; i < 6; ++i) {
        const MonoTime before = store.mono;
        if (i % 2 == 0) store.checkpoint();
        store.wall = store.wall + steps[i % 3].wall;
        store.restart(Duration::from_ms(700));
        passed = {passed.microseconds + (store.mono - before).microseconds};
    }
    store.expect_due_in({Duration::from_seconds(600).microseconds - passed.microseconds});
}

TEST(WorkTime, after_a_restart_of_the_machine_the_wall_clock_tells_how_long_it_was_off) {
    for (const bool has_checkpoint : {false, true}) {
        SCOPED_TRACE(has_checkpoint);
        WorkStore store(1);
        store.begin();
        store.park(Duration::from_seconds(600));
        const MonoTime parked_at = store.mono;
        if (has_checkpoint) store.checkpoint();
        const Duration ran = store.mono - parked_at;
        store.reboot(2, Duration::from_seconds(60));
        store.reboot(3, Duration::from_seconds(30));
        store.expect_due_in({Duration::from_seconds(600 - 90).microseconds - ran.microseconds});
    }
}

TEST(WorkTime, what_became_due_while_the_machine_was_off_is_due_at_once) {
    WorkStore store(1);
    store.begin();
    store.park(Duration::from_ms(1000));
    store.reboot(2, day);
    EXPECT_TRUE(store.is_due());
}

TEST(WorkTime, a_wall_clock_that_went_back_over_a_restart_of_the_machine_makes_nothing_early) {
    WorkStore store(1);
    store.begin();
    store.park(Duration::from_ms(1000));
    store.reboot(2, {-day.microseconds});
    store.expect_due_in(Duration::from_ms(1000));
}

TEST(WorkTime, a_step_back_after_a_restart_of_the_machine_is_not_counted_twice) {
    WorkStore store(1);
    store.begin();
    store.park(Duration::from_seconds(600));
    store.reboot(2, Duration::from_seconds(60));
    store.wall = store.wall + Duration{-day.microseconds};
    store.restart(Duration::from_seconds(10));
    store.expect_due_in(Duration::from_seconds(530));
}

TEST(WorkTime, a_lease_begins_anew_when_the_process_or_the_machine_does) {
    for (const bool is_reboot : {false, true}) {
        WorkStore store(1);
        store.begin();
        store.park(Duration::from_seconds(600));
        store.pass(Duration::from_ms(lease_ms - 1));
        is_reboot ? store.reboot(2, day) : store.restart(Duration::from_seconds(60));
        EXPECT_EQ(store.group().begin_work().next_expired(store.mono), std::nullopt);
        store.pass(Duration::from_ms(lease_ms));
        EXPECT_EQ(store.group().begin_work().next_expired(store.mono), leased);
    }
}

TEST(WorkTime, a_process_that_dies_at_once_takes_no_epoch_with_it_to_its_successor) {
    for (const Step& step : steps) {
        SCOPED_TRACE(step.name);
        WorkStore store(1);
        store.begin();
        Epoch last = store.lease(parked);
        store.make_durable();
        for (int life = 0; life < 4; ++life) {
            store.reopen();
            store.wall = store.wall + step.wall;
            // A delivery is told as soon as what it depends on is safe; it may be lost itself.
            store.engine->begin_command();
            const Epoch told = store.group().begin_work().next_epoch();
            const Dependency needs = store.engine->dependency();
            while (store.engine->reached().synced < needs.synced)
                ASSERT_TRUE(store.run_one());
            EXPECT_GT(told, last);
            last = told;
        }
    }
}

}  // namespace
}  // namespace sluice::testing
