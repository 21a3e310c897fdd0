#include "event/stargazer_envelope.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "event/event_msgpack.hpp"
#include "event/fnv1a.hpp"
#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

// ---- What a member may be: one function per rule, which answers what is allowed when it is not.

using Rule = std::string_view (*)(std::string_view value);

std::string_view is_string(std::string_view value) {
    return msgpack_string(value) ? "" : "must be a string";
}

std::string_view is_name(std::string_view value) {
    const auto text = msgpack_string(value);
    return text && !text->empty() ? "" : "must be a string, not an empty one";
}

std::string_view is_string_or_nil(std::string_view value) {
    const bool is_nil = kind_of_msgpack(value) == MsgpackKind::nil;
    return is_nil || msgpack_string(value) ? "" : "must be a string or nil";
}

std::string_view is_number(std::string_view value) {
    const auto number = msgpack_number(value);
    return number && std::isfinite(*number) ? "" : "must be a number";
}

std::string_view is_boolean(std::string_view value) {
    return msgpack_boolean(value) ? "" : "must be true or false";
}

std::string_view is_map(std::string_view value) {
    return kind_of_msgpack(value) == MsgpackKind::map ? "" : "must be a map";
}

std::string_view is_array_or_nil(std::string_view value) {
    const auto kind = kind_of_msgpack(value);
    return kind == MsgpackKind::array || kind == MsgpackKind::nil ? "" : "must be an array or nil";
}

bool holds_only(std::string_view value, MsgpackKind kind) {
    const auto elements = split_msgpack_array(value);
    return elements && std::ranges::all_of(*elements, [kind](std::string_view element) {
               return kind_of_msgpack(element) == kind;
           });
}

std::string_view is_array_of_strings(std::string_view value) {
    return holds_only(value, MsgpackKind::string) ? "" : "must be an array of strings";
}

std::string_view is_array_of_maps(std::string_view value) {
    return holds_only(value, MsgpackKind::map) ? "" : "must be an array of maps";
}

std::string_view is_route(std::string_view value) {
    const auto route = msgpack_string(value);
    const bool is_known =
        route && (*route == "microservice" || *route == "monolith" || *route == "shadow");
    return is_known ? "" : "must be one of microservice, monolith, shadow";
}

struct EnvelopeMember {
    std::string_view name;
    Rule rule;
    bool is_required = false;
};

constexpr std::array inbound_members = {
    EnvelopeMember{"channel_key", is_name, true},
    EnvelopeMember{"platform", is_name, true},
    EnvelopeMember{"channel_id", is_name, true},
    EnvelopeMember{"user_id", is_name, true},
    EnvelopeMember{"content", is_string, true},
    EnvelopeMember{"message_id", is_name, true},
    EnvelopeMember{"timestamp", is_number, true},
    EnvelopeMember{"username", is_string},
    EnvelopeMember{"trace_id", is_string},
    EnvelopeMember{"reactions", is_string},
    EnvelopeMember{"display_name", is_string_or_nil},
    EnvelopeMember{"reply_to", is_string_or_nil},
    EnvelopeMember{"room_name", is_string_or_nil},
    EnvelopeMember{"guild_id", is_string_or_nil},
    EnvelopeMember{"unified_user_id", is_string_or_nil},
    EnvelopeMember{"attachments", is_array_of_maps},
    EnvelopeMember{"embeds", is_array_or_nil},
    EnvelopeMember{"member_roles", is_array_of_strings},
    EnvelopeMember{"user_aliases", is_array_of_strings},
    EnvelopeMember{"is_dm", is_boolean},
    EnvelopeMember{"is_addressed", is_boolean},
    EnvelopeMember{"enqueued_at", is_number},
    EnvelopeMember{"strangler_route", is_route},
};

constexpr std::array outbound_members = {
    EnvelopeMember{"channel_id", is_name, true}, EnvelopeMember{"platform", is_name, true},
    EnvelopeMember{"type", is_name, true},       EnvelopeMember{"payload", is_map},
    EnvelopeMember{"message_key", is_string},    EnvelopeMember{"trace_id", is_string},
    EnvelopeMember{"enqueued_at", is_number},
};

