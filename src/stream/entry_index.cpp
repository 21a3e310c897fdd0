#include "stream/entry_index.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "stream/row_codec.hpp"

namespace sluice {

namespace {

constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t u64_max = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t first_capacity = 4;
// Heap blocks carry this much beside what was asked for.
constexpr std::size_t allocation_overhead = 16;
// Of a node in a snapshot, in front of its slots.
constexpr std::size_t node_header_bytes = 48;
// Entries of a page of coded nodes: what a change within it codes again.
constexpr std::size_t page_entries = 4096;

static_assert(std::endian::native == std::endian::little, "version 1 has slots as they stand");

}  // namespace

// ------------------------------------------------------------------------------------ node

std::optional<EntryIndex::Slot> EntryIndex::Node::slot_for(EntryId id, EntryRef ref) const {
    if (id.ms < ms || id.ms - ms > u32_max) return std::nullopt;
    if (id.seq < seq || id.seq - seq > u32_max) return std::nullopt;
    if (ref.position < position || (ref.position - position) / 8 > u32_max) return std::nullopt;
    return Slot{static_cast<std::uint32_t>(id.ms - ms), static_cast<std::uint32_t>(id.seq - seq),
                static_cast<std::uint32_t>((ref.position - position) / 8), ref.length};
}

std::uint32_t EntryIndex::Node::rank(EntryId id) const {
    std::uint32_t low = 0;
    std::uint32_t high = count;
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (id_at(middle) < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void EntryIndex::Node::reserve(std::uint32_t wanted) {
    auto grown = std::make_unique_for_overwrite<Slot[]>(wanted);
    if (count > 0) std::memcpy(grown.get(), &slots[begin], count * sizeof(Slot));
    slots = std::move(grown);
    begin = 0;
    capacity = wanted;
}

void EntryIndex::Node::erase(std::uint32_t i) {
    forget_code();
    record_bytes -= slot(i).length;
    Slot* const first = &slots[begin];
    if (i < count / 2) {
        std::memmove(first + 1, first, i * sizeof(Slot));
        ++begin;
    } else {
        std::memmove(first + i, first + i + 1, (count - i - 1) * sizeof(Slot));
    }
    --count;
    if (capacity > 2 * first_capacity && count > 0 && count <= capacity / 4) reserve(capacity / 2);
}

void EntryIndex::Node::leave_page() {
    if (page == nullptr) return;
    forget_code();
    --page->nodes;
    page = nullptr;
}

void EntryIndex::Node::join_page(CodePage* joined) {
    page = joined;
    if (page == nullptr) return;
    forget_code();
    ++page->nodes;
}

void EntryIndex::Node::count_bytes() {
    record_bytes = 0;
    for (std::uint32_t i = 0; i < count; ++i)
        record_bytes += slot(i).length;
}

bool EntryIndex::Node::rebase(std::uint32_t i, EntryRef to) {
    std::uint64_t lowest = to.position;
    std::uint64_t highest = to.position;
    for (std::uint32_t k = 0; k < count; ++k) {
        if (k == i) continue;
        lowest = std::min(lowest, ref_at(k).position);
        highest = std::max(highest, ref_at(k).position);
    }
    if ((highest - lowest) / 8 > u32_max) return false;
    for (std::uint32_t k = 0; k < count; ++k) {
        const std::uint64_t at = k == i ? to.position : ref_at(k).position;
        slots[begin + k].position = static_cast<std::uint32_t>((at - lowest) / 8);
    }
    slots[begin + i].length = to.length;
    position = lowest;
    return true;
}

// ----------------------------------------------------------------------------------- index

EntryIndex::Node EntryIndex::node_from(EntryId id, EntryRef ref, std::uint32_t capacity) {
    Node node;
    node.ms = id.ms;
    // Sequence numbers begin again with each millisecond, so the base is zero while they are small.
    node.seq = id.seq > u32_max ? id.seq : 0;
    node.position = ref.position;
    node.last = id;
    node.reserve(capacity);
    node.slots[0] = *node.slot_for(id, ref);
    node.count = 1;
    node.appended = 1;
    node.record_bytes = ref.length;
    return node;
}

void EntryIndex::append(EntryId id, EntryRef ref, std::uint32_t entries_per_node) {
    const std::uint32_t limit = entries_per_node == 0
                                    ? entries_per_node_limit
                                    : std::min(entries_per_node, entries_per_node_limit);
    ++size_;
    record_bytes_ += ref.length;
    if (!nodes_.empty() && nodes_.back().appended < limit) {
        Node& node = nodes_.back();
        if (const auto slot = node.slot_for(id, ref)) {
            node.forget_code();
            if (node.begin + node.count == node.capacity) {
                node.reserve(node.count < node.capacity / 2 ? node.capacity
                                                            : std::min(2 * node.capacity, limit));
            }
            node.slots[node.begin + node.count] = *slot;
            ++node.count;
            ++node.appended;
            node.record_bytes += ref.length;
            node.last = id;
            return;
        }
    }
    // The first node grows with a small stream; a stream that filled one will fill the next.
    const bool filled_one = !nodes_.empty() && nodes_.back().appended >= limit;
    const std::uint32_t whole = std::min(limit, entries_per_node_default);
    nodes_.push_back(node_from(id, ref, filled_one ? whole : std::min(first_capacity, whole)));
}

std::size_t EntryIndex::node_of(EntryId id) const {
    std::size_t low = 0;
    std::size_t high = nodes_.size();
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (node_last_id(middle) < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

EntryIndex::Cursor EntryIndex::lower_bound(EntryId id) const {
    const std::size_t node = node_of(id);
    if (node == nodes_.size()) return end();
    const std::uint32_t slot = nodes_[node].rank(id);
    // The id may lie behind the last entry of its node when that one was deleted.
    return slot < nodes_[node].count ? Cursor{node, slot} : Cursor{node + 1, 0};
}

EntryIndex::Cursor EntryIndex::upper_bound(EntryId id) const {
    const auto above = id.next();
    return above ? lower_bound(*above) : end();
}

std::uint64_t EntryIndex::count_above(EntryId id) const {
    const Cursor from = upper_bound(id);
    std::uint64_t count = 0;
    for (std::size_t node = from.node; node < nodes_.size(); ++node)
        count += nodes_[node].count;
    return count - from.slot;
}

IndexEntry EntryIndex::at(Cursor cursor) const {
    const Node& node = nodes_[cursor.node];
    return {node.id_at(cursor.slot), node.ref_at(cursor.slot)};
}

std::uint64_t EntryIndex::count_through(EntryId id) const {
    const Cursor end = upper_bound(id);
    std::uint64_t count = end.slot;
    for (std::size_t node = 0; node < end.node; ++node)
        count += nodes_[node].count;
    return count;
}

EntryIndex::Cursor EntryIndex::next(Cursor cursor) const {
    if (cursor.slot + 1 < nodes_[cursor.node].count) return {cursor.node, cursor.slot + 1};
    return {cursor.node + 1, 0};
}

EntryIndex::Cursor EntryIndex::previous(Cursor cursor) const {
    if (cursor.slot > 0) return {cursor.node, cursor.slot - 1};
    return {cursor.node - 1, nodes_[cursor.node - 1].count - 1};
}

std::optional<EntryRef> EntryIndex::find(EntryId id) const {
    const Cursor cursor = lower_bound(id);
    if (cursor == end() || at(cursor).id != id) return std::nullopt;
    return at(cursor).ref;
}

std::optional<EntryRef> EntryIndex::erase(EntryId id) {
    const Cursor cursor = lower_bound(id);
    if (cursor == end() || at(cursor).id != id) return std::nullopt;
    const EntryRef ref = at(cursor).ref;
    --size_;
    record_bytes_ -= ref.length;
    if (nodes_[cursor.node].count == 1) {
        nodes_[cursor.node].leave_page();
        nodes_.erase(cursor.node);
    } else {
        nodes_[cursor.node].erase(cursor.slot);
    }
    return ref;
}

void EntryIndex::erase_through(EntryId id) {
    while (!nodes_.empty() && nodes_.front().last_live_id() <= id) {
        size_ -= nodes_.front().count;
        record_bytes_ -= nodes_.front().record_bytes;
        nodes_.front().leave_page();
        nodes_.pop_front();
    }
    if (nodes_.empty()) return;
    Node& node = nodes_.front();
    record_bytes_ -= node.record_bytes;
    while (node.id_at(0) <= id) {
        node.erase(0);
        --size_;
    }
    record_bytes_ += node.record_bytes;
}

bool EntryIndex::move(EntryId id, EntryRef from, EntryRef to) {
    const Cursor cursor = lower_bound(id);
    if (cursor == end() || at(cursor).id != id || at(cursor).ref != from) return false;
    Node& node = nodes_[cursor.node];
    node.forget_code();
    node.record_bytes += to.length;
    node.record_bytes -= from.length;
    record_bytes_ += to.length;
    record_bytes_ -= from.length;
    if (const auto slot = node.slot_for(id, to)) {
        node.slots[node.begin + cursor.slot] = *slot;
    } else if (!node.rebase(cursor.slot, to)) {
        split_out(cursor.node, cursor.slot, to);
    }
    return true;
}

// Cuts a node around an entry that now lies too far from its neighbours: up to three nodes.
void EntryIndex::split_out(std::size_t node, std::uint32_t slot, EntryRef to) {
    const EntryId id = nodes_[node].id_at(slot);
    const std::uint32_t behind = nodes_[node].count - slot - 1;
    CodePage* const page = nodes_[node].page;
    Node alone = node_from(id, to, 1);
    alone.appended = nodes_[node].appended;
    if (behind > 0) {
        Node& whole = nodes_[node];
        Node rest;
        rest.ms = whole.ms;
        rest.seq = whole.seq;
        rest.position = whole.position;
        rest.reserve(behind);
        std::memcpy(rest.slots.get(), &whole.slots[whole.begin + slot + 1], behind * sizeof(Slot));
        rest.count = behind;
        rest.appended = whole.appended;
        rest.last = whole.last;
        rest.count_bytes();
        rest.join_page(page);
        nodes_.insert(node + 1, std::move(rest));
    }
    if (behind == 0) alone.last = nodes_[node].last;
    alone.join_page(page);
    if (slot == 0) {
        nodes_[node].leave_page();
        nodes_[node] = std::move(alone);
        return;
    }
    nodes_[node].count = slot;
    nodes_[node].last = nodes_[node].last_live_id();
    nodes_[node].count_bytes();
    nodes_.insert(node + 1, std::move(alone));
}

std::size_t EntryIndex::memory_bytes() const {
    std::size_t bytes = nodes_.memory_bytes();
    for (const Node& node : nodes_) {
        bytes += node.capacity * sizeof(Slot) + allocation_overhead;
    }
    for (const auto& page : pages_)
        bytes += page->bytes.capacity() + sizeof(CodePage) + 2 * allocation_overhead;
    return bytes;
}

// -------------------------------------------------------------------------------- snapshot

// An entry lies right behind the one before it, has the next id, and is as long.
Row EntryIndex::Node::predict(const Slot& slot) {
    return {slot.ms, std::uint64_t{slot.seq} + 1,
            std::uint64_t{slot.position} + (std::uint64_t{slot.length} + 7) / 8, slot.length};
}

void EntryIndex::Node::save_slots(std::string& out) const {
    Row predicted{};
    for (std::uint32_t i = 0; i < count; ++i) {
        const Slot& next = slot(i);
        put_row(out, {next.ms, next.seq, next.position, next.length}, predicted);
        predicted = predict(next);
    }
}

bool EntryIndex::Node::load_slots(StreamReader& reader, std::uint32_t wanted,
                                  std::uint8_t snapshot_version) {
    const bool is_raw = snapshot_version == 1;
    const std::size_t slot_bytes_min = is_raw ? sizeof(Slot) : 1;
    // Before room is made: a damaged count cannot ask for more than follows.
    if (wanted == 0 || wanted > reader.rest().size() / slot_bytes_min) return false;
    reserve(wanted);
    count = wanted;
    if (is_raw) {
        const std::string_view bytes = reader.bytes(std::uint64_t{wanted} * sizeof(Slot));
        std::memcpy(slots.get(), bytes.data(), bytes.size());
        return true;
    }
    Row predicted{};
    std::uint64_t all = 0;
    for (std::uint32_t i = 0; i < wanted; ++i) {
        const Row row = take_row(reader, predicted);
        all |= row[0] | row[1] | row[2] | row[3];
        slots[i] = {static_cast<std::uint32_t>(row[0]), static_cast<std::uint32_t>(row[1]),
                    static_cast<std::uint32_t>(row[2]), static_cast<std::uint32_t>(row[3])};
        predicted = predict(slots[i]);
    }
    return !reader.failed() && all <= u32_max;
}

void EntryIndex::Node::save(std::string& out) const {
    put_u64(out, ms);
    put_u64(out, seq);
    put_u64(out, position);
    put_u64(out, last.ms);
    put_u64(out, last.seq);
    put_u32(out, count);
    put_u32(out, appended);
    save_slots(out);
}

void EntryIndex::save(std::string& out) const {
    put_u64(out, nodes_.size());
    std::size_t node = 0;
    for (const auto& page : pages_) {
        if (page->is_whole) {
            out.append(page->bytes);
            node += page->nodes;
            continue;
        }
        for (const std::size_t end = node + page->nodes; node < end; ++node)
            nodes_[node].save(out);
    }
    for (; node < nodes_.size(); ++node)
        nodes_[node].save(out);
}

bool EntryIndex::code_ahead(std::size_t entries) {
    std::erase_if(pages_, [](const auto& page) { return page->nodes == 0; });
    std::size_t spent = 0;
    std::size_t node = 0;
    for (const auto& page : pages_) {
        if (!page->is_whole) spent += code_page(*page, node);
        if (spent >= entries) return true;
        node += page->nodes;
    }
    while (spent < entries) {
        const std::size_t coded = add_page(node);
        if (coded == 0) return false;
        spent += coded;
        node += pages_.back()->nodes;
    }
    return true;
}

std::size_t EntryIndex::code_page(CodePage& page, std::size_t first_node) {
    std::size_t coded = 0;
    page.bytes.clear();
    for (std::size_t node = first_node; node < first_node + page.nodes; ++node) {
        nodes_[node].save(page.bytes);
        coded += nodes_[node].count;
    }
    page.bytes.shrink_to_fit();
    page.is_whole = true;
    return coded;
}

// Of the nodes from this one on, all but the newest; zero when they do not fill a page.
std::size_t EntryIndex::add_page(std::size_t first_node) {
    std::size_t entries = 0;
    std::size_t end = first_node;
    while (end + 1 < nodes_.size() && entries < page_entries)
        entries += nodes_[end++].count;
    if (entries < page_entries) return 0;
    auto page = std::make_unique<CodePage>();
    for (std::size_t node = first_node; node < end; ++node)
        nodes_[node].join_page(page.get());
    pages_.push_back(std::move(page));
    return code_page(*pages_.back(), first_node);
}

Result<EntryIndex::Node> EntryIndex::load_node(std::string_view& bytes,
                                               std::uint8_t snapshot_version) {
    const Error damaged{Errc::corrupt, "load stream index: a node is damaged"};
    StreamReader reader(bytes);
    Node node;
    node.ms = reader.u64();
    node.seq = reader.u64();
    node.position = reader.u64();
    node.last.ms = reader.u64();
    node.last.seq = reader.u64();
    const std::uint32_t count = reader.u32();
    node.appended = reader.u32();
    if (reader.failed() || node.appended < count) return damaged;
    if (!node.load_slots(reader, count, snapshot_version)) return damaged;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Slot& slot = node.slots[i];
        if (slot.ms > u64_max - node.ms || slot.seq > u64_max - node.seq) return damaged;
        if (i > 0 && !(node.id_at(i - 1) < node.id_at(i))) return damaged;
    }
    if (node.last < node.last_live_id()) return damaged;
    node.count_bytes();
    bytes = reader.rest();
    return node;
}

Result<EntryIndex> EntryIndex::load(std::string_view& bytes, std::uint8_t snapshot_version) {
    StreamReader reader(bytes);
    const std::uint64_t nodes = reader.u64();
    if (reader.failed() || nodes > reader.rest().size() / node_header_bytes) {
        return Error{Errc::corrupt, "load stream index: the number of nodes is damaged"};
    }
    bytes = reader.rest();
    EntryIndex index;
    index.nodes_.reserve(nodes);
    for (std::uint64_t i = 0; i < nodes; ++i) {
        SLUICE_TRY_ASSIGN(Node node, load_node(bytes, snapshot_version));
        if (i > 0 && !(index.node_last_id(i - 1) < node.id_at(0))) {
            return Error{Errc::corrupt, "load stream index: nodes are out of order"};
        }
        index.size_ += node.count;
        index.record_bytes_ += node.record_bytes;
        index.nodes_.push_back(std::move(node));
    }
    return index;
}

}  // namespace sluice
