// One group of workers for many tenants: streams by pattern, turns by weight, limits.
#include <algorithm>

#include "unit/server/conversation.hpp"
#include "work_commands/dispatch.hpp"

namespace sluice::testing {
namespace {

class LeasesOfTenants : public Conversation {
  protected:
    static std::string stream_of(std::string_view tenant, std::string_view stream = "tasks") {
        return "t:" + std::string(tenant) + ":events:" + std::string(stream);
    }
    // A tenant with so many entries in a stream that the group works on.
    void make(std::string_view tenant, int entries, std::string_view stream = "tasks") {
        tell("SLUICE.GROUP CREATE " + stream_of(tenant, stream) + " g");
        fill(stream_of(tenant, stream), entries);
    }
    void fill(const std::string& key, int count) {
        constexpr int pipelined = 1000;
        for (; count > 0; count -= pipelined) {
            std::string bytes;
            for (int i = 0; i < std::min(count, pipelined); ++i)
                bytes += "XADD " + key + " * f v\r\n";
            client_.send(bytes);
        }
    }
    // The first letters of the tenants that so many leases of one entry serve.
    std::string served(int count, std::string_view pattern = "t:*:events:tasks") {
        std::string given;
        for (; count > 0; --count)
            given += tenant_in(tell("SLUICE.LEASE GROUP g c PATTERN " + std::string(pattern)));
        return given;
    }
    static char tenant_in(const std::string& reply) {
        const auto at = reply.find("\"t:");
        return at == reply.npos ? '-' : reply.at(at + 3);
    }
    std::string settle(const std::string& reply) {
        const auto words = words_of(reply);
        return tell("SLUICE.ACK " + words.at(0) + " g " + words.at(1) + " " + words.at(2));
    }
    // What stands between quotes.
    static std::vector<std::string> words_of(const std::string& reply) {
        std::vector<std::string> words;
        for (auto begin = reply.find('"'); begin != reply.npos;) {
            const auto end = reply.find('"', begin + 1);
            words.push_back(reply.substr(begin + 1, end - begin - 1));
            begin = reply.find('"', end + 1);
        }
        return words;
    }
};

// --- patterns ---

TEST_F(LeasesOfTenants, a_pattern_means_the_streams_that_have_the_group) {
    make("ada", 1);
    make("bob", 1);
    make("cyd", 1, "other");
    tell("SLUICE.GROUP CREATE " + stream_of("dan") + " another");
    fill(stream_of("dan"), 1);
    EXPECT_EQ(served(4), "ab--");
    EXPECT_EQ(served(2, "t:*:events:*"), "c-");
    EXPECT_EQ(served(1, "nothing*"), "-");
}

TEST_F(LeasesOfTenants, a_pattern_makes_consumers_only_where_it_takes) {
    make("ada", 1);
    make("bob", 0);
    EXPECT_EQ(served(1), "a");
    EXPECT_EQ(tell("XINFO CONSUMERS " + stream_of("bob") + " g"), "[]");
}

TEST_F(LeasesOfTenants, a_pattern_gives_retries_and_what_was_left_too) {
    make("ada", 1);
    const auto lease = words_of(tell("SLUICE.LEASE GROUP g c PATTERN t:*"));
    tell("SLUICE.FAIL " + lease.at(0) + " g " + lease.at(1) + " " + lease.at(2));
    EXPECT_EQ(served(1), "-");
    door_.advance(Duration::from_seconds(1));
    EXPECT_EQ(served(2), "a-");
    door_.advance(Duration::from_seconds(34));
    EXPECT_EQ(served(2), "a-") << "the lease ended, and the retry after it is due";
}

TEST_F(LeasesOfTenants, who_waits_for_a_pattern_hears_of_streams_that_come_later) {
    Client& waiting = door_.connect();
    const std::string request = "SLUICE.LEASE GROUP g c BLOCK 0 PATTERN t:*:events:tasks\r\n";
    waiting.send_only(request);
    make("ada", 1);
    EXPECT_EQ(tenant_in(heard(waiting.receive())), 'a');
    waiting.send_only(request);
    tell("XADD " + stream_of("bob") + " * f v");
    EXPECT_EQ(waiting.receive(), "") << "it has no group yet";
    tell("SLUICE.GROUP CREATE " + stream_of("bob") + " g");
    EXPECT_EQ(tenant_in(heard(waiting.receive())), 'b');
}

TEST_F(LeasesOfTenants, who_waits_for_a_pattern_hears_of_retries_and_of_what_is_handed_back) {
    make("ada", 1);
    const auto lease = words_of(tell("SLUICE.LEASE GROUP g c PATTERN t:*"));
    Client& waiting = door_.connect();
    waiting.send_only("SLUICE.LEASE GROUP g d BLOCK 0 PATTERN t:*\r\n");
    tell("SLUICE.RELEASE " + lease.at(0) + " g " + lease.at(1) + " " + lease.at(2));
    const auto again = words_of(heard(waiting.receive()));
    ASSERT_EQ(again.size(), 5U);
    waiting.send_only("SLUICE.LEASE GROUP g d BLOCK 0 PATTERN t:*\r\n");
    tell("SLUICE.FAIL " + again.at(0) + " g " + again.at(1) + " " + again.at(2));
    EXPECT_EQ(waiting.receive(), "");
    door_.advance(Duration::from_seconds(1));
    EXPECT_EQ(tenant_in(heard(waiting.receive())), 'a');
}

TEST_F(LeasesOfTenants, refuses_patterns_beyond_the_limits) {
    const std::string stars(17, '*');
    EXPECT_TRUE(
        tell("SLUICE.LEASE GROUP g c PATTERN " + std::string(300, 'x')).starts_with("-ERR "));
    EXPECT_EQ(tell("SLUICE.LEASE GROUP g c PATTERN a b"), "-ERR syntax error");
    for (int i = 0; i < 100; ++i) {
        door_.connect().send_only("SLUICE.LEASE GROUP g c BLOCK 0 PATTERN " + std::to_string(i) +
                                  "*\r\n");
    }
    EXPECT_EQ(tell("SLUICE.LEASE GROUP g c BLOCK 10 PATTERN more*"),
              "-ERR clients wait for 100 patterns already");
    EXPECT_EQ(tell("SLUICE.LEASE GROUP g c PATTERN more*"), "nil-array")
        << "this one does not wait";
}

// --- turns ---

TEST_F(LeasesOfTenants, a_million_entries_of_a_tenant_delay_another_by_one_turn) {
    make("ada", 1'000'000);
    EXPECT_EQ(served(5), "aaaaa");
    make("bob", 1);
    EXPECT_LE(served(2).find('b'), 1U);
}

TEST_F(LeasesOfTenants, a_tenant_gains_nothing_by_many_streams) {
    for (int i = 0; i < 10; ++i)
        make("ada", 10, "tasks" + std::to_string(i));
    make("bob", 100, "tasks");
    const std::string given = served(40, "t:*");
    EXPECT_EQ(std::ranges::count(given, 'b'), 20) << given;
}

TEST_F(LeasesOfTenants, streams_of_a_tenant_take_turns_within_its_own) {
    make("ada", 1000, "long");
    make("ada", 3, "short");
    make("bob", 100);
    std::string given;
    for (int i = 0; i < 12; ++i) {
        const auto words = words_of(tell("SLUICE.LEASE GROUP g c PATTERN t:*"));
        given += words.at(0) == stream_of("ada", "short") ? 's' : tenant_in('"' + words.at(0));
    }
    EXPECT_EQ(std::ranges::count(given, 's'), 3) << given;
    EXPECT_EQ(std::ranges::count(given, 'b'), 6) << given;
}

TEST_F(LeasesOfTenants, turns_are_as_large_as_the_weight) {
    tell("SLUICE.TENANT CREATE ada WEIGHT 3");
    tell("SLUICE.TENANT CREATE bob");
    make("ada", 100);
    make("bob", 100);
    const std::string given = served(40);
    EXPECT_EQ(std::ranges::count(given, 'a'), 30) << given;
    tell("SLUICE.TENANT SET bob WEIGHT 3");
    const std::string later = served(36);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(later, 'b')), 18, 3) << later;
}

