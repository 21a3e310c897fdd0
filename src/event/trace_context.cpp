#include "event/trace_context.hpp"

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr std::size_t header_size = 55;  // of version 00
constexpr std::size_t tracestate_bytes_max = 512;
constexpr std::size_t tracestate_members_max = 32;

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
    return text.find_first_not_of('0') == text.npos;
}

bool is_member(std::string_view member) {
    const auto equals = member.find('=');
    return equals != member.npos && equals > 0 && equals + 1 < member.size();
}

}  // namespace

std::optional<TraceParent> TraceParent::parse(std::string_view header) {
    if (header.size() < header_size) return std::nullopt;
    const auto version = header.substr(0, 2);
    const TraceParent parent{header.substr(3, 32), header.substr(36, 16)};
    const auto flags = header.substr(53, 2);
    if (header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
    if (!is_lower_hex(version) || version == "ff") return std::nullopt;
    if (!is_lower_hex(parent.trace_id) || is_zero(parent.trace_id)) return std::nullopt;
    if (!is_lower_hex(parent.parent_id) || is_zero(parent.parent_id)) return std::nullopt;
    if (!is_lower_hex(flags)) return std::nullopt;
    if (header.size() > header_size && (version == "00" || header[header_size] != '-')) {
        return std::nullopt;
    }
    TraceParent parsed = parent;
    std::from_chars(flags.data(), flags.data() + flags.size(), parsed.flags, 16);
    return parsed;
}

bool is_tracestate(std::string_view header) {
    if (header.size() > tracestate_bytes_max) return false;
    if (!std::ranges::all_of(header, [](char c) { return c >= ' ' && c <= '~'; })) return false;
    std::size_t members = 0;
    for (std::size_t at = 0; at <= header.size();) {
        const auto comma = std::min(header.find(',', at), header.size());
        const auto member = header.substr(at, comma - at);
        // Empty members may stand anywhere and count for nothing.
        if (member.find_first_not_of(' ') != member.npos) {
            if (!is_member(member) || ++members > tracestate_members_max) return false;
        }
        at = comma + 1;
    }
    return members > 0;
}

}  // namespace sluice
