// What a sorted set holds: a slot for each member, and the slots in order of score.
//
// Invariant  order holds every occupied slot of cells once, sorted by (score, member)
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "document/counted_sequence.hpp"
#include "document/slot_table.hpp"
#include "document/sorted_set.hpp"

namespace sluice {

class MemberCell {
  public:
    MemberCell() = default;
    MemberCell(std::string_view member, double score);

    explicit operator bool() const { return block_ != nullptr; }
    std::string_view key() const;
    ScoredMember scored() const { return {key(), score}; }
    std::size_t block_bytes() const { return size_ + sizeof(std::size_t); }

    double score = 0;

  private:
    std::unique_ptr<char[]> block_;  // the member's bytes
    std::uint32_t size_ = 0;
};

class MemberTable {
  public:
    SlotTable<MemberCell> cells;
    CountedSequence order;
    std::size_t payload_bytes = 0;

    ScoredMember scored(Slot slot) const { return cells[slot].scored(); }
    // Where this member stands or would stand.
    std::size_t position_of(const ScoredMember& member) const;
    void insert(std::string_view member, double score);
    void erase(Slot slot);
};

}  // namespace sluice