TEST_F(LeasesOfTenants, weights_hold_for_streams_that_are_named) {
    tell("SLUICE.TENANT CREATE ada WEIGHT 2");
    make("ada", 50);
    make("bob", 50);
    std::string given;
    for (int i = 0; i < 30; ++i) {
        given += tenant_in(
            tell("SLUICE.LEASE GROUP g c STREAMS " + stream_of("bob") + " " + stream_of("ada")));
    }
    EXPECT_EQ(std::ranges::count(given, 'a'), 20) << given;
}

TEST_F(LeasesOfTenants, the_longest_wait_for_a_turn_is_a_number) {
    const auto longest = [this] {
        for (const Metric& metric : door_.server().resident<Dispatch>().measure()) {
            if (metric.name == "sluice_work_most_starved_seconds") return metric.value;
        }
        return -1.0;
    };
    EXPECT_EQ(longest(), 0);
    make("ada", 3);
    make("bob", 3);
    EXPECT_EQ(served(1), "a");
    door_.advance(Duration::from_seconds(7));
    EXPECT_EQ(longest(), 7);
    EXPECT_EQ(served(1), "b");
    door_.advance(Duration::from_seconds(2));
    EXPECT_EQ(longest(), 9) << "ada's";
    tell("XTRIM " + stream_of("ada") + " MAXLEN 0");
    EXPECT_EQ(longest(), 2) << "nothing of ada's waits any more";
}

