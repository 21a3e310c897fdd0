// The law of the journal: the state is the fold of what was recorded. Random histories are lived
// once and replayed from the beginning and from a snapshot in the middle.
#include <gtest/gtest.h>
#include <variant>

#include "io/random.hpp"
#include "stream/stream.hpp"
#include "stream/stream_effect.hpp"
#include "stream/trim.hpp"
#include "stream/unread.hpp"

namespace sluice {
namespace {

struct NewEntry {
    EntryId id;
    EntryRef ref;
    Priority priority = Priority::normal;
};
using Record = std::variant<NewEntry, std::string>;

void replay(Stream& stream, const Record& record, MonoTime now) {
    if (const auto* entry = std::get_if<NewEntry>(&record)) {
        stream.append(entry->id, entry->ref);
        stream.set_priority(entry->id, entry->priority);
    } else {
        const auto applied = stream.apply(std::get<std::string>(record), now);
        ASSERT_TRUE(applied) << applied.error().message;
    }
}

// A stream that is lived in: each step changes the state as commands do, and records it.
class Life {
  public:
    explicit Life(std::uint64_t seed) : random_(seed) {}

    void step() {
        now_ms_ += static_cast<std::int64_t>(random_.below(50));
        if (Group* const group = stream_.find_group("g0")) group->wake(now());
        switch (random_.below(26)) {
            case 0:
                return group_changes();
            case 1:
                return consumer_changes();
            case 2:
                return trim();
            case 3:
                return erase();
            case 4:
                return claim();
            case 5:
                return release();
            case 6:
                return set_id();
            case 7:
                return publish_once();
            case 8:
            case 9:
            case 10:
                return deliver();
            case 11:
            case 12:
                return acknowledge();
            case 13:
            case 14:
            case 15:
                return lease();
            case 16:
            case 17:
                return park();
            case 18:
                return hand_back();
            case 19:
                return settings();
            case 20:
                return retain();
            case 21:
                return lose();
            default:
                return append();
        }
    }

    const Stream& stream() const { return stream_; }
    const std::vector<Record>& records() const { return records_; }

  private:
    void record(std::string_view effect) { records_.emplace_back(std::string(effect)); }
    // As commands do that are not hot: the state is changed by the effect itself.
    void commit(std::string_view effect) {
        const auto applied = stream_.apply(effect, now());
        ASSERT_TRUE(applied) << applied.error().message;
        record(effect);
    }
    std::string name(std::string_view kind) {
        return std::string(kind) + std::to_string(random_.below(3));
    }
    EntryId some_id() { return {random_.below(stream_.last_id().ms + 2), random_.below(3)}; }
    Priority some_priority() { return static_cast<Priority>(random_.below(4)); }
    Group* some_group() { return stream_.find_group(name("g")); }
    MonoTime now() const { return MonoTime::from_ms(now_ms_); }

    void append() {
        EntryId id = stream_.last_id();
        id = random_.one_in(3) ? EntryId{id.ms + 1 + random_.below(3), 0}
                               : EntryId{id.ms, id.seq + 1};
        position_ += 64;
        const EntryRef ref{position_, 60};
        const auto priority = random_.one_in(2) ? Priority::normal : some_priority();
        stream_.append(id, ref);
        stream_.set_priority(id, priority);
        records_.emplace_back(NewEntry{id, ref, priority});
    }

    void group_changes() {
        const std::string group = name("g");
        if (stream_.find_group(group) == nullptr) {
            return commit(group_create_effect(group, {some_id(), random_.one_in(2) ? -1 : 3}));
        }
        if (random_.one_in(6)) return commit(group_destroy_effect(group));
        const EntryId id = some_id();
        commit(group_position_effect(group, {id, -1}));
        commit(reach_effect(group, Reach(id)));
    }

    void consumer_changes() {
        Group* const group = some_group();
        if (group == nullptr) return;
        const std::string consumer = name("c");
        if (!group->find_consumer(consumer)) {
            commit(consumer_create_effect(group->name(), consumer));
        } else if (random_.one_in(4)) {
            commit(consumer_delete_effect(group->name(), consumer));
        }
    }

