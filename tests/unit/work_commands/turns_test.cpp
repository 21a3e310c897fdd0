// Turns among the streams of a lease: a backlog delays nobody, across commands.
#include "work_commands/turns.hpp"

#include <algorithm>
#include <array>

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class TurnsOfLeases : public Conversation {
  protected:
    void make_group(const std::string& key) { tell("SLUICE.GROUP CREATE " + key + " g"); }
    // Many at a time.
    void fill(const std::string& key, int count) {
        constexpr int pipelined = 1000;
        for (; count > 0; count -= pipelined) {
            std::string bytes;
            for (int i = 0; i < std::min(count, pipelined); ++i)
                bytes += "XADD " + key + " * f v\r\n";
            client_.send(bytes);
        }
    }
    // The keys of what so many leases of one entry give.
    std::string lease(const std::string& keys, int count) {
        std::string given;
        for (; count > 0; --count) {
            const std::string reply = tell("SLUICE.LEASE GROUP g c COUNT 1 STREAMS " + keys);
            given += reply.starts_with("[[\"") ? reply.at(3) : '-';
        }
        return given;
    }
};

TEST_F(TurnsOfLeases, go_on_in_the_next_command) {
    make_group("a");
    make_group("b");
    fill("a", 10);
    fill("b", 3);
    EXPECT_EQ(lease("a b", 8), "abababaa");
    fill("b", 1);
    EXPECT_EQ(lease("a b", 3), "aba");
    EXPECT_EQ(lease("b a", 4), "aaa-");
}

TEST_F(TurnsOfLeases, a_million_entries_delay_another_stream_by_one_turn) {
    make_group("a");
    make_group("b");
    fill("a", 1'000'000);
    EXPECT_EQ(lease("a b", 5), "aaaaa");
    fill("b", 1);
    const std::string given = lease("a b", 3);
    EXPECT_LE(given.find('b'), 1U) << given;
}

TEST_F(TurnsOfLeases, hold_across_leases_that_name_other_streams) {
    for (const auto* const key : {"a", "b", "c", "d"}) {
        make_group(key);
        fill(key, 10);
    }
    EXPECT_EQ(lease("a b", 1) + lease("a c", 1) + lease("a d", 1) + lease("a b", 1), "aaab");
    EXPECT_EQ(lease("a b c d", 4), "cdab");
}

TEST_F(TurnsOfLeases, count_bytes) {
    make_group("a");
    make_group("b");
    const std::string large(10'000, 'x');
    for (int i = 0; i < 4; ++i)
        tell("XADD a * f " + large);
    fill("b", 30);
    // Ten kilobytes of debt are ten turns of the other.
    const std::string given = lease("a b", 24);
    EXPECT_EQ(std::ranges::count(given, 'a'), 3) << given;
}

TEST_F(TurnsOfLeases, a_key_that_is_named_twice_has_one_turn) {
    make_group("a");
    make_group("b");
    fill("a", 3);
    fill("b", 3);
    EXPECT_EQ(lease("a a b", 4), "abab");
}

// --- the limits ---

TEST(Turns, weights_are_asked_for) {
    Turns turns;
    turns.set_weights([](TenantNumber, std::string_view key) { return key == "a" ? 3U : 0U; });
    const std::array<std::string_view, 2> keys = {"a", "b"};
    FairShare& share = turns.of(0, "g", keys, {});
    FairShare::Round round(share, keys, {});
    std::string served;
    for (int i = 0; i < 8; ++i) {
        served += keys.at(*round.next());
        round.charge(Turns::quantum_bytes, {});
    }
    EXPECT_EQ(served, "aaabaaab");
}

TEST(Turns, forgets_the_group_used_longest_ago) {
    Turns turns;
    const std::array<std::string_view, 1> keys = {"a"};
    for (std::size_t i = 0; i < Turns::groups_max + 10; ++i) {
        const MonoTime now = MonoTime::from_ms(static_cast<std::int64_t>(i));
        turns.of(0, std::to_string(i), keys, now);
        turns.of(0, "kept", keys, now);
    }
    EXPECT_EQ(turns.groups(), Turns::groups_max);
}

TEST(Turns, differ_between_databases) {
    Turns turns;
    const std::array<std::string_view, 1> keys = {"a"};
    EXPECT_NE(&turns.of(0, "g", keys, {}), &turns.of(1, "g", keys, {}));
}

}  // namespace
}  // namespace sluice::testing