// ---- What an envelope means as an event.

const MsgpackMember* find(std::span<const MsgpackMember> members, std::string_view name) {
    const auto found = std::ranges::find(members, name, &MsgpackMember::name);
    return found == members.end() ? nullptr : &*found;
}

// Empty when it is not there, or no string.
std::string_view text_of(std::span<const MsgpackMember> members, std::string_view name) {
    const auto* member = find(members, name);
    return member == nullptr ? std::string_view() : msgpack_string(member->value).value_or("");
}

std::optional<WallTime> time_of(std::span<const MsgpackMember> members, std::string_view name) {
    const auto* member = find(members, name);
    const auto seconds = member == nullptr ? std::nullopt : msgpack_number(member->value);
    constexpr double most = static_cast<double>(time_max.microseconds / 1'000'000);
    if (!seconds || !(std::abs(*seconds) < most)) return std::nullopt;
    return WallTime{std::llround(*seconds * 1e6)};
}

std::string fingerprint(std::string_view packed) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "fnv1a:";
    const std::uint64_t hash = fnv1a(packed);
    for (int shift = 60; shift >= 0; shift -= 4)
        text += digits[hash >> shift & 0xf];
    return text;
}

std::string event_id_of(std::string_view type, std::string_view packed,
                        std::span<const MsgpackMember> members) {
    if (type == stargazer_outbound_type) {
        const auto key = text_of(members, "message_key");
        if (!key.empty()) return std::string(key);
    }
    const auto message = text_of(members, "message_id");
    if (type == stargazer_inbound_type && !message.empty()) {
        return std::string(text_of(members, "platform")) + ":" + std::string(message);
    }
    return fingerprint(packed);
}

std::string_view type_of(std::span<const MsgpackMember> members) {
    if (text_of(members, "channel_id").empty()) return stargazer_envelope_type;
    if (!text_of(members, "type").empty()) return stargazer_outbound_type;
    return text_of(members, "message_id").empty() ? stargazer_envelope_type
                                                  : stargazer_inbound_type;
}

}  // namespace

Result<void> check_envelope(EnvelopeKind kind, std::string_view packed) {
    SLUICE_TRY_ASSIGN(const auto members, split_msgpack_map(packed));
    const auto rules = kind == EnvelopeKind::inbound
                           ? std::span<const EnvelopeMember>(inbound_members)
                           : std::span<const EnvelopeMember>(outbound_members);
    for (const auto& rule : rules) {
        const auto* member = find(members, rule.name);
        if (member == nullptr && rule.is_required) return refused(rule.name, "must be there");
        if (member == nullptr) continue;
        const auto wrong = rule.rule(member->value);
        if (!wrong.empty()) return refused(rule.name, wrong);
    }
    return {};
}

Result<Event> envelope_event(std::string_view packed, std::span<const MsgpackMember> members,
                             const EnvelopeCopies& copies) {
    const auto trace_id = text_of(members, "trace_id");
    if (!copies.trace_id.empty() && !trace_id.empty() && copies.trace_id != trace_id) {
        return refused("trace_id", "must be that of data");
    }
    auto time = copies.time;
    if (!time) time = time_of(members, "enqueued_at");
    if (!time) time = time_of(members, "timestamp");
    if (!time) return refused("ts", "must be there, or enqueued_at or timestamp in data");
    Event event;
    event.type = type_of(members);
    event.event_id = event_id_of(event.type, packed, members);
    event.time = *time;
    event.correlation_id = copies.trace_id.empty() ? trace_id : copies.trace_id;
    event.source = text_of(members, "platform");
    event.user_id = text_of(members, "user_id");
    event.partition_key = text_of(members, "channel_key");
    if (event.partition_key.empty()) event.partition_key = text_of(members, "channel_id");
    event.data = {std::string(packed), std::string(msgpack_content_type)};
    return event;
}

}  // namespace sluice
