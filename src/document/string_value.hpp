// A string document: plain bytes (std::string) and the effects that change them.
//
// Limit      string_bytes_max, Redis's proto-max-bulk-len; commands refuse before, apply refuses
// Errors     corrupt: bytes that are no string effect, or that pass the limit; value unchanged
// Source     docs/formats/document_effects.md
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

constexpr std::size_t string_bytes_max = std::size_t{512} << 20;

Result<void> apply_string_effect(std::string& value, std::string_view effect);

// The snapshot of a string is its bytes.
void save_string(const std::string& value, std::string& out);
Result<std::string> load_string(std::string_view snapshot);

}  // namespace sluice
