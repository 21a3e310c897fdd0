// The changes of documents as bytes: what a command did, never what it was asked to do.
//
// Theory     A command computes its result first (HINCRBY: the new value) and writes it down as an
//            effect. Engine::commit_document() applies the effect to the value and records it;
//            recovery applies the same bytes again. Live path and replay share one mutator.
// Shape      docs/formats/document_effects.md: kind u8, then items to the end
// Limit      commands cut long changes into effects of about effect_bytes_soft
// Promise    the numbers of the kinds are on disk for ever
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

enum class EffectKind : std::uint8_t {
    string_set = 1,       // the whole new value
    string_append = 2,    // bytes at the end
    string_write = 3,     // bytes at an offset; zeroes fill the gap
    hash_set = 16,        // fields and values; their expiry is cleared
    hash_remove = 17,     // fields
    hash_expire = 18,     // fields and when they expire
    members_set = 32,     // members and their scores
    members_remove = 33,  // members
};

// One effect holds at most about this much, so that no record is much larger than a request.
constexpr std::size_t effect_bytes_soft = std::size_t{1} << 20;

std::string string_set_effect(std::string_view value);
std::string string_append_effect(std::string_view bytes);
std::string string_write_effect(std::uint64_t offset, std::string_view bytes);

// Builds the effects that hold a list of items.
class EffectBuilder {
  public:
    explicit EffectBuilder(EffectKind kind);

    void add_field(std::string_view field, std::string_view value);               // hash_set
    void add_expiry(std::string_view field, std::optional<WallTime> expires_at);  // hash_expire
    void add_member(std::string_view member, double score);                       // members_set
    void add_name(std::string_view name);  // hash_remove, members_remove

    bool empty() const { return bytes_.size() == 1; }
    bool is_full() const { return bytes_.size() >= effect_bytes_soft; }
    std::string_view bytes() const { return bytes_; }
    // Empty again, of the same kind.
    void clear() { bytes_.resize(1); }

  private:
    std::string bytes_;
};

// Splits the kind from the items; corrupt when there are none.
struct ParsedEffect {
    EffectKind kind;
    std::string_view items;
};
Result<ParsedEffect> parse_effect(std::string_view effect);

Error corrupt_effect(std::string_view of_what);

}  // namespace sluice
