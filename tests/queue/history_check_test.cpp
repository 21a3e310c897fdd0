// Does the check see faults? Histories made by hand, each with one thing that may not be.
#include "queue/history_check.hpp"

#include <gtest/gtest.h>

namespace sluice::testing {
namespace {

constexpr EntryId a{1, 0};
constexpr EntryId b{2, 0};

constexpr MonoTime at(std::int64_t ms) {
    return MonoTime::from_ms(ms);
}

// A lease of a second, asked for and given at this time.
Lease lease(EntryId id, Epoch epoch, std::int64_t ms, std::uint32_t failures = 0) {
    Lease lease;
    lease.id = id;
    lease.epoch = epoch;
    lease.line = 7;
    lease.failures = failures;
    lease.lease_ms = 1000;
    lease.asked = lease.got = at(ms);
    return lease;
}

Settle settle(EntryId id, Epoch epoch, Said said, Answer answer, std::int64_t ms) {
    Settle settle;
    settle.id = id;
    settle.epoch = epoch;
    settle.said = said;
    settle.answer = answer;
    settle.asked = settle.answered = at(ms);
    return settle;
}

Settle ack(EntryId id, Epoch epoch, std::int64_t ms, Answer answer = Answer::ok) {
    return settle(id, epoch, Said::ack, answer, ms);
}

struct Case {
    std::string_view fault;  // the only one; none when empty
    std::vector<Lease> leases;
    std::vector<Settle> settles;
    std::vector<Expected> expected = {{a}};
    std::vector<Restart> restarts = {};
};

const Settle parked = settle(a, 1, Said::fail, Answer::parked, 1);
const Settle released = settle(a, 1, Said::release, Answer::ok, 1);
const Restart death{at(100), at(200)};

const Case cases[] = {
    {"", {lease(a, 1, 0)}, {ack(a, 1, 1)}},
    {"lost", {}, {}},
    {"lost", {lease(a, 1, 0)}, {ack(a, 1, 1, Answer::stale)}},
    {"", {lease(a, 1, 0)}, {ack(a, 1, 1, Answer::unknown)}},
    {"settled twice with one lease", {lease(a, 1, 0)}, {ack(a, 1, 1), released}},
    {"", {lease(a, 1, 0)}, {}, {{a, 0, 1}}},
    {"two dead letters", {lease(a, 1, 0)}, {}, {{a, 0, 2}}},
    {"acknowledged and dead", {lease(a, 1, 0)}, {ack(a, 1, 1)}, {{a, 0, 1}}},
    {"leased an entry of nobody or of another group", {lease(a, 1, 0)}, {ack(a, 1, 1)}, {}},
    {"two leases have one epoch", {lease(a, 1, 0), lease(a, 1, 2000, 1)}, {}, {{a, 0, 1}}},
    {"", {lease(a, 1, 0), lease(a, 2, 5, 1)}, {parked, ack(a, 2, 6)}},
    {"failures counted wrongly", {lease(a, 1, 0), lease(a, 2, 5)}, {parked, ack(a, 2, 6)}},
    {"", {lease(a, 1, 0), lease(a, 2, 5)}, {released, ack(a, 2, 6)}},
    {"failures counted wrongly", {lease(a, 1, 0), lease(a, 2, 5, 1)}, {released, ack(a, 2, 6)}},
    {"", {lease(a, 1, 0), lease(a, 2, 1000, 1)}, {ack(a, 2, 1001)}},
    {"leased again for no reason", {lease(a, 1, 0), lease(a, 2, 999, 1)}, {ack(a, 2, 1000)}},
    {"", {lease(a, 1, 0), lease(a, 2, 300)}, {ack(a, 2, 301)}, {{a}}, {death}},
    {"leased again for no reason",
     {lease(a, 1, 201), lease(a, 2, 300)},
     {ack(a, 2, 301)},
     {{a}},
     {death}},
    {"settled after the end of the lease", {lease(a, 1, 0)}, {ack(a, 1, 1001)}},
    {"runs too often", {lease(a, 1, 0, retries_max + 1)}, {ack(a, 1, 1)}},
    {"", {lease(a, 1, 0), lease(b, 2, 2)}, {ack(a, 1, 1), ack(b, 2, 3)}, {{a}, {b}}},
    {"leased before the one ahead was settled",
     {lease(a, 1, 0), lease(b, 2, 2)},
     {ack(a, 1, 3), ack(b, 2, 3)},
     {{a}, {b}}},
    {"leased out of the order of its line",
     {lease(b, 1, 0), lease(a, 2, 2)},
     {ack(b, 1, 1), ack(a, 2, 3)},
     {{a}, {b}}},
};

TEST(HistoryCheck, sees_the_fault_of_each_history_and_no_other) {
    for (const Case& its : cases) {
        SCOPED_TRACE(&its - cases);
        Findings findings;
        HistoryCheck({}, its.leases, its.settles, its.restarts, findings).run(its.expected);
        const bool has_fault = !its.fault.empty();
        ASSERT_EQ(findings.faults.size(), has_fault ? 1u : 0u)
            << ::testing::PrintToString(findings.examples);
        if (has_fault) EXPECT_EQ(findings.faults.begin()->first, its.fault);
    }
}

TEST(HistoryCheck, sees_what_was_settled_and_came_again) {
    Findings findings;
    HistoryCheck({}, {lease(a, 1, 0), lease(a, 2, 50)}, {ack(a, 1, 1), ack(a, 2, 51)}, {}, findings)
        .run(std::vector<Expected>{{a}});
    EXPECT_EQ(findings.faults["leased again after it was settled"], 1u);
    EXPECT_EQ(findings.faults["acknowledged twice"], 1u);
}

TEST(HistoryCheck, sees_a_settle_with_the_lease_before) {
    Findings findings;
    HistoryCheck({}, {lease(a, 1, 0), lease(a, 2, 500)},
                 {ack(a, 1, 600), ack(a, 2, 601, Answer::none)}, std::vector<Restart>{death},
                 findings)
        .run(std::vector<Expected>{{a}});
    EXPECT_EQ(findings.faults["settled with the lease before"], 1u);
}

}  // namespace
}  // namespace sluice::testing