// --- the limit of a tenant ---

TEST_F(LeasesOfTenants, has_no_more_at_work_than_its_limit) {
    tell("SLUICE.TENANT CREATE ada INFLIGHT 3");
    make("ada", 10, "one");
    make("ada", 10, "two");
    make("bob", 2);
    EXPECT_EQ(served(6, "t:*").find('-'), 5U) << "three of ada's, two of bob's";
    EXPECT_EQ(tell("SLUICE.LEASE GROUP g c COUNT 10 STREAMS " + stream_of("ada", "one")),
              "nil-array");
    tell("SLUICE.GROUP CREATE " + stream_of("ada", "one") + " other");
    EXPECT_EQ(tell("SLUICE.LEASE GROUP other c STREAMS " + stream_of("ada", "one")), "nil-array")
        << "over all groups";
    door_.reopen();
    EXPECT_EQ(served(1, "t:ada:*"), "-") << "leases begin anew after a restart";
}

TEST_F(LeasesOfTenants, goes_on_when_a_lease_of_another_of_its_streams_is_over) {
    tell("SLUICE.TENANT CREATE ada INFLIGHT 1");
    make("ada", 10, "one");
    make("ada", 10, "two");
    const std::string first = tell("SLUICE.LEASE GROUP g c STREAMS " + stream_of("ada", "one"));
    Client& waiting = door_.connect();
    waiting.send_only("SLUICE.LEASE GROUP g c BLOCK 0 STREAMS " + stream_of("ada", "two") + "\r\n");
    EXPECT_EQ(waiting.receive(), "");
    EXPECT_EQ(settle(first), "[+OK]");
    const std::string second = heard(waiting.receive());
    EXPECT_EQ(words_of(second).at(0), stream_of("ada", "two"));
    // A lease that ends by itself makes room too.
    waiting.send_only("SLUICE.LEASE GROUP g c BLOCK 0 PATTERN t:ada:events:one\r\n");
    door_.advance(Duration::from_seconds(31));
    EXPECT_EQ(words_of(heard(waiting.receive())).at(0), stream_of("ada", "one"));
}

TEST_F(LeasesOfTenants, says_why_an_entry_waits) {
    tell("SLUICE.TENANT CREATE ada INFLIGHT 1");
    tell("SLUICE.GROUP CREATE " + stream_of("ada") + " g");
    tell("XADD " + stream_of("ada") + " 1-1 f v");
    tell("XADD " + stream_of("ada") + " 2-1 f v");
    const std::string why = "SLUICE.WHY " + stream_of("ada") + " g 2-1";
    EXPECT_EQ(tell(why), "[\"state\" \"waiting\"]");
    const std::string lease = tell("SLUICE.LEASE GROUP g c STREAMS " + stream_of("ada"));
    EXPECT_EQ(tell(why), "[\"state\" \"waiting\" \"waits-for\" \"tenant limit\"]");
    settle(lease);
    EXPECT_EQ(tell(why), "[\"state\" \"waiting\"]");
}

}  // namespace
}  // namespace sluice::testing
