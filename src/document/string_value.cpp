#include "document/string_value.hpp"

#include <algorithm>

#include "document/byte_coding.hpp"
#include "document/effect.hpp"

namespace sluice {

namespace {

Result<void> write_at(std::string& value, std::string_view items) {
    DocumentReader reader(items);
    const auto offset = reader.varint();
    if (!offset) return corrupt_effect("string write without offset");
    const std::string_view bytes = reader.rest();
    if (*offset > string_bytes_max || bytes.size() > string_bytes_max - *offset) {
        return corrupt_effect("string longer than its limit");
    }
    if (value.size() < *offset + bytes.size()) value.resize(*offset + bytes.size());
    std::ranges::copy(bytes, value.begin() + static_cast<std::ptrdiff_t>(*offset));
    return {};
}

}  // namespace

Result<void> apply_string_effect(std::string& value, std::string_view effect) {
    SLUICE_TRY_ASSIGN(const ParsedEffect parsed, parse_effect(effect));
    switch (parsed.kind) {
        case EffectKind::string_set:
            if (parsed.items.size() > string_bytes_max) break;
            value = parsed.items;
            return {};
        case EffectKind::string_append:
            if (parsed.items.size() > string_bytes_max - value.size()) break;
            value.append(parsed.items);
            return {};
        case EffectKind::string_write:
            return write_at(value, parsed.items);
        default:
            return corrupt_effect("not of a string");
    }
    return corrupt_effect("string longer than its limit");
}

void save_string(const std::string& value, std::string& out) {
    out.append(value);
}

Result<std::string> load_string(std::string_view snapshot) {
    if (snapshot.size() > string_bytes_max) {
        return Error{Errc::corrupt, "string snapshot longer than its limit"};
    }
    return std::string(snapshot);
}

}  // namespace sluice
