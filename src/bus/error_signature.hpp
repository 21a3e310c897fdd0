// The shape of an error: what is left of its text when numbers, ids and names are taken out, so
// that two thousand failures are three groups.
//
// Shape      "chunk 17 of 'a.txt' at /tmp/x: timeout after 30s"
//            "chunk <n> of <text> at <path>: timeout after <n>s"
//            <time>   a date, a time of day or both     <url>    scheme://...
//            <uuid>   8-4-4-4-12 hex digits             <path>   from / ./ ../ ~/ or C:\ on
//            <hex>    0x..., or 8 or more hex digits    <text>   '...' "..." `...`
//            <id>     16 or more letters and digits,    <n>      digits, with a fraction
//                     at least 4 of them digits
//            White space and controls become one space; bytes that are not UTF-8 become '?'.
// Limits     the first input_bytes_max bytes count; the pattern shows the first pattern_bytes_max
// Promise    the hash is the same for ever and everywhere, and covers the whole shape; one pass
// Source     FNV-1a, 64 bits
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

struct ErrorSignature {
    // Reasons: a stack trace fits into the first, a row of a table is made of the second.
    static constexpr std::size_t input_bytes_max = 8192;
    static constexpr std::size_t pattern_bytes_max = 240;

    std::uint64_t hash = 0;
    std::string pattern;  // ends with "..." when there is more

    std::string hex() const;  // 16 digits
    friend bool operator==(const ErrorSignature&, const ErrorSignature&) = default;
};

ErrorSignature signature_of(std::string_view error);

}  // namespace sluice
