#include "document/member_table.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

MemberCell::MemberCell(std::string_view member, double its_score)
    : score(its_score),
      block_(std::make_unique_for_overwrite<char[]>(member.size())),
      size_(static_cast<std::uint32_t>(member.size())) {
    std::ranges::copy(member, block_.get());
}

std::string_view MemberCell::key() const {
    return {block_.get(), size_};
}

std::size_t MemberTable::position_of(const ScoredMember& member) const {
    return order.partition_point([&](Slot slot) { return scored(slot) < member; });
}

void MemberTable::insert(std::string_view member, double score) {
    const std::size_t position = position_of({member, score});
    MemberCell cell(member, score);
    payload_bytes += cell.block_bytes();
    order.insert(position, cells.insert(std::move(cell)));
}

void MemberTable::erase(Slot slot) {
    order.erase(position_of(scored(slot)));
    payload_bytes -= cells[slot].block_bytes();
    cells.erase(slot);
}

}  // namespace sluice
