// The work of a group comes back from a checkpoint and the journal behind it, also when workers
// went on while the checkpoint was written.
#include <gtest/gtest.h>

#include "io/random.hpp"
#include "unit/engine/store.hpp"

namespace sluice::testing {
namespace {

// A group that is worked on at random; what it does is recorded as commands record it.
class Worked : public Store {
  public:
    explicit Worked(std::uint64_t seed) : random_(seed) {
        options.boot = 1;
        open();
        publish("s", ++last_, "v");
        apply(group_create_effect("g", {}), Engine::Wait::yes);
        apply(consumer_create_effect("g", "c"), Engine::Wait::yes);
    }

    void step() {
        engine->begin_command();
        pass(Duration::from_ms(static_cast<std::int64_t>(random_.below(20))));
        group().wake(mono);
        switch (random_.below(6)) {
            case 0:
            case 1:
                return publish("s", ++last_, "v");
            case 2:
                return settle(IdListEffect::acknowledge("g"));
            case 3:
                return settle(IdListEffect::hand_back("g"));
            case 4:
                return park();
            default:
                return lease();
        }
    }
    std::string description() { return describe(*engine->find(0, "s")->stream()); }
    Random& random() { return random_; }

  private:
    Group& group() { return *engine->find(0, "s")->stream()->find_group("g"); }
    static LineNumber line_of(EntryId id) { return id.ms % 5; }

    void apply(std::string_view effect, Engine::Wait wait) {
        Key& key = *engine->find(0, "s");
        const auto applied = key.stream()->apply(effect, mono);
        ASSERT_TRUE(applied) << applied.error().message;
        engine->commit_stream(key, effect, wait);
    }
    std::optional<EntryId> some_leased() {
        std::vector<EntryId> leased;
        group().begin_work().for_each([&](EntryId id, const WorkItem& item) {
            if (item.state == WorkState::leased) leased.push_back(id);
        });
        if (leased.empty()) return std::nullopt;
        return leased[random_.below(leased.size())];
    }
    void settle(IdListEffect&& effect) {
        const auto id = some_leased();
        if (!id) return;
        effect.add(*id);
        apply(effect.finish(), Engine::Wait::yes);
    }
    void park() {
        const auto id = some_leased();
        if (!id) return;
        const std::uint32_t failures = group().work()->find(*id)->failures + 1;
        const MonoTime due = mono + Duration::from_ms(static_cast<int>(random_.below(50)));
        apply(park_effect("g", {*id, due, failures, "history"}), Engine::Wait::yes);
    }
    // The next that is ready, or else the next that is new. A crash may take it back.
    void lease() {
        GroupWork& work = group().begin_work();
        const auto ready = work.next_ready();
        const EntryId last = group().last_delivered();
        const EntryId id = ready.value_or(EntryId{last.ms + 1, 0});
        if (id.ms > last_) return;
        const GroupPosition position{std::max(last, id), -1};
        const bool is_behind = !ready && group().enter(id, line_of(id)) == WorkState::behind;
        auto effect = is_behind ? WorkEffect::hold("g", position)
                                : WorkEffect::lease("g", "c", position, work.next_epoch(), 1000);
        effect.add(id, line_of(id));
        apply(effect.bytes(), Engine::Wait::no);
    }

    Random random_;
    std::uint64_t last_ = 0;
};

TEST(WorkRecovery, checkpoints_and_the_journal_give_back_what_was_lived) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        Worked store(seed);
        for (int life = 0; life < 4; ++life) {
            for (int i = 0; i < 300; ++i) {
                store.step();
                if (store.random().one_in(60)) store.engine->request_checkpoint();
                // A checkpoint is written piece by piece, while the group is worked on.
                store.engine->on_time();
                if (store.random().one_in(2)) store.run_one();
            }
            store.set("last", "of all");
            while (store.run_one()) {
            }
            const std::string lived = store.description();
            store.reopen();
            ASSERT_EQ(store.description(), lived);
        }
        EXPECT_GE(store.names("checkpoint-").size(), 1u);
    }
}

}  // namespace
}  // namespace sluice::testing
