// The large layout of a hash: a slot for each field, and the fields that expire in order of time.
//
// Invariant  expiries_ holds (time, slot) of exactly the cells that have an expiry
//            payload_bytes_ is the heap bytes of all cells
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "document/hash.hpp"
#include "document/slot_table.hpp"
#include "event/time.hpp"

namespace sluice {

// One field in one block of the heap.
class FieldCell {
  public:
    FieldCell() = default;
    FieldCell(std::string_view name, std::string_view value, std::optional<WallTime> expires_at);

    explicit operator bool() const { return block_ != nullptr; }
    std::string_view key() const;
    std::string_view value() const;
    std::optional<WallTime> expires_at() const;
    HashField field() const { return {key(), value(), expires_at()}; }
    std::size_t block_bytes() const;

  private:
    // Stands in front of the name and the value.
    struct Header {
        std::uint32_t name_size;
        std::uint32_t value_size;
        std::int64_t expires_ms;  // 0: never
    };
    Header header() const;
    const char* bytes() const { return block_.get() + sizeof(Header); }

    std::unique_ptr<char[]> block_;
};

class FieldTable {
  public:
    std::size_t size() const { return cells_.size(); }
    std::size_t memory_bytes() const;

    std::optional<HashField> find(std::string_view name) const;
    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, std::size_t count, const Visit& visit) const {
        return cells_.scan(cursor, count, [&](const FieldCell& cell) { visit(cell.field()); });
    }
    std::size_t slot_count() const { return cells_.slot_count(); }
    HashField at_random(std::uint64_t random) const {
        return cells_[cells_.at_random(random)].field();
    }

    void set(std::string_view name, std::string_view value, std::optional<WallTime> expires_at);
    void erase(std::string_view name);

    using Expiries = std::set<std::pair<std::int64_t, Slot>>;
    const Expiries& expiries() const { return expiries_; }
    std::string_view name_at(Slot slot) const { return cells_[slot].key(); }

  private:
    void forget(Slot slot);

    SlotTable<FieldCell> cells_;
    Expiries expiries_;
    std::size_t payload_bytes_ = 0;
};

}  // namespace sluice
