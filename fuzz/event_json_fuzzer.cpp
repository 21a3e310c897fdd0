// An event as JSON from outside: it is refused, or it can be written and read again as the same.
#include <cstdint>
#include <string_view>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const auto event = decode_json({reinterpret_cast<const char*>(data), size});
    if (!event.has_value()) return 0;
    const auto text = encode_json(*event);
    SLUICE_CHECK(text.has_value(), "what was read can be written");
    SLUICE_CHECK(*decode_json(*text) == *event, "JSON gives the event back");
    const auto fields = encode_fields(*event);
    SLUICE_CHECK(fields.has_value(), "every encoder can write it");
    SLUICE_CHECK(*decode_fields(*fields) == *event, "flat fields give the event back");
    return 0;
}
