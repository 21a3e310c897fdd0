// A stream's part of a checkpoint: any bytes are refused, or give a stream that saves to a snapshot
// of the same state.
#include <cstdint>
#include <string>

#include "stream/stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    constexpr MonoTime now = MonoTime::from_ms(1000);
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto stream = Stream::load(bytes, now);
    if (!stream.has_value()) return 0;
    std::string snapshot;
    stream->save(snapshot);
    const auto again = Stream::load(snapshot, now);
    SLUICE_CHECK(again.has_value(), "what was saved is loaded");
    std::string second;
    again->save(second);
    SLUICE_CHECK(second == snapshot, "saving and loading is the end of it");
    return 0;
}
