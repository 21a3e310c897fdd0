#include "client_library/event_limits.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(EventLimits, counts_the_bytes_that_travel) {
    const std::string request =
        "*5\r\n$4\r\nXADD\r\n$6\r\norders\r\n$1\r\n*\r\n$4\r\nitem\r\n$10\r\n0123456789\r\n";
    EXPECT_EQ(publish_bytes("orders", {{"item", "0123456789"}}), request.size());
}

TEST(EventLimits, names_what_is_wrong) {
    const FieldList one = {{"item", "tea"}};
    const auto message = [](const Expected<void>& checked) {
        return checked ? std::string("ok") : checked.error().message;
    };
    EXPECT_EQ(message(check_event("s", one, {})), "ok");
    EXPECT_EQ(message(check_event("", one, {})), "publish: the stream has no name");
    EXPECT_EQ(message(check_event("s", {}, {})), "publish to 's': there are no fields");
    EXPECT_EQ(message(check_event("s", one, {.key = "k"})),
              "publish to 's': producer and key go together");
    EXPECT_EQ(message(check_batch("s", {one, {}})),
              "publish 2 events to 's': event 2 has no fields");
    EXPECT_EQ(message(check_batch("s", std::vector<FieldList>(10'001, one))),
              "publish 10001 events to 's': at most 10000 at a time");
    const FieldList large = {{"item", std::string(Connection::batch_bytes_max, 'x')}};
    EXPECT_EQ(message(check_batch("s", {large})),
              "publish 1 events to 's': they have 8388658 bytes, and at most 8388608 are taken "
              "at a time");
    EXPECT_EQ(message(check_event("s", large, {})), "ok");
}

}  // namespace
}  // namespace sluice
