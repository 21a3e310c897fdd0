#include "bus/stream_address.hpp"

#include <array>
#include <optional>
#include <span>

#include "event/refusal.hpp"
#include "event/stream_name.hpp"

namespace sluice {

namespace {

constexpr std::string_view key_rule =
    "must be t:{tenant}:events:{stream} or end in :dlq after that";

// The text between colons; nothing when there is another number of parts than `parts` has room.
std::optional<std::size_t> split(std::string_view text, std::span<std::string_view> parts) {
    std::size_t count = 0;
    for (bool is_last = false; !is_last; ++count) {
        if (count == parts.size()) return std::nullopt;
        const auto colon = text.find(':');
        is_last = colon == text.npos;
        parts[count] = text.substr(0, colon);
        text.remove_prefix(is_last ? text.size() : colon + 1);
    }
    return count;
}

}  // namespace

Result<StreamAddress> StreamAddress::of(std::string_view tenant, std::string_view stream) {
    SLUICE_TRY(check_name("tenant", tenant));
    SLUICE_TRY(check_name("stream", stream));
    StreamAddress address;
    address.tenant_ = tenant;
    address.stream_ = stream;
    return address;
}

Result<StreamAddress> StreamAddress::parse(std::string_view key) {
    std::array<std::string_view, 5> parts;
    const auto count = split(key, parts);
    const bool has_shape = count && *count >= 4 && parts[0] == "t" && parts[2] == "events" &&
                           (*count == 4 || parts[4] == "dlq");
    if (!has_shape) return refused("key", key_rule);
    SLUICE_TRY_ASSIGN(auto address, of(parts[1], parts[3]));
    address.is_dead_letters_ = *count == 5;
    return address;
}

StreamAddress StreamAddress::dead_letters() const {
    SLUICE_CHECK(!is_dead_letters_, "dead letters have no dead letters");
    auto address = *this;
    address.is_dead_letters_ = true;
    return address;
}

StreamAddress StreamAddress::origin() const {
    auto address = *this;
    address.is_dead_letters_ = false;
    return address;
}

std::string StreamAddress::key() const {
    const auto key = stream_key(tenant_, stream_);
    return is_dead_letters_ ? dead_letter_key(key) : key;
}

}  // namespace sluice
