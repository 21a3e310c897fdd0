#include "resp/refusal.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice {
namespace {

struct Row {
    std::string_view start;
    Refusal refusal;
};

constexpr std::array rows = {
    Row{"BUSY ", Refusal::full},  // not BUSYGROUP
    Row{"OOM ", Refusal::full},        Row{"ERR max number of clients reached", Refusal::passing},
    Row{"LOADING", Refusal::passing},  Row{"MISCONF", Refusal::passing},
    Row{"DISKFULL", Refusal::passing}, Row{"READONLY", Refusal::passing},
    Row{"TRYAGAIN", Refusal::passing}, Row{"IOERR", Refusal::unclear},
};

}  // namespace

Refusal refusal_of(std::string_view error_reply) {
    const auto row = std::ranges::find_if(
        rows, [&](const Row& each) { return error_reply.starts_with(each.start); });
    return row == rows.end() ? Refusal::lasting : row->refusal;
}

Duration wait_of(std::string_view error_reply) {
    constexpr std::string_view words = "retry after ";
    constexpr std::int64_t wait_ms_preset = 1000;
    constexpr std::int64_t wait_ms_max = 3'600'000;
    const auto at = error_reply.find(words);
    std::int64_t ms = wait_ms_preset;
    if (at != error_reply.npos) {
        const std::string_view number = error_reply.substr(at + words.size());
        std::from_chars(number.data(), number.data() + number.size(), ms);
    }
    return Duration::from_ms(std::clamp<std::int64_t>(ms, 0, wait_ms_max));
}

}  // namespace sluice
