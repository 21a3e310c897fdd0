// What may be published, and the sentence that says why not.
#include "bus/publish_rules.hpp"

#include <functional>
#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr WallTime now = WallTime::from_ms(1'700'000'000'000);

Event event() {
    Event event;
    event.event_id = "e-1";
    event.type = "task.completed";
    event.tenant_id = "acme";
    event.time = now;
    event.source_agent_id = "ada";
    event.call_chain = {"user", "ada"};
    event.expires_at = now + Duration{1};
    return event;
}

TEST(PublishRules, accept_an_event_that_says_who_sent_it) {
    EXPECT_TRUE(check_publish(event(), {.tenant_id = "acme"}, now));
}

TEST(PublishRules, errors_name_the_field) {
    struct Case {
        std::string_view message;
        std::function<void(Event&)> change;
        Errc code = Errc::invalid;
    };
    for (const auto& [message, change, code] : {
             Case{"tenant_id: must be the tenant that publishes",
                  [](Event& e) { e.tenant_id = "other"; }},
             Case{"source_agent_id: must not be empty", [](Event& e) { e.source_agent_id = ""; }},
             Case{"call_chain: must not be empty", [](Event& e) { e.call_chain.clear(); }},
             Case{"call_chain: must hold source_agent_id",
                  [](Event& e) { e.call_chain = {"bob"}; }},
             Case{"data: at most 64 bytes",
                  [](Event& e) { e.data.bytes = '"' + std::string(63, 'x') + '"'; }, Errc::limit},
             Case{"expires_at: must lie in the future", [](Event& e) { e.expires_at = now; }},
             Case{"unknown fields: must not be _retry_count or _replay_count or begin with _dlq_",
                  [](Event& e) { e.unknown_fields = {{"_retry_count", "0"}}; }},
             Case{"unknown fields: must not be _retry_count or _replay_count or begin with _dlq_",
                  [](Event& e) { e.unknown_fields = {{"x", ""}, {"_dlq_error", ""}}; }},
             Case{"event_id: must not be empty", [](Event& e) { e.event_id = ""; }},
             Case{"type: must have 1 to 256 bytes", [](Event& e) { e.type = ""; }},
         }) {
        SCOPED_TRACE(message);
        auto changed = event();
        change(changed);
        const auto checked =
            check_publish(changed, {.tenant_id = "acme", .data_bytes_max = 64}, now);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error(), (Error{code, std::string(message)}));
    }
}

TEST(PublishRules, attribution_may_be_left_to_the_type) {
    const PublishRules rules{.tenant_id = "acme", .attribution = Attribution::optional};
    auto webhook = event();
    webhook.type = "webhook.received";
    webhook.source_agent_id = "";
    webhook.call_chain.clear();
    EXPECT_TRUE(check_publish(webhook, rules, now));
    webhook.type = "task.completed";
    EXPECT_EQ(check_publish(webhook, rules, now).error().message,
              "source_agent_id: must not be empty in an event of this type");
}

// The limit of a tenant may be high; that of the event holds all the same.
TEST(PublishRules, only_tighten_the_rules_of_the_event) {
    auto large = event();
    large.data = {std::string(binary_bytes_max + 1, 'x'), "application/octet-stream"};
    EXPECT_EQ(
        check_publish(large, {.tenant_id = "acme", .data_bytes_max = SIZE_MAX}, now).error().code,
        Errc::limit);
}

}  // namespace
}  // namespace sluice
