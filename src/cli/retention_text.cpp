#include "cli/retention_text.hpp"

#include <charconv>
#include <limits>

#include "bus/duration_text.hpp"
#include "cli/terminal.hpp"

namespace sluice {
namespace {

void add(std::string& text, const std::string& part) {
    if (!text.empty()) text += ", ";
    text += part;
}

}  // namespace

std::string keeps_text(const RetentionSummary& retention) {
    std::string text;
    if (retention.length_max > 0) add(text, shown_count(retention.length_max) + " events");
    if (retention.bytes_max > 0) add(text, shown_bytes(retention.bytes_max));
    if (retention.age_max > Duration{}) add(text, duration_text(retention.age_max));
    if (retention.length_hard > 0) {
        add(text, "hard at " + shown_count(retention.length_hard) + " events");
    }
    if (retention.bytes_hard > 0) add(text, "hard at " + shown_bytes(retention.bytes_hard));
    return text.empty() ? "everything" : text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    std::uint64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{}) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(last - end));
    unsigned shift = 64;
    if (unit.empty() || unit == "B") shift = 0;
    if (unit == "KiB") shift = 10;
    if (unit == "MiB") shift = 20;
    if (unit == "GiB") shift = 30;
    if (unit == "TiB") shift = 40;
    if (shift == 64 || number > std::numeric_limits<std::uint64_t>::max() >> shift) {
        return std::nullopt;
    }
    return number << shift;
}

}  // namespace sluice
