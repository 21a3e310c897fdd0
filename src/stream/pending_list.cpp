#include "stream/pending_list.hpp"

#include <algorithm>
#include <bit>
#include <functional>

#include "stream/row_codec.hpp"

namespace sluice {

namespace {

constexpr std::size_t block_size = 128;
// A block that has shrunk to this joins a neighbour, when both together leave room to grow.
constexpr std::size_t sparse_size = block_size / 4;
constexpr std::size_t merged_size_max = block_size * 3 / 4;
constexpr std::size_t first_capacity = 4;
constexpr std::size_t allocation_overhead = 16;

// One bit per consumer, shared by those whose numbers are 63 apart; the top bit is "handed back".
constexpr std::uint64_t mask_of(ConsumerNumber consumer) {
    return std::uint64_t{1} << (consumer == no_consumer ? 63 : consumer % 63);
}

bool is_older(const Pending& a, const Pending& b) {
    return a.delivered_ms != b.delivered_ms ? a.delivered_ms < b.delivered_ms : a.id < b.id;
}

}  // namespace

// ----------------------------------------------------------------------------------- block

std::size_t PendingList::Block::rank(EntryId id) const {
    const Pending* const first = &items[begin];
    const auto* const found = std::lower_bound(
        first, first + count, id,
        [](const Pending& pending, EntryId wanted) { return pending.id < wanted; });
    return static_cast<std::size_t>(found - first);
}

void PendingList::Block::reserve(std::size_t wanted) {
    auto grown = std::make_unique_for_overwrite<Pending[]>(wanted);
    std::copy_n(items.get() + begin, count, grown.get());
    items = std::move(grown);
    begin = 0;
    capacity = static_cast<std::uint16_t>(wanted);
}

void PendingList::Block::widen(const Pending& pending) {
    consumers |= mask_of(pending.consumer);
    oldest_ms = std::min(oldest_ms, pending.delivered_ms);
}

void PendingList::Block::tighten() {
    consumers = 0;
    oldest_ms = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < count; ++i) {
        widen(at(i));
    }
}

void PendingList::Block::push_back(const Pending& pending) {
    if (begin + count == capacity) {
        const bool is_worn = begin >= capacity / 2 && capacity > 0;
        const std::size_t grown =
            std::clamp<std::size_t>(2u * capacity, first_capacity, block_size);
        reserve(is_worn ? capacity : grown);
    }
    items[begin + count] = pending;
    ++count;
    last = pending.id;
    widen(pending);
}

void PendingList::Block::insert(std::size_t i, const Pending& pending) {
    // Copies: growing frees the items that a reference would point to.
    const Pending moved = pending;
    const Pending tail = count > 0 ? at(count - 1u) : moved;
    push_back(tail);
    Pending* const first = &items[begin];
    std::move_backward(first + i, first + count - 1, first + count);
    first[i] = moved;
    last = first[count - 1].id;
    widen(moved);
}

void PendingList::Block::erase(std::size_t i) {
    Pending* const first = &items[begin];
    if (i < count / 2u) {
        std::move_backward(first, first + i, first + i + 1);
        ++begin;
    } else {
        std::move(first + i + 1, first + count, first + i);
    }
    --count;
    if (count > 0) last = at(count - 1u).id;
}

bool PendingList::Block::may_hold(const Filter& filter) const {
    if (oldest_ms > filter.delivered_until_ms) return false;
    return !filter.consumer || (consumers & mask_of(*filter.consumer)) != 0;
}

// ------------------------------------------------------------------------------------ list

