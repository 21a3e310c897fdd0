// A stream entry from outside, names and values in turn: it is refused, or it can be written and
// read again as the same event, in both encodings.
#include <cstdint>

#include "event/event_fields.hpp"
#include "event/event_json.hpp"
#include "fuzz/pieces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const auto pieces = testing::pieces(data, size);
    Fields fields;
    for (std::size_t i = 0; i + 1 < pieces.size(); i += 2) {
        fields.push_back({std::string(pieces[i]), std::string(pieces[i + 1])});
    }
    const auto event = decode_fields(fields);
    if (!event.has_value()) return 0;
    const auto written = encode_fields(*event);
    SLUICE_CHECK(written.has_value(), "what was read can be written");
    SLUICE_CHECK(*decode_fields(*written) == *event, "flat fields give the event back");
    const auto entry = encode_json_entry(*event);
    SLUICE_CHECK(entry.has_value(), "every encoder can write it");
    SLUICE_CHECK(*decode_json_entry(*entry) == *event, "JSON gives the event back");
    return 0;
}