    void deliver() {
        Group* const group = some_group();
        if (group == nullptr) return;
        const std::string consumer = name("c");
        const auto number = group->find_consumer(consumer);
        if (!number) return;
        if (!group->reads_evenly()) return deliver_unread(*group, *number);
        std::vector<EntryId> ids;
        GroupPosition after{group->last_delivered(), group->entries_read()};
        const EntryIndex& index = stream_.index();
        for (auto at = index.upper_bound(after.last_delivered);
             at != index.end() && ids.size() < 20; at = index.next(at)) {
            const EntryId id = index.at(at).id;
            after.entries_read = entries_read_after(stream_.counters(), after.last_delivered,
                                                    after.entries_read, id);
            after.last_delivered = id;
            ids.push_back(id);
        }
        if (ids.empty()) return;
        auto effect = IdListEffect::deliver(group->name(), consumer, after);
        group->set_position(after.last_delivered, after.entries_read);
        group->set_active(*number, now_ms_);
        for (const EntryId id : ids) {
            group->deliver(id, *number, now_ms_);
            effect.add(id);
        }
        record(effect.finish());
    }

    // Of a group that has read ahead: in the order of the ids all the same.
    void deliver_unread(Group& group, ConsumerNumber number) {
        UnreadWalk walk(stream_, group.reach());
        std::vector<EntryId> ids;
        while (const auto entry = walk.lowest()) {
            if (ids.size() == 20) break;
            walk.take(walk.priority_of_lowest());
            ids.push_back(entry->id);
        }
        if (ids.empty()) return;
        group.set_reach(leveled(stream_, walk.reach()));
        group.set_active(number, now_ms_);
        auto effect = IdListEffect::deliver(group.name(), group.consumer(number).name,
                                            {group.last_delivered(), group.entries_read()});
        for (const EntryId id : ids) {
            group.deliver(id, number, now_ms_);
            effect.add(id);
        }
        record(effect.finish());
        record(reach_effect(group.name(), group.reach()));
    }

    void acknowledge() {
        Group* const group = some_group();
        if (group == nullptr) return;
        auto effect = IdListEffect::acknowledge(group->name());
        auto redelivered = IdListEffect::redeliver(group->name());
        group->pending().scan(some_id(), {}, [&](const Pending& pending) {
            (random_.one_in(3) ? redelivered : effect).add(pending.id);
            return !random_.one_in(15);
        });
        if (!effect.empty()) commit(effect.finish());
        if (!redelivered.empty()) commit(redelivered.finish());
    }

    void claim() {
        Group* const group = some_group();
        if (group == nullptr) return;
        const std::string consumer = name("c");
        if (!group->find_consumer(consumer)) return;
        auto effect = IdListEffect::claim(group->name(), consumer);
        for (int i = 0; i < 5; ++i) {
            effect.add(some_id(), static_cast<std::uint32_t>(random_.below(4)));
        }
        commit(effect.finish());
    }

    void release() {
        Group* const group = some_group();
        if (group == nullptr) return;
        auto effect = IdListEffect::release(group->name());
        group->pending().scan(some_id(), {}, [&](const Pending& pending) {
            effect.add(pending.id, pending.deliveries);
            return !random_.one_in(4);
        });
        if (!effect.empty()) commit(effect.finish());
    }

    // --- work ---

    static LineNumber line_of(EntryId id) { return (id.ms + id.seq) % 4; }

