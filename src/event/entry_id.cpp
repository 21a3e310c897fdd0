#include "event/entry_id.hpp"

#include <charconv>

namespace sluice {

namespace {

constexpr std::uint64_t u64_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t u64_digits_max = 20;

std::optional<std::uint64_t> parse_number(std::string_view text) {
    if (text.empty() || text.size() > u64_digits_max) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

std::optional<EntryId> EntryId::parse(std::string_view text, std::uint64_t seq_if_missing) {
    const auto dash = text.find('-');
    const auto ms = parse_number(text.substr(0, dash));
    if (!ms) return std::nullopt;
    if (dash == std::string_view::npos) return EntryId{*ms, seq_if_missing};
    const auto seq = parse_number(text.substr(dash + 1));
    if (!seq) return std::nullopt;
    return EntryId{*ms, *seq};
}

std::optional<EntryId> EntryId::next() const {
    if (seq < u64_max) return EntryId{ms, seq + 1};
    if (ms < u64_max) return EntryId{ms + 1, 0};
    return std::nullopt;
}

std::optional<EntryId> EntryId::previous() const {
    if (seq > 0) return EntryId{ms, seq - 1};
    if (ms > 0) return EntryId{ms - 1, u64_max};
    return std::nullopt;
}

std::size_t EntryId::write(char* out) const {
    char* const end = out + text_size_max;
    char* at = std::to_chars(out, end, ms).ptr;
    *at++ = '-';
    at = std::to_chars(at, end, seq).ptr;
    return static_cast<std::size_t>(at - out);
}

std::string EntryId::text() const {
    char buffer[text_size_max];
    return std::string(buffer, write(buffer));
}

}  // namespace sluice