std::size_t PendingList::block_of(EntryId id) const {
    if (blocks_.empty() || id <= blocks_.front().last) return 0;
    std::size_t low = 1;
    std::size_t high = blocks_.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (blocks_[middle].last < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const Pending* PendingList::find(EntryId id) const {
    const std::size_t block = block_of(id);
    if (block == blocks_.size()) return nullptr;
    const std::size_t i = blocks_[block].rank(id);
    return blocks_[block].at(i).id == id ? &blocks_[block].at(i) : nullptr;
}

const Pending* PendingList::first_from(EntryId id) const {
    const std::size_t block = block_of(id);
    if (block == blocks_.size()) return nullptr;
    return &blocks_[block].at(blocks_[block].rank(id));
}

void PendingList::append(const Pending& pending) {
    if (blocks_.empty() || blocks_.back().count == block_size) {
        Block block;
        block.reserve(blocks_.empty() ? first_capacity : block_size);
        blocks_.push_back(std::move(block));
    }
    blocks_.back().push_back(pending);
}

void PendingList::insert(std::size_t block, const Pending& pending) {
    if (blocks_[block].count == block_size) {
        Block right;
        right.reserve(block_size);
        Block& left = blocks_[block];
        for (std::size_t i = block_size / 2; i < block_size; ++i) {
            right.push_back(left.at(i));
        }
        left.count = block_size / 2;
        left.last = left.at(left.count - 1u).id;
        left.tighten();
        blocks_.insert(block + 1, std::move(right));
        if (blocks_[block].last < pending.id) ++block;
    }
    blocks_[block].insert(blocks_[block].rank(pending.id), pending);
}

std::optional<Pending> PendingList::put(const Pending& pending) {
    oldest_bound_ms_ = std::min(oldest_bound_ms_, pending.delivered_ms);
    if (blocks_.empty() || blocks_.back().last < pending.id) {
        append(pending);
        ++size_;
        return std::nullopt;
    }
    const std::size_t block = block_of(pending.id);
    Pending& there = blocks_[block].at(blocks_[block].rank(pending.id));
    if (there.id == pending.id) {
        blocks_[block].widen(pending);
        return std::exchange(there, pending);
    }
    insert(block, pending);
    ++size_;
    return std::nullopt;
}

std::optional<Pending> PendingList::erase(EntryId id) {
    const std::size_t block = block_of(id);
    if (block == blocks_.size()) return std::nullopt;
    const std::size_t i = blocks_[block].rank(id);
    const Pending there = blocks_[block].at(i);
    if (there.id != id) return std::nullopt;
    blocks_[block].erase(i);
    --size_;
    merge_around(block);
    return there;
}

void PendingList::merge_around(std::size_t block) {
    if (blocks_[block].count == 0) {
        blocks_.erase(block);
        return;
    }
    if (blocks_[block].count > sparse_size) return;
    if (merge(block)) return;
    if (block > 0) merge(block - 1);
}

bool PendingList::merge(std::size_t left) {
    if (left + 1 >= blocks_.size()) return false;
    const Block& right = blocks_[left + 1];
    if (blocks_[left].count + right.count > static_cast<int>(merged_size_max)) return false;
    for (std::size_t i = 0; i < right.count; ++i) {
        blocks_[left].push_back(right.at(i));
    }
    blocks_.erase(left + 1);
    return true;
}

std::uint64_t PendingList::erase_consumer(ConsumerNumber consumer) {
    const Filter filter{.consumer = consumer};
    std::uint64_t erased = 0;
    SlidingVector<Block> kept;
    for (Block& block : blocks_) {
        if (block.may_hold(filter)) {
            Pending* const first = &block.items[block.begin];
            Pending* const end = std::remove_if(first, first + block.count,
                                                [&](const Pending& p) { return filter.passes(p); });
            erased += static_cast<std::uint64_t>(first + block.count - end);
            block.count = static_cast<std::uint16_t>(end - first);
            if (block.count == 0) continue;
            block.last = block.at(block.count - 1u).id;
            block.tighten();
        }
        kept.push_back(std::move(block));
    }
    blocks_ = std::move(kept);
    size_ -= erased;
    for (std::size_t i = 0; i + 1 < blocks_.size();) {
        if (blocks_[i].count > sparse_size || !merge(i)) ++i;
    }
    return erased;
}

void PendingList::scan(EntryId from, const Filter& filter,
                       const std::function<bool(const Pending&)>& visit) {
    for (std::size_t b = block_of(from); b < blocks_.size(); ++b) {
        Block& block = blocks_[b];
        if (!block.may_hold(filter)) continue;
        const std::size_t first = block.rank(from);
        bool found = false;
        for (std::size_t i = first; i < block.count; ++i) {
            if (!filter.passes(block.at(i))) continue;
            found = true;
            if (!visit(block.at(i))) return;
        }
        if (!found && first == 0) block.tighten();
    }
}

namespace {

// The oldest entries seen so far, a bounded heap with the youngest of them at the front.
class OldestHeap {
  public:
    explicit OldestHeap(std::size_t count) : count_(count) {}

    bool is_full() const { return entries_.size() >= count_; }
    // False when an entry with this time and an id not below this one cannot get in any more.
    bool may_take(std::int64_t delivered_ms, EntryId id) const {
        return !is_full() || is_older({id, delivered_ms, 0, 0}, entries_.front());
    }
    void take(const Pending& pending) {
        if (is_full()) {
            std::pop_heap(entries_.begin(), entries_.end(), is_older);
            entries_.pop_back();
        }
        entries_.push_back(pending);
        std::push_heap(entries_.begin(), entries_.end(), is_older);
    }
    std::vector<Pending> oldest_first() {
        std::sort_heap(entries_.begin(), entries_.end(), is_older);
        return std::move(entries_);
    }

  private:
    std::size_t count_;
    std::vector<Pending> entries_;
};

}  // namespace

std::vector<PendingList::OldBlock> PendingList::old_blocks(std::int64_t until_ms) {
    std::vector<OldBlock> old;
    oldest_bound_ms_ = std::numeric_limits<std::int64_t>::max();
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        oldest_bound_ms_ = std::min(oldest_bound_ms_, blocks_[b].oldest_ms);
        if (blocks_[b].oldest_ms <= until_ms) old.push_back({blocks_[b].oldest_ms, b});
    }
    std::ranges::make_heap(old, std::greater{});
    return old;
}

std::vector<Pending> PendingList::oldest(std::size_t count, std::int64_t until_ms,
                                         const std::function<bool(const Pending&)>& accepts) {
    if (count == 0 || oldest_bound_ms_ > until_ms) return {};
    OldestHeap heap(count);
    // The block with the lowest bound first; of equals the one with the lower ids.
    for (auto old = old_blocks(until_ms); !old.empty(); old.pop_back()) {
        Block& block = blocks_[old.front().index];
        if (!heap.may_take(old.front().oldest_ms, block.at(0).id)) break;
        std::ranges::pop_heap(old, std::greater{});
        block.tighten();
        for (std::size_t i = 0; i < block.count; ++i) {
            const Pending& pending = block.at(i);
            if (pending.delivered_ms > until_ms) continue;
            if (!heap.may_take(pending.delivered_ms, pending.id) || !accepts(pending)) continue;
            heap.take(pending);
        }
    }
    return heap.oldest_first();
}

std::optional<std::int64_t> PendingList::oldest_ms() {
    const auto first =
        oldest(1, std::numeric_limits<std::int64_t>::max(), [](const Pending&) { return true; });
    if (first.empty()) return std::nullopt;
    return first.front().delivered_ms;
}

std::size_t PendingList::memory_bytes() const {
    std::size_t bytes = blocks_.memory_bytes();
    for (const Block& block : blocks_) {
        bytes += block.capacity * sizeof(Pending) + allocation_overhead;
    }
    return bytes;
}

// -------------------------------------------------------------------------------- snapshot

namespace {

// One pending entry in a snapshot of version 1: fixed widths, little-endian.
Row take_raw(StreamReader& reader) {
    Row row;
    row[0] = reader.u64();
    row[1] = reader.u64();
    row[2] = reader.u32();
    row[3] = reader.u32();
    return row;
}

// The next id, to the same consumer, as often.
Row predict(Row row) {
    ++row[1];
    return row;
}

}  // namespace

void PendingList::save(std::string& out) const {
    put_u64(out, size_);
    Row predicted{};
    for_each([&](const Pending& pending) {
        const Row row{pending.id.ms, pending.id.seq, pending.deliveries, pending.consumer};
        put_row(out, row, predicted);
        predicted = predict(row);
    });
}

Result<PendingList> PendingList::load(std::string_view& bytes, std::uint8_t snapshot_version,
                                      std::int64_t now_ms) {
    const Error damaged{Errc::corrupt, "load pending entries: they are damaged"};
    StreamReader reader(bytes);
    const std::uint64_t count = reader.u64();
    if (reader.failed()) return damaged;
    PendingList list;
    Row predicted{};
    for (std::uint64_t i = 0; i < count; ++i) {
        const Row row = snapshot_version == 1 ? take_raw(reader) : take_row(reader, predicted);
        const bool fits =
            std::in_range<std::uint32_t>(row[2]) && std::in_range<std::uint32_t>(row[3]);
        if (reader.failed() || !fits) return damaged;
        const Pending pending{{row[0], row[1]},
                              now_ms,
                              static_cast<std::uint32_t>(row[2]),
                              static_cast<ConsumerNumber>(row[3])};
        if (!list.empty() && !(list.blocks_.back().last < pending.id)) return damaged;
        list.append(pending);
        ++list.size_;
        predicted = predict(row);
    }
    list.oldest_bound_ms_ = now_ms;
    bytes = reader.rest();
    return list;
}

}  // namespace sluice
