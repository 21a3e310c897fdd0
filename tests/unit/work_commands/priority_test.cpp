// Priorities among what a lease gives: in shares, never starving, and nothing lost or given twice.
#include <algorithm>
#include <map>
#include <set>

#include "io/random.hpp"
#include "stream/unread.hpp"
#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class Priorities : public Conversation {
  protected:
    // One entry for each letter: l, n, h, c; ids 1-0, 2-0 ...
    void publish(std::string_view letters) {
        std::string bytes;
        for (const char letter : letters) {
            bytes += "XADD s " + std::to_string(++published_) + "-0 ";
            const auto priority = static_cast<Priority>(std::string_view("lnhc").find(letter));
            bytes += letter == 'n' ? "f v" : "priority " + std::string(name_of(priority));
            bytes += "\r\n";
        }
        client_.send(bytes);
    }
    // The milliseconds of the ids in a reply.
    static std::vector<int> ids_in(const std::string& reply) {
        std::vector<int> ids;
        for (auto at = reply.find("-0\""); at != reply.npos; at = reply.find("-0\"", at + 1)) {
            const auto begin = reply.rfind('"', at) + 1;
            ids.push_back(std::stoi(reply.substr(begin, at - begin)));
        }
        return ids;
    }
    std::vector<int> lease(int count) {
        return ids_in(tell("SLUICE.LEASE GROUP g c COUNT " + std::to_string(count) + " STREAMS s"));
    }
    std::vector<int> read(int count) {
        return ids_in(tell("XREADGROUP GROUP g c COUNT " + std::to_string(count) + " STREAMS s >"));
    }
    // The letters of what so many leases of one give.
    std::string served(int count, std::string_view letters) {
        std::string given;
        for (; count > 0; --count) {
            for (const int id : lease(1))
                given += letters.at(static_cast<std::size_t>(id - 1) % letters.size());
        }
        return given;
    }
    std::string described() { return describe(*door_.engine().peek(0, "s")->stream()); }
    void expect_same_after_restart() {
        const std::string before = described();
        door_.reopen();
        EXPECT_EQ(described(), before);
    }

    int published_ = 0;
};

using Ids = std::vector<int>;

TEST_F(Priorities, share_what_is_given) {
    tell("SLUICE.GROUP CREATE s g");
    for (int i = 0; i < 100; ++i)
        publish("lnhc");
    std::string given = served(150, "lnhc");
    for (std::size_t round = 0; round < 10; ++round) {
        const std::string_view part = std::string_view(given).substr(round * 15, 15);
        EXPECT_EQ(std::ranges::count(part, 'l'), 1) << part;
        EXPECT_EQ(std::ranges::count(part, 'n'), 2) << part;
        EXPECT_EQ(std::ranges::count(part, 'h'), 4) << part;
        EXPECT_EQ(std::ranges::count(part, 'c'), 8) << part;
    }
}

