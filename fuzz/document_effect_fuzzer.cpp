// Document effects and snapshots as recovery reads them: any bytes are applied or refused, and a
// refusal changes nothing. Input: pieces; the first is a snapshot, the others are effects.
#include <cstdint>
#include <string>

#include "document/hash.hpp"
#include "document/sorted_set.hpp"
#include "document/string_value.hpp"
#include "fuzz/pieces.hpp"

namespace {

using namespace sluice;

template <class Document>
std::string saved(const Document& document) {
    std::string bytes;
    document.save(bytes);
    return bytes;
}

template <class Document>
void run(const std::vector<std::string_view>& pieces) {
    Document document;
    if (auto loaded = Document::load(pieces[0])) {
        document = std::move(*loaded);
        const auto again = Document::load(saved(document));
        SLUICE_CHECK(again.has_value() && saved(*again) == saved(document),
                     "what was saved is loaded as the same");
    }
    for (std::size_t i = 1; i < pieces.size(); ++i) {
        const auto before = saved(document);
        if (!document.apply(pieces[i]).has_value()) {
            SLUICE_CHECK(saved(document) == before, "a refused effect changes nothing");
        }
    }
    SLUICE_CHECK(Document::load(saved(document)).has_value(), "what was saved is loaded");
}

void run_string(const std::vector<std::string_view>& pieces) {
    std::string value(pieces[0]);
    constexpr std::size_t size_max = 1 << 20;  // an effect may ask for a gap of 512 MiB
    for (std::size_t i = 1; i < pieces.size() && value.size() < size_max; ++i) {
        const auto before = value;
        if (!apply_string_effect(value, pieces[i]).has_value()) {
            SLUICE_CHECK(value == before, "a refused effect changes nothing");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto pieces = sluice::testing::pieces(data, size);
    if (pieces.empty()) return 0;
    run<Hash>(pieces);
    run<SortedSet>(pieces);
    run_string(pieces);
    return 0;
}
