// A msgpack map from outside, in a stream entry: it is refused, or it can be written and read again
// as the same event, in all encodings; as an envelope it is checked without harm.
#include <cstdint>
#include <string_view>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "event/event_msgpack.hpp"
#include "event/stargazer_envelope.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const std::string packed(reinterpret_cast<const char*>(data), size);
    (void)check_envelope(EnvelopeKind::inbound, packed);
    (void)check_envelope(EnvelopeKind::outbound, packed);
    const auto event = decode_msgpack_entry(Fields{{"data", packed}});
    if (!event.has_value()) return 0;
    const auto entry = encode_msgpack_entry(*event);
    SLUICE_CHECK(entry.has_value(), "what was read can be written");
    SLUICE_CHECK(*decode_msgpack_entry(*entry) == *event, "msgpack gives the event back");
    const auto fields = encode_fields(*event);
    SLUICE_CHECK(fields.has_value(), "every encoder can write it");
    SLUICE_CHECK(*decode_fields(*fields) == *event, "flat fields give the event back");
    SLUICE_CHECK(*decode_json_entry(*encode_json_entry(*event)) == *event, "JSON too");
    return 0;
}
