// Bytes as text: base64 with padding (RFC 4648, section 4).
//
// Promise    decode(encode(x)) = x; decode() takes exactly what encode() can write: the standard
//            alphabet, padding, zero bits in the padding, no line breaks
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace sluice