TEST_F(Priorities, one_urgent_entry_passes_a_long_backlog) {
    tell("SLUICE.GROUP CREATE s g");
    publish(std::string(20'000, 'n'));
    publish("c");
    const auto given = lease(3);
    EXPECT_TRUE(std::ranges::count(given, 20'001) == 1) << given.front();
}

TEST_F(Priorities, low_is_not_starved_by_what_keeps_coming) {
    tell("SLUICE.GROUP CREATE s g");
    publish("l");
    int waited = 0;
    for (bool is_served = false; !is_served; ++waited) {
        publish("nhc");
        publish("nhc");
        for (const int id : lease(1))
            is_served = id == 1;
        ASSERT_LT(waited, 19);
    }
}

TEST_F(Priorities, leave_the_order_of_a_key_alone) {
    tell("SLUICE.GROUP CREATE s g");
    tell("XADD s 1-0 partition_key x priority low");
    tell("XADD s 2-0 partition_key x priority critical");
    EXPECT_EQ(lease(10), Ids{1});
    tell("SLUICE.ACK s g 1-0 1");
    EXPECT_EQ(lease(10), Ids{2});
}

TEST_F(Priorities, retries_come_first_within_their_own) {
    tell("SLUICE.GROUP CREATE s g RETRY 1s");
    publish("llhh");
    EXPECT_EQ(lease(4).size(), 4U);
    for (int epoch = 1; epoch <= 4; ++epoch) {
        for (const char* const id : {"1-0", "2-0", "3-0", "4-0"})
            tell("SLUICE.FAIL s g " + std::string(id) + " " + std::to_string(epoch));
    }
    publish("hl");
    door_.advance(Duration::from_seconds(2));
    std::string order;
    for (const int id : lease(10))
        order += std::to_string(id);
    EXPECT_LT(order.find('3'), order.find('5')) << order;
    EXPECT_LT(order.find('1'), order.find('6')) << order;
    EXPECT_LT(order.find('3'), order.find('1')) << order;
    EXPECT_EQ(order.size(), 6U) << order;
}

TEST_F(Priorities, a_plain_reader_takes_what_is_left_in_order) {
    tell("SLUICE.GROUP CREATE s g");
    publish("lnhnlh");
    EXPECT_EQ(lease(2), (Ids{3, 2}));
    EXPECT_EQ(read(3), (Ids{1, 4, 5}));
    EXPECT_EQ(lease(5), Ids{6});
    EXPECT_EQ(read(5), Ids{});
    EXPECT_EQ(tell("XINFO GROUPS s"),
              "[[\"name\" \"g\" \"consumers\" 1 \"pending\" 6 \"last-delivered-id\" \"6-0\" "
              "\"entries-read\" 6 \"lag\" 0]]");
}

TEST_F(Priorities, a_stream_that_is_named_twice_goes_on) {
    tell("SLUICE.GROUP CREATE s g");
    publish("lnhnlh");
    EXPECT_EQ(lease(1), Ids{3});
    EXPECT_EQ(ids_in(tell("XREADGROUP GROUP g c COUNT 2 STREAMS s s > >")), (Ids{1, 2, 4, 5}));
    EXPECT_EQ(read(9), Ids{6});
}

TEST_F(Priorities, go_with_a_copy_and_a_new_name) {
    tell("SLUICE.GROUP CREATE s g");
    publish("lnhnlh");
    lease(2);
    tell("COPY s t");
    tell("RENAME s u");
    tell("RENAME t s");
    expect_same_after_restart();
    EXPECT_EQ(read(9), (Ids{1, 4, 5, 6}));
}

TEST_F(Priorities, a_group_that_is_set_back_begins_anew) {
    tell("SLUICE.GROUP CREATE s g");
    publish("lnhn");
    lease(2);
    tell("XGROUP SETID s g 2-0");
    expect_same_after_restart();
    EXPECT_EQ(read(9), (Ids{3, 4}));
    tell("XGROUP SETID s g 0");
    EXPECT_EQ(read(9), (Ids{1, 2, 3, 4}));
}

TEST_F(Priorities, a_claim_with_lastid_passes_by_what_comes_before_it) {
    tell("SLUICE.GROUP CREATE s g");
    publish("lnhnlh");
    EXPECT_EQ(lease(1), Ids{3});
    tell("XCLAIM s g c 0 3-0 LASTID 4-0");
    expect_same_after_restart();
    EXPECT_EQ(read(9), (Ids{5, 6}));
}

TEST_F(Priorities, retention_keeps_what_was_left_behind) {
    tell("SLUICE.GROUP CREATE s g");
    publish("nln");
    tell("SLUICE.STREAM SET s MAXLEN 1");
    publish(std::string(30, 'c'));
    for (const int id : lease(20))
        tell("XACK s g " + std::to_string(id) + "-0");
    publish("c");
    door_.advance(Duration::from_seconds(1));
    const std::string left = tell("XRANGE s - + COUNT 1");
    const auto next = lease(50);
    EXPECT_EQ(ids_in(left).front(), std::ranges::min(next)) << left;
}

// --- a life ---

// Publishers, leases, plain readers, deletions and restarts: each entry is given once.
TEST_F(Priorities, in_any_mixture_each_entry_is_given_once) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        tell("DEL s");
        published_ = 0;
        tell("SLUICE.GROUP CREATE s g LEASE 86400000");
        std::set<int> waiting;
        const auto take = [&](const Ids& given) {
            for (const int id : given)
                EXPECT_EQ(waiting.erase(id), 1U) << id << " was given before or never published";
        };
        for (std::uint64_t step = 0; step < 250 && !HasFailure(); ++step) {
            const int count = static_cast<int>(1 + random.below(6));
            switch (random.below(9)) {
                case 0:
                    take(read(count));
                    break;
                case 1:
                case 2:
                case 3:
                    take(lease(count));
                    break;
                case 4: {
                    const auto id = static_cast<int>(1 + random.below(50 + step));
                    if (tell("XDEL s " + std::to_string(id) + "-0") == "1") waiting.erase(id);
                    break;
                }
                case 5:
                    if (random.one_in(4)) expect_same_after_restart();
                    break;
                default:
                    for (int i = 0; i < count; ++i) {
                        publish(std::string(1, "lnhcnn"[random.below(6)]));
                        waiting.insert(published_);
                    }
            }
            const std::string lag = "\"lag\" " + std::to_string(waiting.size()) + " ";
            const std::string shown = tell("SLUICE.GROUP SHOW s g");
            EXPECT_NE(shown.find(lag), shown.npos) << lag << shown;
        }
        take(lease(1000));
        EXPECT_TRUE(waiting.empty()) << *waiting.begin() << " was lost";
        expect_same_after_restart();
    }
}

}  // namespace
}  // namespace sluice::testing
