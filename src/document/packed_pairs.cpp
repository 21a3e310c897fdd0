#include "document/packed_pairs.hpp"

#include "document/byte_coding.hpp"
#include "event/result.hpp"

namespace sluice {

namespace {

void put_text(std::string& out, std::string_view text) {
    SLUICE_CHECK(text.size() <= PackedPairs::text_bytes_max, "a size of one byte");
    out.push_back(static_cast<char>(text.size()));
    out.append(text);
}

std::string_view text_at(std::string_view bytes, std::size_t offset) {
    return bytes.substr(offset + 1, static_cast<unsigned char>(bytes[offset]));
}

}  // namespace

std::optional<PackedPairs::Pair> PackedPairs::at(std::size_t offset) const {
    if (offset >= bytes_.size()) return std::nullopt;
    const std::string_view key = text_at(bytes_, offset);
    const std::size_t value_at = offset + 1 + key.size();
    const std::string_view value = text_at(bytes_, value_at);
    return Pair{key, value, offset, value_at + 1 + value.size()};
}

std::optional<PackedPairs::Pair> PackedPairs::find(std::string_view key) const {
    for (auto pair = at(0); pair; pair = at(pair->end)) {
        if (pair->key == key) return pair;
    }
    return std::nullopt;
}

void PackedPairs::set(std::string_view key, std::string_view value) {
    const auto old = find(key);
    if (!old) {
        put_text(bytes_, key);
        put_text(bytes_, value);
        ++size_;
        return;
    }
    std::string pair;
    put_text(pair, key);
    put_text(pair, value);
    bytes_.replace(old->begin, old->end - old->begin, pair);
}

void PackedPairs::erase(std::string_view key) {
    const auto old = find(key);
    if (!old) return;
    bytes_.erase(old->begin, old->end - old->begin);
    --size_;
}

std::optional<PackedPairs> PackedPairs::parse(std::string_view bytes, std::size_t size_max) {
    PackedPairs pairs;
    DocumentReader reader(bytes);
    while (!reader.done()) {
        const auto key = reader.sized();
        const auto value = reader.sized();
        if (!key || !value || pairs.size() == size_max) return std::nullopt;
        if (key->size() > text_bytes_max || value->size() > text_bytes_max) return std::nullopt;
        if (pairs.find(*key)) return std::nullopt;
        pairs.set(*key, *value);
    }
    return pairs;
}

}  // namespace sluice
