#include "bus/dead_letter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "bus/error_signature.hpp"
#include "event/refusal.hpp"
#include "event/time_text.hpp"

namespace sluice {

namespace {

constexpr std::string_view prefix = "_dlq_";
constexpr std::string_view retry_count_field = "_retry_count";
constexpr std::string_view replay_count_field = "_replay_count";
constexpr std::string_view dead_replay_count_field = "_dlq_replay_count";

std::optional<std::uint32_t> parse_count(std::string_view text) {
    std::uint32_t count = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, count);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(count) : std::nullopt;
}

// The highest count that a field of this name tells: books may be damaged, not forgotten.
std::uint32_t highest_count(std::span<const Field> fields, std::string_view name) {
    std::uint32_t highest = 0;
    for (const auto& field : fields) {
        if (field.name == name) highest = std::max(highest, parse_count(field.value).value_or(0));
    }
    return highest;
}

// ---- One row per field: how it is written and read.

template <std::string DeadLetter::* member>
std::string write_text(const DeadLetter& letter) {
    return letter.*member;
}
template <std::string DeadLetter::* member>
std::string_view read_text(DeadLetter& letter, std::string_view value) {
    letter.*member = value;
    return {};
}

std::string write_retry_count(const DeadLetter& letter) {
    return std::to_string(letter.retry_count);
}
template <std::uint32_t DeadLetter::* member>
std::string_view read_count(DeadLetter& letter, std::string_view value) {
    const auto count = parse_count(value);
    if (!count) return "must be a whole number of 32 bits";
    letter.*member = *count;
    return {};
}

std::string write_error(const DeadLetter& letter) {
    return std::string(beginning_of(letter.error, DeadLetter::error_bytes_max));
}

std::string write_time(const DeadLetter& letter) {
    return isoformat(std::clamp(letter.time, time_min, time_max));
}
std::string_view read_time(DeadLetter& letter, std::string_view value) {
    const auto time = parse_time(value);
    if (!time) return "must be an RFC 3339 time";
    letter.time = *time;
    return {};
}

std::string write_attempts(const DeadLetter& letter) {
    return attempts_json(letter.attempts);
}
std::string_view read_attempts(DeadLetter& letter, std::string_view value) {
    auto attempts = parse_attempts(value);
    if (!attempts) return "must be a list of attempts in JSON";
    letter.attempts = std::move(*attempts);
    return {};
}

std::string write_signature(const DeadLetter& letter) {
    return letter.signature.empty() ? signature_of(letter.error).hex() : letter.signature;
}

// The original still tells how often it was replayed.
std::string write_replay_count(const DeadLetter& letter) {
    return std::to_string(std::max(letter.replay_count, replay_count_of(letter.original)));
}

struct Row {
    std::string_view name;
    std::string (*write)(const DeadLetter&);
    std::string_view (*read)(DeadLetter&, std::string_view value);  // answers the broken rule
    bool is_required = false;
};

// In the order in which they are written; the first five are the tenant bus's.
constexpr std::array rows = {
    Row{"_dlq_original_stream", write_text<&DeadLetter::original_stream>,
        read_text<&DeadLetter::original_stream>, true},
    Row{"_dlq_original_id", write_text<&DeadLetter::original_id>,
        read_text<&DeadLetter::original_id>, true},
    Row{"_dlq_error", write_error, read_text<&DeadLetter::error>, true},
    Row{"_dlq_retry_count", write_retry_count, read_count<&DeadLetter::retry_count>, true},
    Row{"_dlq_timestamp", write_time, read_time, true},
    Row{"_dlq_group", write_text<&DeadLetter::group>, read_text<&DeadLetter::group>},
    Row{"_dlq_consumer", write_text<&DeadLetter::consumer>, read_text<&DeadLetter::consumer>},
    Row{"_dlq_reason", write_text<&DeadLetter::reason>, read_text<&DeadLetter::reason>},
    Row{"_dlq_attempts", write_attempts, read_attempts},
    Row{"_dlq_signature", write_signature, read_text<&DeadLetter::signature>},
    Row{dead_replay_count_field, write_replay_count, read_count<&DeadLetter::replay_count>},
};
using Seen = std::array<bool, rows.size()>;

Result<void> read_field(DeadLetter& letter, const Field& field, Seen& seen) {
    const auto row = std::ranges::find(rows, field.name, &Row::name);
    if (row == rows.end()) return {};  // of a newer program
    auto& is_seen = seen[static_cast<std::size_t>(row - rows.begin())];
    if (is_seen) return refused(row->name, "must not stand twice");
    is_seen = true;
    const auto rule = row->read(letter, field.value);
    if (!rule.empty()) return refused(row->name, rule);
    return {};
}

bool is_original(const Field& field) {
    return !is_bookkeeping_field(field.name) || field.name == retry_count_field;
}

}  // namespace

bool is_bookkeeping_field(std::string_view name) {
    return name.starts_with(prefix) || name == retry_count_field || name == replay_count_field;
}

std::uint32_t replay_count_of(std::span<const Field> fields) {
    return highest_count(fields, replay_count_field);
}

Fields encode_dead_letter(const DeadLetter& letter) {
    Fields fields;
    fields.reserve(letter.original.size() + rows.size());
    std::ranges::copy_if(letter.original, std::back_inserter(fields), is_original);
    for (const auto& row : rows)
        fields.push_back({std::string(row.name), row.write(letter)});
    return fields;
}

Result<DeadLetter> decode_dead_letter(std::span<const Field> fields) {
    DeadLetter letter;
    Seen seen{};
    for (const auto& field : fields) {
        if (field.name.starts_with(prefix)) {
            SLUICE_TRY(read_field(letter, field, seen));
        } else if (is_original(field)) {
            letter.original.push_back(field);
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].is_required && !seen[i]) return refused(rows[i].name, "must be there");
    }
    if (letter.signature.empty()) letter.signature = signature_of(letter.error).hex();
    return letter;
}

Fields replay_fields(std::span<const Field> fields) {
    Fields kept;
    std::ranges::copy_if(fields, std::back_inserter(kept),
                         [](const Field& field) { return !is_bookkeeping_field(field.name); });
    auto count = std::max(highest_count(fields, dead_replay_count_field), replay_count_of(fields));
    if (count < std::numeric_limits<std::uint32_t>::max()) ++count;
    kept.push_back({std::string(replay_count_field), std::to_string(count)});
    return kept;
}

}  // namespace sluice
