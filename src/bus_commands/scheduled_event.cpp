#include "bus_commands/scheduled_event.hpp"

#include <algorithm>
#include <array>

#include "bus_commands/record.hpp"
#include "event/event_json.hpp"
#include "event/uuid.hpp"
#include "stream_commands/content_hash.hpp"

namespace sluice {

namespace {

// ':' is in no name that passed check_name().
constexpr std::string_view waiting_prefix = "at:";

std::string text_of(const std::optional<WallTime>& time) {
    return time ? std::to_string(time->microseconds) : std::string();
}

std::optional<WallTime> time_of(const Hash& record, std::string_view field) {
    if (text_field(record, field).empty()) return std::nullopt;
    return WallTime{number_field(record, field)};
}

// The id of an event that a schedule makes: of version 7 with the due time, the rest a hash.
std::string event_id_of(const ScheduledEvent& scheduled, WallTime due) {
    const std::string_view fields[] = {"tenant", scheduled.tenant, "name", scheduled.name};
    const std::string hash = content_hash(fields);
    Uuid id;
    std::ranges::copy(hash, id.bytes.begin());
    const auto ms = static_cast<std::uint64_t>(due.ms());
    for (std::size_t i = 0; i < 6; ++i)
        id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0F));
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));
    return id.text();
}

constexpr std::array<std::string_view, 3> state_words = {"active", "paused", "failed"};

// What a newer program may write is not fired by us.
ScheduledEvent::State state_of(std::string_view word) {
    using State = ScheduledEvent::State;
    const auto found = std::ranges::find(state_words, word);
    if (found == state_words.end()) return word.empty() ? State::active : State::paused;
    return static_cast<State>(found - state_words.begin());
}

}  // namespace

std::string_view name_of(ScheduledEvent::State state) {
    return state_words[static_cast<std::size_t>(state)];
}

std::uint64_t ScheduledEvent::waiting_bytes() const {
    // The other fields of the record, with what the tables in memory have for it.
    constexpr std::uint64_t record_bytes = 512;
    return record_bytes + name.size() + stream.size() + event_json.size();
}

void ScheduledEvent::fail(std::string why) {
    state = State::failed;
    error = std::move(why);
    next.reset();
    caught_up = 0;
}

bool ScheduledEvent::is_publication() const {
    return name.starts_with(waiting_prefix);
}

Fields progress_of(const ScheduledEvent& scheduled) {
    return {{"state", std::string(name_of(scheduled.state))},
            {"error", scheduled.error},
            {"next-us", text_of(scheduled.next)},
            {"last-us", text_of(scheduled.last)},
            {"fired", std::to_string(scheduled.fired)},
            {"missed", std::to_string(scheduled.missed)},
            {"caught-up", std::to_string(scheduled.caught_up)}};
}

Fields record_of(const ScheduledEvent& scheduled) {
    Fields fields = progress_of(scheduled);
    fields.push_back({"stream", scheduled.stream});
    fields.push_back({"when", scheduled.when.text()});
    fields.push_back({"catchup", std::string(name_of(scheduled.catch_up))});
    fields.push_back({"event", scheduled.event_json});
    return fields;
}

std::optional<ScheduledEvent> read_scheduled(std::string_view tenant, std::string_view name,
                                             const Hash& record) {
    auto when = Recurrence::parse(text_field(record, "when"));
    const auto catch_up = parse_catch_up(text_field(record, "catchup"));
    if (!when || !catch_up) return std::nullopt;
    ScheduledEvent scheduled;
    scheduled.tenant = tenant;
    scheduled.name = name;
    scheduled.stream = text_field(record, "stream");
    scheduled.when = std::move(*when);
    scheduled.catch_up = *catch_up;
    scheduled.event_json = text_field(record, "event");
    scheduled.state = state_of(text_field(record, "state"));
    scheduled.error = text_field(record, "error");
    scheduled.next = time_of(record, "next-us");
    scheduled.last = time_of(record, "last-us");
    scheduled.fired = static_cast<std::uint64_t>(number_field(record, "fired"));
    scheduled.missed = static_cast<std::uint64_t>(number_field(record, "missed"));
    scheduled.caught_up = static_cast<std::uint32_t>(number_field(record, "caught-up"));
    return scheduled;
}

std::string name_of_waiting(const Publication& publication) {
    const std::string_view fields[] = {
        "stream", publication.stream, "producer", publication.producer, "key", publication.key};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name(waiting_prefix);
    for (const char c : content_hash(fields)) {
        const auto byte = static_cast<unsigned char>(c);
        name += digits[byte >> 4];
        name += digits[byte & 0xF];
    }
    return name;
}

ScheduledEvent waiting_event(const Tenant& tenant, const Publication& publication) {
    auto json = encode_json(publication.event);
    SLUICE_CHECK(json.has_value(), "an event that was checked can be written");
    ScheduledEvent waiting;
    waiting.tenant = tenant.name;
    waiting.name = name_of_waiting(publication);
    waiting.stream = publication.stream;
    waiting.when = Recurrence::once(*publication.at);
    waiting.next = publication.at;
    waiting.event_json = std::move(*json);
    return waiting;
}

Result<Publication> publication_at(const Tenant& tenant, const ScheduledEvent& scheduled,
                                   WallTime due, WallTime now) {
    SLUICE_TRY_ASSIGN(Event event, decode_json(scheduled.event_json));
    if (event.expires_at && *event.expires_at <= now) {
        return Error{Errc::timeout, "expires_at: is over"};
    }
    if (!scheduled.is_publication()) {
        event.event_id = event_id_of(scheduled, due);
        event.time = due;
        event.idempotency_key = scheduled.name + "@" + std::to_string(due.ms());
    }
    SLUICE_TRY_ASSIGN(auto publication,
                      prepare_event(tenant, scheduled.stream, std::move(event), now));
    if (publication.key.empty()) publication.key = publication.event.event_id;
    return publication;
}

}  // namespace sluice
