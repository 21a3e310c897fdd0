#include "stream_commands/entry_fields.hpp"

#include "event/fnv1a.hpp"
#include "event/time_text.hpp"
#include "resp/request.hpp"
#include "stream/bulk_strings.hpp"

namespace sluice {

namespace {

void append_bulk(std::string& out, std::string_view bytes) {
    out += '$';
    out += std::to_string(bytes.size());
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

}  // namespace

Fields fields_of(const EntryView& entry) {
    Fields fields;
    fields.reserve(entry.elements / 2);
    std::string_view rest = entry.bulk_bytes;
    while (!rest.empty()) {
        const std::string_view name = take_bulk(rest);
        const std::string_view value = take_bulk(rest);
        fields.push_back({std::string(name), std::string(value)});
    }
    return fields;
}

std::string bulk_bytes_of(std::span<const Field> fields) {
    std::string bytes;
    for (const Field& field : fields) {
        append_bulk(bytes, field.name);
        append_bulk(bytes, field.value);
    }
    return bytes;
}

std::optional<std::string_view> field_of(const EntryView& entry, std::string_view name) {
    std::string_view rest = entry.bulk_bytes;
    while (!rest.empty()) {
        const bool is_wanted = take_bulk(rest) == name;
        const std::string_view value = take_bulk(rest);
        if (is_wanted) return value;
    }
    return std::nullopt;
}

LineNumber line_of(std::string_view partition_key) {
    // It stands in the journal.
    const LineNumber line = fnv1a(partition_key);
    return line == 0 ? 1 : line;
}

bool WorkFields::has_expired(WallTime now) const {
    if (expires_at.empty()) return false;
    const auto time = parse_time(expires_at);
    return time && *time <= now;
}

WorkFields work_fields_of(const EntryView& entry) {
    constexpr std::string_view partition_key = "partition_key";
    constexpr std::string_view expires_at = "expires_at";
    WorkFields found;
    bool has_key = false;
    bool has_end = false;
    for (std::string_view rest = entry.bulk_bytes; !rest.empty() && !(has_key && has_end);) {
        const std::string_view name = take_bulk(rest);
        const std::string_view value = take_bulk(rest);
        if (!has_key && name == partition_key) {
            has_key = true;
            if (!value.empty()) found.line = line_of(value);
        } else if (!has_end && name == expires_at) {
            has_end = true;
            found.expires_at = value;
        }
    }
    return found;
}

}  // namespace sluice
