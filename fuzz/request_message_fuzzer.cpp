// A request, cancel or reply from outside: it is refused, or it can be written and read again.
#include <cstdint>
#include <string_view>

#include "requests/request_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const Fields fields = {{"data", std::string(reinterpret_cast<const char*>(data), size)}};
    (void)return_address(fields);
    if (const auto request = decode_request(fields)) {
        const auto written = encode_request(*request, request->deadline);
        SLUICE_CHECK(written.has_value(), "what was read can be written");
        const auto again = decode_request(*written);
        SLUICE_CHECK(again.has_value() && again->body == request->body, "and read again");
    }
    if (const auto cancel = decode_cancel(fields)) {
        SLUICE_CHECK(encode_cancel(*cancel, {}).has_value(), "a cancel too");
    }
    if (const auto reply = decode_reply(fields)) {
        const auto written = encode_reply(*reply, {});
        SLUICE_CHECK(written.has_value(), "a reply too");
        const auto again = decode_reply(*written);
        SLUICE_CHECK(again.has_value() && again->body == reply->body, "and read again");
    }
    return 0;
}
