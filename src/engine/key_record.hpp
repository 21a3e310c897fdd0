// Bodies of the records that say what happens to a key, and its name.
//
// Shape      docs/formats/records.md
// Errors     the readers answer nothing for bytes that are not such a body
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/durability.hpp"
#include "engine/key.hpp"
#include "event/entry_id.hpp"

namespace sluice {

struct KeyCreated {
    ValueType type = ValueType::string;
    Durability durability = Durability::disk;
    TenantNumber tenant = 0;
    std::string_view name;
};
std::string encode_key_created(const KeyCreated& created);
std::optional<KeyCreated> decode_key_created(std::string_view body);

struct KeyRenamed {
    TenantNumber tenant = 0;
    std::string_view name;
};
std::string encode_key_renamed(const KeyRenamed& renamed);
std::optional<KeyRenamed> decode_key_renamed(std::string_view body);

std::string encode_key_expiry(std::optional<WallTime> expires_at);
// Outer nothing: not such a body. Inner nothing: never.
std::optional<std::optional<WallTime>> decode_key_expiry(std::string_view body);

std::optional<Durability> decode_durability(std::uint8_t number);

// ms, seq, elements; the bulk strings follow.
constexpr std::size_t entry_head_size = 20;
struct EntryHead {
    EntryId id;
    std::uint32_t elements = 0;
};
void write_entry_head(char* at, const EntryHead& head);
std::optional<EntryHead> read_entry_head(std::string_view body);

Value empty_value(ValueType type);
std::optional<ValueType> decode_value_type(std::uint8_t number);

}  // namespace sluice
