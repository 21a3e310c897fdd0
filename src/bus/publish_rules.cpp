#include "bus/publish_rules.hpp"

#include "bus/dead_letter.hpp"
#include "event/refusal.hpp"

namespace sluice {

Result<void> check_publish(const Event& event, const PublishRules& rules, WallTime now) {
    if (event.tenant_id != rules.tenant_id) {
        return refused("tenant_id", "must be the tenant that publishes");
    }
    if (rules.attribution == Attribution::required && event.source_agent_id.empty()) {
        return refused("source_agent_id", "must not be empty");
    }
    if (event.data.bytes.size() > rules.data_bytes_max) {
        return over_limit("data", rules.data_bytes_max, "bytes");
    }
    if (event.expires_at && *event.expires_at <= now) {
        return refused("expires_at", "must lie in the future");
    }
    for (const auto& field : event.unknown_fields) {
        if (is_bookkeeping_field(field.name)) {
            return refused("unknown fields",
                           "must not be _retry_count or _replay_count or begin with _dlq_");
        }
    }
    return check_event(event);
}

}  // namespace sluice
