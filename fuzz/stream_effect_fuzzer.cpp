// Stream effects as recovery reads them. Input: pieces; the first is a snapshot, the others are
// effects. Any bytes are applied or refused, and the state stays one that can be saved and loaded.
#include <cstdint>
#include <string>

#include "fuzz/pieces.hpp"
#include "stream/stream.hpp"

namespace {

using namespace sluice;

constexpr MonoTime now = MonoTime::from_ms(1000);

std::string saved(const Stream& stream) {
    std::string bytes;
    stream.save(bytes);
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = sluice::testing::pieces(data, size);
    if (pieces.empty()) return 0;
    Stream stream;
    if (auto loaded = Stream::load(pieces[0], now)) stream = std::move(*loaded);
    for (std::size_t i = 1; i < pieces.size(); ++i)
        (void)stream.apply(pieces[i], now);
    const auto snapshot = saved(stream);
    const auto again = Stream::load(snapshot, now);
    SLUICE_CHECK(again.has_value() && saved(*again) == snapshot,
                 "what was saved is loaded as the same");
    return 0;
}
