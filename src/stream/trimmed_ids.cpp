#include "stream/trimmed_ids.hpp"

#include <algorithm>

#include "stream/byte_codec.hpp"

namespace sluice {

// The first id stands as it is, each further one as the distance in ms, and in seq when the ms is
// the same.
void TrimmedIds::Block::append(EntryId id) {
    const EntryId before = count == 0 ? EntryId{} : last;
    put_varint(coded, id.ms - before.ms);
    put_varint(coded, id.ms == before.ms ? id.seq - before.seq : id.seq);
    if (count++ == 0) first = id;
    last = id;
    if (count == block_ids) coded.shrink_to_fit();
}

std::vector<EntryId> TrimmedIds::Block::ids() const {
    std::vector<EntryId> ids;
    ids.reserve(count);
    StreamReader reader(coded);
    EntryId id;
    while (!reader.at_end() && !reader.failed()) {
        const std::uint64_t ms = reader.varint();
        const std::uint64_t seq = reader.varint();
        id = ms == 0 ? EntryId{id.ms, id.seq + seq} : EntryId{id.ms + ms, seq};
        ids.push_back(id);
    }
    return ids;
}

void TrimmedIds::add(EntryId id) {
    through_ = std::max(through_, id);
    if (id <= forgotten_through_) {
        ++forgotten_;
        return;
    }
    const bool is_next = blocks_.empty() || blocks_.back().last < id;
    if (!is_next) return insert(id);
    if (blocks_.empty() || blocks_.back().count >= block_ids) blocks_.emplace_back();
    blocks_.back().append(id);
    if (++kept_ > ids_max) forget_oldest();
}

// Into the middle: trimming that goes around what is pending comes back for it later.
void TrimmedIds::insert(EntryId id) {
    auto block = std::ranges::find_if(blocks_, [id](const Block& its) { return id <= its.last; });
    std::vector<EntryId> ids = block->ids();
    const auto place = std::ranges::lower_bound(ids, id);
    if (place != ids.end() && *place == id) return;
    ids.insert(place, id);
    *block = Block();
    const std::size_t half = ids.size() > 2 * block_ids ? ids.size() / 2 : ids.size();
    for (std::size_t i = 0; i < half; ++i)
        block->append(ids[i]);
    if (half < ids.size()) {
        Block rest;
        for (std::size_t i = half; i < ids.size(); ++i)
            rest.append(ids[i]);
        blocks_.insert(block + 1, std::move(rest));
    }
    if (++kept_ > ids_max) forget_oldest();
}

void TrimmedIds::forget_oldest() {
    forgotten_through_ = blocks_.front().last;
    forgotten_ += blocks_.front().count;
    kept_ -= blocks_.front().count;
    blocks_.erase(blocks_.begin());
}

TrimmedCount TrimmedIds::above(EntryId id) const {
    if (id >= through_) return {};
    TrimmedCount found;
    for (auto block = blocks_.rbegin(); block != blocks_.rend() && id < block->last; ++block) {
        if (id < block->first) {
            found.count += block->count;
            continue;
        }
        const std::vector<EntryId> ids = block->ids();
        found.count += static_cast<std::uint64_t>(ids.end() - std::ranges::upper_bound(ids, id));
    }
    if (id < forgotten_through_) {
        // From the very beginning, all of them; in their middle, at least the last one.
        found.is_exact = id == EntryId{};
        found.count += found.is_exact ? forgotten_ : 1;
    }
    return found;
}

std::size_t TrimmedIds::memory_bytes() const {
    std::size_t bytes = sizeof(*this);
    for (const Block& block : blocks_)
        bytes += sizeof(Block) + block.coded.capacity();
    return bytes;
}

void TrimmedIds::save(std::string& out) const {
    put_id(out, through_);
    put_id(out, forgotten_through_);
    put_varint(out, forgotten_);
    put_varint(out, blocks_.size());
    for (const Block& block : blocks_)
        put_bytes(out, block.coded);
}

bool TrimmedIds::load(StreamReader& reader) {
    through_ = reader.id();
    forgotten_through_ = reader.id();
    forgotten_ = reader.varint();
    for (std::uint64_t left = reader.varint(); left > 0 && !reader.failed(); --left) {
        Block stored;
        stored.coded = reader.sized_bytes();
        // Each id takes two bytes at least, so a block of ours is never longer than this.
        constexpr std::size_t coded_max = 2 * block_ids * 2 * varint_size_max;
        if (stored.coded.empty() || stored.coded.size() > coded_max) return false;
        Block block;
        for (const EntryId id : stored.ids()) {
            const EntryId before = block.count > 0    ? block.last
                                   : !blocks_.empty() ? blocks_.back().last
                                                      : forgotten_through_;
            if (id <= before || id > through_) return false;
            block.append(id);
        }
        if (block.coded != stored.coded) return false;
        kept_ += block.count;
        blocks_.push_back(std::move(block));
    }
    return !reader.failed() && kept_ <= ids_max;
}

}  // namespace sluice
