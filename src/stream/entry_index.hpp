// The index of a stream: which entries it holds, in id order, and where their bytes lie.
//
// Shape      nodes in id order; a node has a base (id and position) and slots of 16 bytes that are
//            deltas to it. A node begins anew when it is full or when a delta does not fit.
// Units      positions in bytes, multiples of 8; in a slot in units of 8 from the node's base
// Promise    append is O(1), find and seek are O(log n); 5 million entries load in bulk copies;
//            what the records of all entries take is always known
// Invariant  ids strictly increase over the whole index; no node is empty; a node's `appended` and
//            `last` never fall, so deletes neither reopen a full node nor move where it is cut
// Why        nodes are what Redis calls radix tree nodes: approximate trimming removes whole ones
//            (stream-node-max-entries), so clients see the same cuts
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"
#include "event/result.hpp"
#include "stream/entry_ref.hpp"
#include "stream/row_codec.hpp"
#include "stream/sliding_vector.hpp"

namespace sluice {

// stream-node-max-entries of Redis; 0 there means entries_per_node_limit here.
constexpr std::uint32_t entries_per_node_default = 100;
// However the configuration is set: a delete moves at most half of this many slots.
constexpr std::uint32_t entries_per_node_limit = 4096;

struct IndexEntry {
    EntryId id;
    EntryRef ref;
};

class EntryIndex {
  public:
    // A place in the index, valid until the index changes. At the end: node == node_count().
    struct Cursor {
        std::size_t node = 0;
        std::uint32_t slot = 0;
        friend bool operator==(const Cursor&, const Cursor&) = default;
    };

    std::uint64_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    // Of the records of all entries, as they lie in the journal.
    std::uint64_t record_bytes() const { return record_bytes_; }
    std::size_t node_count() const { return nodes_.size(); }
    std::uint32_t node_size(std::size_t node) const { return nodes_[node].count; }
    std::size_t memory_bytes() const;

    // The id must be greater than every id in the index.
    void append(EntryId id, EntryRef ref, std::uint32_t entries_per_node);
    // Answers what lay there, or nothing when there is no such entry.
    std::optional<EntryRef> erase(EntryId id);
    // Removes all entries with ids up to this one.
    void erase_through(EntryId id);
    std::optional<EntryRef> find(EntryId id) const;
    // Changes where an entry lies; false when it is gone or lies elsewhere than at `from`.
    bool move(EntryId id, EntryRef from, EntryRef to);

    // The first entry with an id of at least (lower_bound) or more than (upper_bound) this one.
    Cursor lower_bound(EntryId id) const;
    Cursor upper_bound(EntryId id) const;
    // How many entries have an id greater than this one; up to this one. The first costs the nodes
    // behind it, the second those before it.
    std::uint64_t count_above(EntryId id) const;
    std::uint64_t count_through(EntryId id) const;
    Cursor begin() const { return {}; }
    Cursor end() const { return {nodes_.size(), 0}; }
    // The cursor is not at the end (at, next) or not at the beginning (previous).
    IndexEntry at(Cursor cursor) const;
    Cursor next(Cursor cursor) const;
    Cursor previous(Cursor cursor) const;
    IndexEntry front() const { return at(begin()); }
    IndexEntry back() const { return at(previous(end())); }
    // The last id that was ever added to this node, deleted or not.
    EntryId node_last_id(std::size_t node) const { return nodes_[node].last; }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const Node& node : nodes_) {
            for (std::uint32_t i = 0; i < node.count; ++i) {
                visit(node.id_at(i), node.ref_at(i));
            }
        }
    }

    // docs/formats/stream_snapshot.md, "Index". load() takes its bytes from the front of `bytes`.
    void save(std::string& out) const;
    static Result<EntryIndex> load(std::string_view& bytes, std::uint8_t snapshot_version);
    // Work for save() done ahead, in steps: codes about `entries` of the entries that are not coded
    // yet, all but the newest; false when there is nothing left to do. What is coded stays until
    // one of its nodes changes, so that save() of a large index copies whole pages.
    bool code_ahead(std::size_t entries);

  private:
    struct Slot {
        std::uint32_t ms = 0;        // minus the node's ms
        std::uint32_t seq = 0;       // minus the node's seq
        std::uint32_t position = 0;  // minus the node's position, in units of 8 bytes
        std::uint32_t length = 0;    // of the record, in bytes
    };
    static_assert(sizeof(Slot) == 16);

    // The bytes of some nodes in a row, as they stand in a snapshot.
    struct CodePage {
        std::uint32_t nodes = 0;
        bool is_whole = false;  // false: a node has changed or gone since
        std::string bytes;
    };

    struct Node {
        std::uint64_t ms = 0;
        std::uint64_t seq = 0;
        std::uint64_t position = 0;
        std::uint64_t record_bytes = 0;  // of the records of its entries
        EntryId last;
        std::unique_ptr<Slot[]> slots;
        std::uint32_t begin = 0;  // slots before it were removed from the front
        std::uint32_t count = 0;
        std::uint32_t capacity = 0;
        std::uint32_t appended = 0;  // entries that ever stood here
        CodePage* page = nullptr;    // that it belongs to

        const Slot& slot(std::uint32_t i) const { return slots[begin + i]; }
        EntryId id_at(std::uint32_t i) const { return {ms + slot(i).ms, seq + slot(i).seq}; }
        EntryRef ref_at(std::uint32_t i) const {
            return {position + std::uint64_t{slot(i).position} * 8, slot(i).length};
        }
        std::optional<Slot> slot_for(EntryId id, EntryRef ref) const;
        EntryId last_live_id() const { return id_at(count - 1); }
        // The number of slots with an id below this one.
        std::uint32_t rank(EntryId id) const;
        void reserve(std::uint32_t wanted);
        void erase(std::uint32_t i);
        void count_bytes();
        static Row predict(const Slot& slot);
        void save(std::string& out) const;
        void forget_code() {
            if (page != nullptr) page->is_whole = false;
        }
        void leave_page();
        void join_page(CodePage* joined);
        void save_slots(std::string& out) const;
        // False when they are not what save_slots() writes.
        bool load_slots(StreamReader& reader, std::uint32_t wanted, std::uint8_t snapshot_version);
        // Makes its position the lowest of its entries, with slot i at `to`; false when the
        // distances do not fit.
        bool rebase(std::uint32_t i, EntryRef to);
    };

    static Node node_from(EntryId id, EntryRef ref, std::uint32_t capacity);
    static Result<Node> load_node(std::string_view& bytes, std::uint8_t snapshot_version);
    std::size_t node_of(EntryId id) const;
    void split_out(std::size_t node, std::uint32_t slot, EntryRef to);
    // Both answer how many entries they coded.
    std::size_t code_page(CodePage& page, std::size_t first_node);
    std::size_t add_page(std::size_t first_node);

    SlidingVector<Node> nodes_;
    std::uint64_t size_ = 0;
    std::uint64_t record_bytes_ = 0;
    std::vector<std::unique_ptr<CodePage>> pages_;  // of the first nodes, in their order
};

}  // namespace sluice
