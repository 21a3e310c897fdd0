#include "client_library/run_handler.hpp"

#include <gtest/gtest.h>
#include <stdexcept>

namespace sluice {
namespace {

template <class Thrown>
std::string error_of(Thrown thrown) {
    const Settlement settlement = run_handler(
        [&](const Delivery&) -> Settlement {
            if (true) throw thrown;
        },
        {});
    EXPECT_EQ(settlement.kind, Settlement::Kind::retry);
    EXPECT_FALSE(settlement.after.has_value());
    return settlement.error;
}

TEST(RunHandler, makes_a_failure_of_whatever_is_thrown) {
    EXPECT_EQ(error_of(std::runtime_error("no carrier")), "no carrier");
    EXPECT_EQ(error_of(std::runtime_error("")), "the handler threw an exception without words");
    EXPECT_EQ(error_of(42), "the handler threw something that is not a std::exception");
    EXPECT_EQ(error_of("text"), "the handler threw something that is not a std::exception");
}

TEST(RunHandler, passes_on_what_the_handler_says) {
    const auto outcome = [](Settlement settlement) {
        return run_handler([&](const Delivery&) { return settlement; }, {});
    };
    EXPECT_EQ(outcome(ack()).kind, Settlement::Kind::ack);
    EXPECT_EQ(outcome(release()).kind, Settlement::Kind::release);
    EXPECT_EQ(outcome(retry(std::chrono::seconds(5))).after, std::chrono::seconds(5));
    EXPECT_EQ(outcome(retry(std::chrono::seconds(5))).error, "the handler asked for a retry");
    EXPECT_EQ(outcome(dead("invalid", "no item")).reason, "invalid");
    EXPECT_EQ(outcome(dead("invalid", "no item")).error, "no item");
    EXPECT_EQ(outcome(dead("invalid")).error, "invalid");
}

TEST(RunHandler, answers_what_a_request_handler_throws) {
    const auto answered = [](auto thrown) {
        return run_request_handler([&](const IncomingRequest&) -> RequestAnswer { throw thrown; },
                                   {});
    };
    EXPECT_EQ(answered(std::runtime_error("no tea")).message, "no tea");
    EXPECT_EQ(answered(std::runtime_error("no tea")).code, "failed");
    EXPECT_EQ(answered(std::runtime_error("")).message,
              "the handler threw an exception without words");
    EXPECT_EQ(answered(42).kind, RequestAnswer::Kind::error);
    const auto body = run_request_handler(
        [](const IncomingRequest& request) { return answer(request.body); }, {});
    EXPECT_EQ(body.kind, RequestAnswer::Kind::result);
    EXPECT_FALSE(IncomingRequest{}.is_cancelled());
    EXPECT_EQ(IncomingRequest{}.progress("x").error().kind, ErrorKind::invalid);
}

TEST(RunHandler, drops_what_a_notice_throws) {
    int calls = 0;
    run_notice(
        [&](const Notice&) {
            if (++calls > 0) throw std::runtime_error("no log");
        },
        {});
    run_notice({}, {});
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sluice
