#include "cli/tenant_publish.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr WallTime now = WallTime::from_ms(1'700'000'000'000);

TEST(DueTime, is_a_time_a_number_or_a_while) {
    EXPECT_EQ(parse_due_time("1700000000500", now), WallTime::from_ms(1'700'000'000'500));
    EXPECT_EQ(parse_due_time("2023-11-14T22:13:21Z", now), WallTime::from_ms(1'700'000'001'000));
    EXPECT_EQ(parse_due_time("+1m30s", now), now + Duration::from_seconds(90));
}

TEST(DueTime, is_nothing_else) {
    for (const std::string_view text :
         {"", "soon", "-5", "+", "+5", "5m", "2023-11-14", "99999999999999999", "+9999999d"}) {
        EXPECT_EQ(parse_due_time(text, now), std::nullopt) << text;
    }
}

TEST(TenantPublish, says_what_was_asked) {
    const TenantTarget target{
        .tenant = "acme", .stream = "orders", .idempotency_key = "k", .at = now};
    EXPECT_EQ(publish_words(target, {{"event_type", "t"}}),
              Words({"SLUICE.PUBLISH", "acme", "orders", "KEY", "k", "AT", "1700000000000",
                     "FIELDS", "1", "event_type", "t"}));
    const TenantTarget plain{.tenant = "a", .stream = "s", .idempotency_key = {}, .at = {}};
    const Fields entries[] = {{{"x", "1"}}, {{"y", "2"}}};
    EXPECT_EQ(publish_all_words(plain, entries),
              Words({"SLUICE.PUBLISHALL", "a", "EVENT", "s", "FIELDS", "1", "x", "1", "EVENT", "s",
                     "FIELDS", "1", "y", "2"}));
}

TEST(TenantPublish, prints_the_entry_or_the_event_that_waits) {
    const auto bulk = [](std::string_view text) {
        Reply reply;
        reply.kind = Reply::Kind::bulk;
        reply.text = text;
        return reply;
    };
    Reply answer;
    answer.kind = Reply::Kind::array;
    answer.elements = {bulk("1-0"), bulk("e-1"), bulk("NEW")};
    EXPECT_EQ(*published_text(answer), "1-0");
    answer.elements[0] = Reply{};
    EXPECT_EQ(*published_text(answer), "e-1");
    answer.elements.clear();
    EXPECT_FALSE(published_text(answer).has_value());
}

}  // namespace
}  // namespace sluice
