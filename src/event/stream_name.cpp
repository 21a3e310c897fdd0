#include "event/stream_name.hpp"

#include "event/refusal.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

bool is_allowed(char32_t c) {
    const bool is_structure = c == U':' || c == U'{' || c == U'}' || c == U'*';
    return !is_structure && !is_control(c) && !is_white_space(c);
}

}  // namespace

Result<void> check_name(std::string_view field, std::string_view name) {
    if (name.empty() || name.size() > name_bytes_max) {
        return refused(field, "must have 1 to 128 bytes");
    }
    if (utf8_error(name)) return refused(field, "must be UTF-8");
    for (std::size_t at = 0; at < name.size();) {
        if (!is_allowed(next_code_point(name, at))) {
            return refused(field, "must not hold ':', '{', '}', '*', white space or controls");
        }
    }
    return {};
}

Result<void> check_group_name(std::string_view field, std::string_view name) {
    if (name.empty() || name.size() > group_name_bytes_max) {
        return refused(field, "must have 1 to 512 bytes");
    }
    return {};
}

std::string stream_key(std::string_view tenant, std::string_view stream) {
    return "t:" + std::string(tenant) + ":events:" + std::string(stream);
}

std::string_view tenant_of_key(std::string_view stream_key) {
    constexpr std::string_view prefix = "t:";
    constexpr std::string_view middle = ":events:";
    const std::size_t end = stream_key.find(middle);
    if (!stream_key.starts_with(prefix) || end == stream_key.npos) return "default";
    const std::string_view tenant = stream_key.substr(prefix.size(), end - prefix.size());
    return check_name("tenant_id", tenant) ? tenant : "default";
}

std::string dead_letter_key(std::string_view stream_key) {
    return std::string(stream_key) + ":dlq";
}

}  // namespace sluice
