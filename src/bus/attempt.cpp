#include "bus/attempt.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "bus/duration_text.hpp"
#include "bus/error_signature.hpp"
#include "event/base64.hpp"
#include "event/json_string.hpp"
#include "event/json_text.hpp"
#include "event/refusal.hpp"
#include "event/time_text.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

// ---- Writing.

void append_text(std::string& out, std::string_view text) {
    if (!utf8_error(text)) return append_json_string(out, text);
    out += "{\"base64\":\"" + base64_encode(text) + "\"}";
}

void append_attempt(std::string& out, const Attempt& attempt) {
    out += "{\"number\":" + std::to_string(attempt.number) + ",\"consumer\":";
    append_text(out, attempt.consumer);
    out += ",\"started\":\"" + time_text(attempt.started) + "\",\"ended\":\"" +
           time_text(attempt.ended) + "\",\"error\":";
    append_text(out, attempt.error);
    out += '}';
}

// ---- Reading.

std::optional<std::string> read_string(std::string_view value) {
    if (kind_of(value) != JsonKind::string) return std::nullopt;
    return unescape_json(value.substr(1, value.size() - 2));
}

std::optional<std::string> read_text(std::string_view value) {
    if (kind_of(value) != JsonKind::object) return read_string(value);
    const auto members = split_json_object(value, JsonLimits{});
    if (!members || members->size() != 1 || members->front().raw_name != "base64") {
        return std::nullopt;
    }
    const auto encoded = read_string(members->front().value);
    return encoded ? base64_decode(*encoded) : std::nullopt;
}

Result<void> read_number(Attempt& attempt, std::string_view value) {
    const auto end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, attempt.number);
    if (read.ec == std::errc{} && read.ptr == end) return {};
    return refused("number", "must be a whole number of 32 bits");
}

template <std::string Attempt::* member>
Result<void> read_member(Attempt& attempt, std::string_view value) {
    auto text = read_text(value);
    if (!text) {
        return refused(member == &Attempt::error ? "error" : "consumer",
                       "must be a string or {\"base64\": ...}");
    }
    attempt.*member = std::move(*text);
    return {};
}

template <WallTime Attempt::* member>
Result<void> read_time(Attempt& attempt, std::string_view value) {
    const auto text = read_string(value);
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (!time) {
        return refused(member == &Attempt::started ? "started" : "ended",
                       "must be an RFC 3339 time");
    }
    attempt.*member = *time;
    return {};
}

struct Member {
    std::string_view name;
    Result<void> (*read)(Attempt&, std::string_view value);
};

constexpr std::array members = {
    Member{"number", read_number},
    Member{"consumer", read_member<&Attempt::consumer>},
    Member{"started", read_time<&Attempt::started>},
    Member{"ended", read_time<&Attempt::ended>},
    Member{"error", read_member<&Attempt::error>},
};

Result<Attempt> parse_attempt(std::string_view text) {
    SLUICE_TRY_ASSIGN(const auto found, split_json_object(text, JsonLimits{}));
    Attempt attempt;
    for (const auto& member : members) {
        const auto at = std::ranges::find(found, member.name, &JsonMember::raw_name);
        if (at == found.end()) return refused(member.name, "must be there");
        SLUICE_TRY(member.read(attempt, at->value));
    }
    return attempt;
}

std::string duration_of(const Attempt& attempt) {
    return duration_text(std::max(attempt.ended - attempt.started, Duration{}));
}

}  // namespace

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    auto size = bytes_max;
    // A code point has at most three continuation bytes; more of them are no UTF-8.
    for (int back = 0; back < 3 && size > 0 && (text[size] & 0xC0) == 0x80; ++back)
        --size;
    return text.substr(0, size);
}

void note_attempt(std::vector<Attempt>& history, Attempt attempt) {
    attempt.error = beginning_of(attempt.error, Attempt::error_bytes_max);
    attempt.started = std::clamp(attempt.started, time_min, time_max);
    attempt.ended = std::clamp(attempt.ended, time_min, time_max);
    if (history.size() >= Attempt::attempts_max) history.erase(history.begin() + 1);
    history.push_back(std::move(attempt));
}

std::string attempts_json(std::span<const Attempt> history) {
    std::string text = "[";
    for (const auto& attempt : history) {
        if (text.size() > 1) text += ',';
        append_attempt(text, attempt);
    }
    return text += ']';
}

Result<std::vector<Attempt>> parse_attempts(std::string_view text) {
    SLUICE_TRY_ASSIGN(const auto elements, split_json_array(text, JsonLimits{}));
    std::vector<Attempt> history;
    for (const auto& element : elements) {
        auto attempt = parse_attempt(element.value);
        if (!attempt) {
            return attempt.error().within("attempt " + std::to_string(history.size() + 1));
        }
        history.push_back(std::move(*attempt));
    }
    return history;
}

std::vector<AttemptDifference> difference(const Attempt& before, const Attempt& after) {
    std::vector<AttemptDifference> rows;
    if (before.consumer != after.consumer) {
        rows.push_back({"consumer", before.consumer, after.consumer});
    }
    if (duration_of(before) != duration_of(after)) {
        rows.push_back({"duration", duration_of(before), duration_of(after)});
    }
    if (signature_of(before.error) != signature_of(after.error)) {
        rows.push_back({"error", before.error, after.error});
    }
    return rows;
}

}  // namespace sluice
