#include "document/packed_pairs.hpp"

#include "document/byte_coding.hpp"

namespace sluice {

std::optional<PackedPairs::Pair> PackedPairs::at(std::size_t offset) const {
    DocumentReader reader(std::string_view(bytes_).substr(offset));
    const auto key = reader.sized();
    const auto value = reader.sized();
    if (!key || !value) return std::nullopt;
    return Pair{*key, *value, offset, bytes_.size() - reader.rest().size()};
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
        put_sized(bytes_, key);
        put_sized(bytes_, value);
        ++size_;
        return;
    }
    std::string pair;
    put_sized(pair, key);
    put_sized(pair, value);
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
        if (!key || !value || pairs.size() == size_max || pairs.find(*key)) return std::nullopt;
        pairs.set(*key, *value);
    }
    return pairs;
}

}  // namespace sluice
