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

Error in_words_of(const WrittenEvent& written, Error error) {
    if (written.json) return error;
    struct Renamed {
        std::string_view json;
        std::string_view flat;
    };
    constexpr Renamed fields[] = {{"type: ", "event_type: "}, {"time: ", "timestamp: "}};
    for (const auto& [json, flat] : fields) {
        if (!error.message.starts_with(json)) continue;
        error.message.replace(0, json.size(), flat);
        break;
    }
    return error;
}

Result<Event> completed(const WrittenEvent& written, Event draft) {
    if (written.json) return complete_with_json(std::move(draft), *written.json);
    return complete_with_fields(std::move(draft), written.fields);
}

Result<Publication> prepare_event(const Tenant& tenant, std::string_view stream, Event event,
                                  WallTime now) {
    SLUICE_TRY_ASSIGN(const auto address, StreamAddress::of(tenant.name, stream));
    event.recorded_time = now;
    const PublishRules rules{
        .tenant_id = tenant.name,
        .data_bytes_max = std::min<std::size_t>(tenant.settings.event_bytes_max, binary_bytes_max),
        .attribution = tenant.settings.attribution};
    SLUICE_TRY(check_publish(event, rules, now));
    SLUICE_TRY_ASSIGN(const Fields fields, encode_fields(event));
    Publication publication;
    SLUICE_TRY_ASSIGN(publication.bytes, checked_size(fields, tenant.settings));
    publication.stream = stream;
    publication.key_name = address.key();
    publication.producer = producer_of(event);
    publication.key = event.idempotency_key;
    publication.elements = static_cast<std::uint32_t>(2 * fields.size());
    publication.bulk_bytes = bulk_bytes_of(fields);
    publication.event = std::move(event);
    return publication;
}

Result<Publication> prepare(const Tenant& tenant, const PublishRequest& request,
                            const PublishDefaults& defaults) {
    const bool is_later = request.at && *request.at > defaults.now;
    Event draft;
    draft.event_id = defaults.event_id;
    draft.tenant_id = tenant.name;
    draft.time = is_later ? *request.at : defaults.now;
    SLUICE_TRY_ASSIGN(Event event, completed(request.event, std::move(draft)));
    SLUICE_TRY(take_key(event, request.key));
    if (is_later && event.expires_at && *event.expires_at <= *request.at) {
        return refused("expires_at", "must lie behind AT");
    }
    auto publication = prepare_event(tenant, request.stream, std::move(event), defaults.now);
    if (!publication) return in_words_of(request.event, publication.error());
    if (is_later) publication->at = request.at;
    // An id that was made just now repeats nothing; what waits for its time has a key in any case.
    const bool is_known_id = is_later || publication->event.event_id != defaults.event_id;
    if (publication->key.empty() && is_known_id) publication->key = publication->event.event_id;
    return publication;
}

}  // namespace sluice
