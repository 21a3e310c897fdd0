// The three outcomes, and that a completion is called once.
#include "store/answer.hpp"

#include <gtest/gtest.h>
#include <string>

#include "store/store.hpp"

namespace sluice {
namespace {

TEST(Answer, has_exactly_one_of_three_outcomes) {
    const Answer<int> ok = 7;
    EXPECT_TRUE(ok.is_ok());
    EXPECT_EQ(*ok, 7);
    const auto failed = Answer<int>::failed({Errc::limit, "full"});
    EXPECT_EQ(failed.outcome(), Outcome::failed);
    EXPECT_EQ(failed.error().code, Errc::limit);
    const auto unclear = Answer<int>::indeterminate({Errc::closed, "lost"});
    EXPECT_EQ(unclear.outcome(), Outcome::indeterminate);
    EXPECT_EQ(unclear.failure_as<std::string>().outcome(), Outcome::indeterminate);
    EXPECT_EQ(failed.failure_as<std::string>().error().message, "full");
}

TEST(Completion, is_called_once_wherever_it_was_moved) {
    int calls = 0;
    Completion<int> first([&calls](const Answer<int>& answer) { calls += *answer; });
    Completion<int> second(std::move(first));
    second(5);
    EXPECT_EQ(calls, 5);
}

TEST(CompletionDeathTest, ends_the_process_when_it_is_dropped_or_called_twice) {
    EXPECT_DEATH({ Completion<int> dropped([](const Answer<int>&) {}); }, "never answered");
    EXPECT_DEATH(
        {
            Completion<int> twice([](const Answer<int>&) {});
            twice(1);
            twice(2);
        },
        "answered twice");
}

}  // namespace
}  // namespace sluice