    // As SLUICE.LEASE: what is ready, then what is new; heads of lines before those behind them.
    void lease() {
        Group* const group = some_group();
        if (group == nullptr) return;
        const std::string consumer = name("c");
        const auto number = group->find_consumer(consumer);
        if (!number) return;
        GroupWork& work = group->begin_work();
        group->wake(now());
        const Epoch first = work.next_epoch();
        const auto lease_ms = static_cast<std::uint32_t>(1 + random_.below(500));
        std::vector<EntryId> leased;
        std::vector<EntryId> held;
        std::vector<EntryId> withheld;
        const auto take = [&](EntryId id) {
            group->lease(id, *number, work.next_epoch(), lease_ms, now());
            leased.push_back(id);
        };
        for (std::uint64_t left = random_.below(5); left > 0; --left) {
            if (const auto id = work.next_ready(some_priority())) take(*id);
        }
        UnreadWalk walk(stream_, group->reach());
        for (std::uint64_t left = random_.below(20); left > 0; --left) {
            const Priority priority = some_priority();
            const auto entry = walk.next(priority);
            if (!entry) continue;
            walk.take(priority);
            const EntryId id = entry->id;
            const WorkState state = group->enter(id, line_of(id), priority);
            if (state == WorkState::ready && !random_.one_in(6)) {
                take(id);
                continue;
            }
            held.push_back(id);
            if (state == WorkState::ready) withheld.push_back(id);
        }
        group->set_active(*number, now_ms_);
        group->set_reach(leveled(stream_, walk.reach()));
        group->set_position(group->last_delivered(), entries_read_at(stream_, group->reach()));
        const GroupPosition position{group->last_delivered(), group->entries_read()};
        auto leases = WorkEffect::lease(group->name(), consumer, position, first, lease_ms);
        for (const EntryId id : leased)
            leases.add(id, work.find(id)->line);
        record(leases.bytes());
        auto holds = WorkEffect::hold(group->name(), position);
        for (const EntryId id : held)
            holds.add(id, work.find(id)->line);
        record(holds.bytes());
        record(reach_effect(group->name(), group->reach()));
        for (const EntryId id : withheld) {
            const WorkItem item = *work.find(id);
            commit(park_effect(group->name(),
                               {id, now() + Duration::from_ms(50), item.failures, item.history}));
        }
    }

    std::optional<EntryId> some_leased(const Group& group) {
        std::vector<EntryId> leased;
        if (group.work() == nullptr) return std::nullopt;
        group.work()->for_each([&](EntryId id, const WorkItem& item) {
            if (item.state == WorkState::leased) leased.push_back(id);
        });
        if (leased.empty()) return std::nullopt;
        return leased[random_.below(leased.size())];
    }

    void park() {
        Group* const group = some_group();
        const auto id = group == nullptr ? std::nullopt : some_leased(*group);
        if (!id) return;
        const std::uint32_t failures = group->work()->find(*id)->failures + 1;
        const MonoTime due = now() + Duration::from_ms(static_cast<int>(random_.below(400)));
        commit(park_effect(group->name(), {*id, due, failures, name("history ")}));
    }

    void hand_back() {
        Group* const group = some_group();
        const auto id = group == nullptr ? std::nullopt : some_leased(*group);
        if (!id) return;
        if (random_.one_in(3)) return commit(extend_effect(group->name(), *id, 500));
        auto effect = IdListEffect::hand_back(group->name());
        effect.add(*id);
        commit(effect.finish());
    }

    void settings() {
        Group* const group = some_group();
        if (group == nullptr) return;
        switch (random_.below(3)) {
            case 0:
                return commit(work_settings_effect(group->name(), name("retry=")));
            case 1:
                return commit(withhold_effect(group->name(), 1 + random_.below(3),
                                              now() + Duration::from_ms(100)));
            default:
                return commit(address_effect(some_id(), group->name()));
        }
    }

    void retain() {
        if (random_.one_in(8)) return commit(retention_effect(std::nullopt));
        if (random_.one_in(3)) {
            RetentionSettings settings;
            settings.length_max = random_.below(40);
            settings.age_ms_max = random_.below(5000);
            settings.protects = random_.one_in(2);
            return commit(retention_effect(settings));
        }
        if (random_.one_in(2)) return commit(age_mark_effect({stream_.last_id(), now()}));
        if (Group* const group = some_group()) {
            return commit(holding_effect(group->name(), random_.one_in(2)));
        }
    }

