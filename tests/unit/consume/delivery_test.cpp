#include "consume/delivery.hpp"

#include <algorithm>
#include <gmock/gmock.h>

#include "resp/reply_parser.hpp"

namespace sluice {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Member member{.group = "billing", .consumer = "ada"};

Reply text(std::string value) {
    Reply reply;
    reply.kind = Reply::Kind::bulk;
    reply.text = std::move(value);
    return reply;
}

Reply number(std::int64_t value) {
    Reply reply;
    reply.kind = Reply::Kind::integer;
    reply.integer = value;
    return reply;
}

Reply array(std::vector<Reply> elements) {
    Reply reply;
    reply.kind = Reply::Kind::array;
    reply.elements = std::move(elements);
    return reply;
}

Reply leased(std::vector<Reply> fields) {
    return array({text("orders"), text("7-1"), number(42), number(3), number(2), number(30'000),
                  array(std::move(fields))});
}

ConsumedEvent delivery_with(Fields fields) {
    return {.stream = "orders",
            .entry = {.id = "7-1", .fields = std::move(fields)},
            .epoch = 42,
            .deliveries = 3,
            .failures = 2,
            .lease = Duration::from_seconds(30)};
}

TEST(ConsumedEvent, comes_out_of_the_reply_with_all_its_parts) {
    const auto deliveries = deliveries_of(array({leased({text("item"), text("tea")})}));
    ASSERT_TRUE(deliveries);
    ASSERT_EQ(deliveries->size(), 1U);
    const ConsumedEvent& delivery = deliveries->front();
    EXPECT_EQ(delivery.stream, "orders");
    EXPECT_EQ(delivery.entry.id, "7-1");
    EXPECT_EQ(delivery.entry.fields, (Fields{{"item", "tea"}}));
    EXPECT_EQ(delivery.epoch, 42U);
    EXPECT_EQ(delivery.deliveries, 3U);
    EXPECT_EQ(delivery.failures, 2U);
    EXPECT_EQ(delivery.lease, Duration::from_seconds(30));
}

TEST(ConsumedEvent, no_entries_are_no_deliveries) {
    Reply nothing;
    nothing.kind = Reply::Kind::nil_array;
    const auto deliveries = deliveries_of(nothing);
    ASSERT_TRUE(deliveries);
    EXPECT_TRUE(deliveries->empty());
}

TEST(ConsumedEvent, another_shape_is_refused) {
    Reply short_one = leased({});
    short_one.elements.pop_back();
    Reply odd_fields = leased({text("alone")});
    Reply no_lease = leased({});
    no_lease.elements[5] = number(0);
    Reply no_epoch = leased({});
    no_epoch.elements[2] = text("x");
    for (const Reply& reply : {short_one, odd_fields, no_lease, no_epoch}) {
        const auto deliveries = deliveries_of(array({reply}));
        ASSERT_FALSE(deliveries);
        EXPECT_EQ(deliveries.error().code, Errc::invalid);
    }
    EXPECT_FALSE(deliveries_of(text("OK")));
}

TEST(Payload, is_the_field_data_or_all_fields) {
    EXPECT_EQ(payload_of(delivery_with({{"data", "{\"n\":1}"}, {"x", "y"}})), "{\"n\":1}");
    EXPECT_EQ(payload_of(delivery_with({{"item", "tea"}, {"n", "2"}})),
              R"({"item":"tea","n":"2"})");
    EXPECT_EQ(payload_of(delivery_with({{"a", "1"}, {"a", "2"}})), R"([["a","1"],["a","2"]])");
}

TEST(Environment, tells_what_the_command_works_on) {
    const auto environment =
        environment_of(delivery_with({{"event_type", "order.paid"}, {"traceparent", "00-a-b-01"}}),
                       member, {"HOME=/x"});
    for (const char* line :
         {"HOME=/x", "SLUICE_STREAM=orders", "SLUICE_GROUP=billing", "SLUICE_CONSUMER=ada",
          "SLUICE_ID=7-1", "SLUICE_EPOCH=42", "SLUICE_DELIVERIES=3", "SLUICE_FAILURES=2",
          "SLUICE_TYPE=order.paid", "TRACEPARENT=00-a-b-01"}) {
        EXPECT_THAT(environment, Contains(line));
    }
}

TEST(Environment, nothing_of_an_outer_event_remains) {
    const auto environment =
        environment_of(delivery_with({{"n", "1"}}), member,
                       {"SLUICE_TYPE=outer", "TRACEPARENT=outer", "SLUICE_ID=1-1", "SLUICE_IDX=1"});
    EXPECT_THAT(environment, Not(Contains(HasSubstr("outer"))));
    EXPECT_EQ(std::ranges::count(environment, "SLUICE_ID=7-1"), 1);
    EXPECT_THAT(environment, Contains("SLUICE_IDX=1"));
}

TEST(Environment, what_cannot_be_a_variable_is_left_out_whole) {
    const auto environment = environment_of(
        delivery_with({{"event_type", std::string("a\0b", 3)},
                       {"correlation_id", std::string(variable_bytes_max + 1, 'x')}}),
        member, {});
    EXPECT_THAT(environment, Not(Contains(StartsWith("SLUICE_TYPE="))));
    EXPECT_THAT(environment, Not(Contains(StartsWith("SLUICE_CORRELATION_ID="))));
    // A command could not tell it from an event that has none.
    EXPECT_THAT(environment, Contains("SLUICE_LEFT_OUT=SLUICE_TYPE,SLUICE_CORRELATION_ID"));
    EXPECT_THAT(environment_of(delivery_with({{"n", "1"}}), member, {"SLUICE_LEFT_OUT=outer"}),
                Not(Contains(StartsWith("SLUICE_LEFT_OUT"))));
}

TEST(PoolLine, is_one_line_with_the_lease_and_the_entry) {
    EXPECT_EQ(pool_line_of(delivery_with({{"text", "a\nb"}}), member),
              R"({"group":"billing","consumer":"ada","epoch":42,"deliveries":3,"failures":2,)"
              R"("stream":"orders","id":"7-1","fields":{"text":"a\u000ab"}})"
              "\n");
}

}  // namespace
}  // namespace sluice
