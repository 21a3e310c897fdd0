// A hash document: fields and values, as pure state.
//
// Theory     Two layouts. Small hashes are packed: one string of fields and values, searched from
//            the front, memory close to the payload. The first field too many or too long, or the
//            first expiry, turns a hash into a table for the rest of its life (as in Redis, so
//            that OBJECT ENCODING agrees). A field of a table keeps its slot while it lives.
// Order      packed: as first set; table: by slot
// Promise    scan(): a field that lives during the whole scan is visited at least once
//            apply() is the only mutator; the same effects give the same state
// Errors     apply, load: corrupt, the state then is unchanged (apply) or absent (load)
// Units      memory_bytes() counts what the fields take on the heap, about right, in O(1)
// Source     docs/formats/document_effects.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/packed_pairs.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

class FieldTable;

struct HashField {
    std::string_view name;
    std::string_view value;
    std::optional<WallTime> expires_at;
};

class Hash {
  public:
    // Redis's hash-max-listpack-entries and hash-max-listpack-value.
    static constexpr std::size_t packed_fields_max = 512;
    static constexpr std::size_t packed_bytes_max = 64;
    static_assert(packed_bytes_max <= PackedPairs::text_bytes_max);

    Hash();
    ~Hash();
    Hash(Hash&&) noexcept;
    Hash& operator=(Hash&&) noexcept;

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    bool is_packed() const { return table_ == nullptr; }
    std::size_t memory_bytes() const;

    using Visit = std::function<void(const HashField&)>;
    std::optional<HashField> find(std::string_view name) const;
    void for_each(const Visit& visit) const;
    // Visits at least `count` slots from `cursor` (a packed hash: all); the next cursor, 0 at the
    // end.
    std::uint64_t scan(std::uint64_t cursor, std::size_t count, const Visit& visit) const;
    // Any field, each as likely, chosen by `random`; the hash is not empty.
    HashField at_random(std::uint64_t random) const;

    // Fields that expire stay readable until an effect removes them: the caller reaps first.
    std::optional<WallTime> next_expiry() const;
    std::vector<std::string> expired_fields(WallTime now) const;

    Result<void> apply(std::string_view effect);
    void save(std::string& out) const;
    static Result<Hash> load(std::string_view snapshot);

  private:
    void set(std::string_view name, std::string_view value);
    void erase(std::string_view name);
    void set_expiry(std::string_view name, std::optional<WallTime> expires_at);
    FieldTable& become_table();

    PackedPairs packed_;                 // empty once there is a table
    std::unique_ptr<FieldTable> table_;  // null while packed
};

}  // namespace sluice