    void lose() {
        if (random_.one_in(4)) return commit(losses_told_effect());
        Group* const group = some_group();
        if (group == nullptr) return;
        const Missed missed[] = {{group->name(), 1 + random_.below(5)}};
        commit(loss_effect({some_id(), some_id(), random_.below(6), LossCause::xtrim}, missed));
    }

    void trim() {
        TrimOptions options;
        options.by = TrimOptions::By::length;
        options.length_max = stream_.size() - std::min(stream_.size(), random_.below(10));
        options.references = random_.one_in(2) ? References::keep : References::respect;
        const TrimPlan plan = plan_trim(stream_, options);
        if (plan.through) commit(trim_effect(*plan.through));
        if (plan.ids.empty()) return;
        auto dropped = IdListEffect::drop();
        for (const EntryId id : plan.ids) {
            dropped.add(id);
        }
        commit(dropped.finish());
    }

    void erase() {
        auto effect = random_.one_in(3) ? IdListEffect::unreference() : IdListEffect::erase();
        for (int i = 0; i < 4; ++i) {
            effect.add(some_id());
        }
        commit(effect.finish());
    }

    void set_id() {
        if (!random_.one_in(8)) return;
        commit(
            set_id_effect({stream_.last_id().ms + 1, 0}, stream_.entries_added() + 2, some_id()));
    }

    void publish_once() {
        if (random_.one_in(40)) {
            return commit(idempotency_settings_effect({100 + random_.below(3), 5}));
        }
        if (random_.one_in(4)) return commit(idempotency_duplicate_effect());
        commit(idempotency_record_effect(name("p"), name("k"), stream_.last_id()));
    }

    Random random_;
    Stream stream_;
    std::vector<Record> records_;
    std::uint64_t position_ = 0;
    std::int64_t now_ms_ = 1'000'000;
};

constexpr MonoTime recovery = MonoTime::from_ms(7);

// Whoever waits behind others waits for somebody who can be worked on, or a line would stand still.
void expect_lines_move(const Stream& stream) {
    for (const auto& group : stream.groups()) {
        if (group->work() == nullptr) continue;
        group->work()->for_each([&](EntryId id, const WorkItem& item) {
            if (item.state != WorkState::behind) return;
            const EntryId head = group->work()->head_of(item.line);
            EXPECT_NE(group->work()->find(head)->state, WorkState::behind)
                << id.text() << " waits for " << head.text();
        });
    }
}

std::string saved(const Stream& stream) {
    std::string bytes;
    stream.save(bytes);
    return bytes;
}

TEST(Replay, a_history_replayed_is_the_state_that_was_lived) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        Life life(seed);
        for (int i = 0; i < 800; ++i) {
            life.step();
            expect_lines_move(life.stream());
        }
        Stream again;
        for (const Record& record : life.records()) {
            replay(again, record, recovery);
        }
        ASSERT_EQ(describe(again), describe(life.stream()));
    }
}

TEST(Replay, a_snapshot_and_the_rest_of_the_history_is_the_same_too) {
    for (std::uint64_t seed = 1001; seed <= 1040; ++seed) {
        SCOPED_TRACE(seed);
        Life life(seed);
        for (int i = 0; i < 600; ++i) {
            life.step();
        }
        auto loaded = Stream::load(saved(life.stream()), recovery);
        ASSERT_TRUE(loaded);
        ASSERT_EQ(describe(*loaded), describe(life.stream()));
        const std::size_t covered = life.records().size();
        for (int i = 0; i < 600; ++i) {
            life.step();
        }
        for (std::size_t i = covered; i < life.records().size(); ++i) {
            replay(*loaded, life.records()[i], recovery);
        }
        ASSERT_EQ(describe(*loaded), describe(life.stream()));
        expect_lines_move(*loaded);
    }
}

}  // namespace
}  // namespace sluice
