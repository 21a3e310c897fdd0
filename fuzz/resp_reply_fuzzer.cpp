// Replies, as a client decodes them from a server that may be hostile.
#include <cstdint>
#include <string>
#include <vector>

#include "event/result.hpp"
#include "resp/reply_parser.hpp"

namespace {

using namespace sluice;

std::vector<std::string> parse(std::string_view bytes, std::size_t step) {
    ReplyParser parser({.bulk_bytes_max = 1 << 20, .values_max = 1 << 16});
    std::vector<std::string> replies;
    while (true) {
        const auto reply = parser.next();
        if (!reply.has_value()) {
            replies.push_back("error: " + reply.error().message);
            return replies;
        }
        if (reply->has_value()) {
            replies.push_back(printed(**reply));
            continue;
        }
        if (bytes.empty()) return replies;
        parser.feed(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto whole = parse(bytes, size + 1);
    SLUICE_CHECK(parse(bytes, 1) == whole, "splitting the input changes nothing");
    return 0;
}
