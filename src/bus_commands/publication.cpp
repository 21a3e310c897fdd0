#include "bus_commands/publication.hpp"

#include <algorithm>

#include "bus/publish_rules.hpp"
#include "bus/stream_address.hpp"
#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/refusal.hpp"
#include "stream_commands/entry_fields.hpp"

namespace sluice {

namespace {

// Of an event that names neither agent nor component.
constexpr std::string_view nameless_producer = "-";

Result<Event> completed(const PublishRequest& request, Event draft) {
    if (request.json) return complete_with_json(std::move(draft), *request.json);
    return complete_with_fields(std::move(draft), request.fields);
}

Result<void> take_key(Event& event, std::string_view key) {
    if (key.empty()) return {};
    if (!event.idempotency_key.empty() && event.idempotency_key != key) {
        return refused("idempotency_key", "must be the same as KEY, or left out");
    }
    event.idempotency_key = key;
    return {};
}

std::string producer_of(const Event& event) {
    if (!event.source_agent_id.empty()) return event.source_agent_id;
    return event.source.empty() ? std::string(nameless_producer) : event.source;
}

Result<std::uint64_t> checked_size(const Fields& fields, const TenantSettings& settings) {
    std::uint64_t bytes = 0;
    for (const Field& field : fields)
        bytes += field.name.size() + field.value.size();
    if (bytes > settings.event_bytes_max) {
        return over_limit("event", settings.event_bytes_max, "bytes of names and values");
    }
    return bytes;
}

}  // namespace

Result<Publication> prepare(const Tenant& tenant, const PublishRequest& request,
                            PublishDefaults defaults) {
    SLUICE_TRY_ASSIGN(const auto address, StreamAddress::of(tenant.name, request.stream));
    Event draft;
    draft.event_id = defaults.event_id;
    draft.tenant_id = tenant.name;
    draft.time = defaults.now;
    SLUICE_TRY_ASSIGN(Event event, completed(request, std::move(draft)));
    SLUICE_TRY(take_key(event, request.key));
    event.recorded_time = defaults.now;
    const PublishRules rules{
        .tenant_id = tenant.name,
        .data_bytes_max = std::min<std::size_t>(tenant.settings.event_bytes_max, binary_bytes_max),
        .attribution = tenant.settings.attribution};
    SLUICE_TRY(check_publish(event, rules, defaults.now));
    SLUICE_TRY_ASSIGN(const Fields fields, encode_fields(event));
    Publication publication;
    SLUICE_TRY_ASSIGN(publication.bytes, checked_size(fields, tenant.settings));
    publication.key_name = address.key();
    publication.producer = producer_of(event);
    publication.key = event.idempotency_key;
    // An id that was made just now repeats nothing.
    if (publication.key.empty() && event.event_id != defaults.event_id) {
        publication.key = event.event_id;
    }
    publication.event_id = std::move(event.event_id);
    publication.elements = static_cast<std::uint32_t>(2 * fields.size());
    publication.bulk_bytes = bulk_bytes_of(fields);
    return publication;
}

}  // namespace sluice
