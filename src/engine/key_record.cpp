#include "engine/key_record.hpp"

#include <limits>

#include "journal/bytes.hpp"

namespace sluice {

namespace {
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
}

std::string encode_key_created(const KeyCreated& created) {
    std::string body;
    append_number(body, static_cast<std::uint8_t>(created.type));
    append_number(body, static_cast<std::uint8_t>(created.durability));
    append_number(body, std::uint16_t{0});
    append_number(body, created.tenant);
    append_sized(body, created.name);
    return body;
}

std::optional<KeyCreated> decode_key_created(std::string_view body) {
    ByteReader reader(body);
    const auto type = decode_value_type(reader.number<std::uint8_t>());
    const auto durability = decode_durability(reader.number<std::uint8_t>());
    reader.number<std::uint16_t>();
    KeyCreated created;
    created.tenant = reader.number<std::uint32_t>();
    created.name = reader.sized();
    if (!reader.complete() || !type || !durability) return std::nullopt;
    created.type = *type;
    created.durability = *durability;
    return created;
}

std::string encode_key_renamed(const KeyRenamed& renamed) {
    std::string body;
    append_number(body, renamed.tenant);
    append_sized(body, renamed.name);
    return body;
}

std::optional<KeyRenamed> decode_key_renamed(std::string_view body) {
    ByteReader reader(body);
    KeyRenamed renamed;
    renamed.tenant = reader.number<std::uint32_t>();
    renamed.name = reader.sized();
    if (!reader.complete()) return std::nullopt;
    return renamed;
}

std::string encode_key_expiry(std::optional<WallTime> expires_at) {
    std::string body;
    append_number(body, expires_at ? expires_at->microseconds : never);
    return body;
}

std::optional<std::optional<WallTime>> decode_key_expiry(std::string_view body) {
    ByteReader reader(body);
    const auto microseconds = reader.number<std::int64_t>();
    if (!reader.complete()) return std::nullopt;
    if (microseconds == never) return std::optional<WallTime>();
    return std::optional<WallTime>(WallTime{microseconds});
}

std::optional<Durability> decode_durability(std::uint8_t number) {
    if (number > static_cast<std::uint8_t>(Durability::disk)) return std::nullopt;
    return static_cast<Durability>(number);
}

void write_entry_head(char* at, const EntryHead& head) {
    store_number(at, head.id.ms);
    store_number(at + 8, head.id.seq);
    store_number(at + 16, head.elements);
}

std::optional<EntryHead> read_entry_head(std::string_view body) {
    if (body.size() < entry_head_size) return std::nullopt;
    return EntryHead{
        {load_number<std::uint64_t>(body.data()), load_number<std::uint64_t>(body.data() + 8)},
        load_number<std::uint32_t>(body.data() + 16)};
}

Value empty_value(ValueType type) {
    switch (type) {
        case ValueType::string:
            return StringValue();
        case ValueType::hash:
            return Hash();
        case ValueType::sorted_set:
            return SortedSet();
        case ValueType::stream:
            return Stream();
    }
    return StringValue();
}

std::optional<ValueType> decode_value_type(std::uint8_t number) {
    if (number > static_cast<std::uint8_t>(ValueType::stream)) return std::nullopt;
    return static_cast<ValueType>(number);
}

}  // namespace sluice
