#include "cli/why_text.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

const WallTime now = WallTime::from_ms(1'700'000'000'000);

// Pairs; what is all digits is a number, as the server sends it.
Reply map_of(const std::vector<std::string>& words) {
    Reply map;
    map.kind = Reply::Kind::map;
    for (const std::string& word : words) {
        Reply& element = map.elements.emplace_back();
        const bool is_number = !word.empty() && word.find_first_not_of("0123456789") == word.npos;
        element.kind = is_number ? Reply::Kind::integer : Reply::Kind::bulk;
        element.text = is_number ? "" : word;
        element.integer = is_number ? std::stoll(word) : 0;
    }
    return map;
}

std::string sentence(const std::vector<std::string>& words, const GroupFacts& facts = {}) {
    return why_sentence("7-1", "billing", map_of(words), facts, now);
}

TEST(Why, a_tenant_at_its_limit_is_named) {
    EXPECT_EQ(sentence({"state", "waiting", "waits-for", "tenant limit"}, {.lag = 3}),
              "7-1 of billing was not delivered yet, one of 3: its tenant has as many entries at "
              "work as its INFLIGHT allows");
}

TEST(Why, each_state_is_one_clear_sentence) {
    EXPECT_EQ(sentence({"state", "leased", "consumer", "ada", "lease-left-ms", "9000"}),
              "7-1 of billing is running: leased by ada for another 9 s");
    EXPECT_EQ(sentence({"state", "parked", "due-ms", "1700000004000", "failures", "2", "last-error",
                        "no\nhost"}),
              "7-1 of billing is not running: parked until 2023-11-14T22:13:24.000000Z (in 4 s), "
              "after 2 failures, the last one: no\\nhost");
    EXPECT_EQ(sentence({"state", "behind", "behind", "5-1"}),
              "7-1 of billing is not running: behind 5-1, which has the same partition key and is "
              "not settled");
    EXPECT_EQ(sentence({"state", "dead", "dead-letter", "9-0"}),
              "7-1 of billing is not running: dead-lettered as 9-0");
    EXPECT_EQ(sentence({"state", "settled"}), "7-1 of billing is done");
    EXPECT_EQ(sentence({"state", "unknown"}), "7-1 of billing is not in the stream");
    EXPECT_EQ(sentence({"state", "settled"}, {.is_in_stream = false}),
              "7-1 of billing is not in the stream: settled and trimmed, or never there");
    EXPECT_EQ(sentence({"state", "for another group"}), "7-1 of billing is for another group");
}

TEST(Why, what_could_run_says_why_nobody_takes_it) {
    EXPECT_EQ(sentence({"state", "waiting"}, {.lag = 3}),
              "7-1 of billing was not delivered yet, one of 3: no live consumer asks for work");
    EXPECT_EQ(sentence({"state", "waiting"},
                       {.live_consumers = 1, .leased = 10, .in_flight_max = 10, .lag = 3}),
              "7-1 of billing was not delivered yet, one of 3: the group works on 10 entries "
              "already, as many as INFLIGHT allows");
    EXPECT_EQ(
        sentence({"state", "ready", "failures", "1", "last-error", ""}, {.live_consumers = 2}),
        "7-1 of billing is ready: its turn comes next; 2 consumers are at work, after 1 "
        "failure");
}

}  // namespace
}  // namespace sluice
