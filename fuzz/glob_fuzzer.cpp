// Patterns of KEYS and SCAN: the pattern up to the first line feed, then a text. Whatever they are,
// matching ends within its budget.
#include <cstdint>
#include <string_view>

#include "event/glob.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sluice::Glob;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto line_end = bytes.find('\n');
    const auto text = line_end == bytes.npos ? std::string_view{} : bytes.substr(line_end + 1);
    for (const auto letter_case : {Glob::Case::exact, Glob::Case::ignored}) {
        const auto glob = Glob::parse(bytes.substr(0, line_end), letter_case);
        if (!glob.has_value()) continue;
        const auto matches = glob->matches(text);
        if (glob->matches_all()) {
            SLUICE_CHECK(matches.has_value() && *matches, "* matches everything");
        }
    }
    return 0;
}
