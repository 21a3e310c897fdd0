// Cells found by their key, each in a numbered slot that it keeps until it is erased.
//
// Theory     Cells stand in a vector; an open-addressed index of (slot, hash) finds them. Small
//            tables have no index and are searched. The slot of an erased cell is used again.
// Promise    a slot never moves, so a scan by slot number misses no cell that lives throughout
// Invariant  index_ is empty or at most 3/4 full; every occupied slot is in it exactly once
// Limit      2^31 cells; the owner's documents are far smaller
// Shape      Cell: movable, `explicit operator bool` (occupied), `std::string_view key() const`
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "event/byte_hash.hpp"

namespace sluice {

using Slot = std::uint32_t;

template <class Cell>
class SlotTable {
  public:
    std::size_t size() const { return cells_.size() - holes_; }
    // Slots are numbered [0, slot_count()).
    std::size_t slot_count() const { return cells_.size(); }
    Cell& operator[](Slot slot) { return cells_[slot]; }
    const Cell& operator[](Slot slot) const { return cells_[slot]; }

    std::optional<Slot> find(std::string_view key) const {
        if (index_.empty()) return find_by_search(key);
        const std::uint32_t hash = hash_of(key);
        for (std::size_t at = hash & mask(); index_[at].slot_plus_one != 0; at = next(at)) {
            const Entry& entry = index_[at];
            if (entry.hash == hash && cells_[entry.slot()].key() == key) return entry.slot();
        }
        return std::nullopt;
    }

    // The key of the cell is not in the table.
    Slot insert(Cell cell) {
        const std::uint32_t hash = hash_of(cell.key());
        const Slot slot = take_slot();
        cells_[slot] = std::move(cell);
        if (index_.empty() && size() <= search_max) return slot;
        if (index_.empty()) {
            index_all_cells();
            return slot;
        }
        if (size() * 4 > index_.size() * 3) resize_index();
        put(slot, hash);
        return slot;
    }

    void erase(Slot slot) {
        if (!index_.empty()) remove_from_index(slot);
        cells_[slot] = Cell();
        ++holes_;
        free_.push_back(slot);
        while (!cells_.empty() && !cells_.back()) {
            cells_.pop_back();
            --holes_;
        }
        if (holes_ == 0) free_.clear();
        if (index_.size() > index_min && size() * 8 < index_.size()) resize_index();
    }

    // Calls visit(cell) for the occupied ones of `count` slots from `cursor`; the next cursor.
    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, std::size_t count, Visit visit) const {
        const std::size_t left = cells_.size() - std::min<std::uint64_t>(cursor, cells_.size());
        const std::uint64_t end = cursor + std::min(count, left);
        for (; cursor < end; ++cursor) {
            if (cells_[cursor]) visit(cells_[cursor]);
        }
        return cursor < cells_.size() ? cursor : 0;
    }

    // Any occupied slot, each as likely; the table is not empty.
    Slot at_random(std::uint64_t random) const {
        if (index_.empty()) return nth_occupied(random % size());
        // The index is never emptier than 1/8, so a few draws find an entry.
        while (index_[random & mask()].slot_plus_one == 0) {
            random = random * 6364136223846793005 + 1442695040888963407;
            random ^= random >> 29;
        }
        return index_[random & mask()].slot();
    }

    std::size_t memory_bytes() const {
        return cells_.capacity() * sizeof(Cell) + index_.capacity() * sizeof(Entry) +
               free_.capacity() * sizeof(Slot);
    }

  private:
    struct Entry {
        Slot slot_plus_one = 0;  // 0: no entry
        std::uint32_t hash = 0;
        Slot slot() const { return slot_plus_one - 1; }
    };
    // Up to here looking at every cell is as fast as hashing.
    static constexpr std::size_t search_max = 8;
    static constexpr std::size_t index_min = 16;

    static std::uint32_t hash_of(std::string_view key) {
        return static_cast<std::uint32_t>(hash_bytes(key));
    }
    std::size_t mask() const { return index_.size() - 1; }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

    std::optional<Slot> find_by_search(std::string_view key) const {
        for (std::size_t slot = 0; slot < cells_.size(); ++slot) {
            if (cells_[slot] && cells_[slot].key() == key) return static_cast<Slot>(slot);
        }
        return std::nullopt;
    }

    Slot nth_occupied(std::size_t n) const {
        std::size_t slot = 0;
        for (;; ++slot) {
            if (cells_[slot] && n-- == 0) return static_cast<Slot>(slot);
        }
    }

    Slot take_slot() {
        while (holes_ > 0 && !free_.empty()) {
            const Slot slot = free_.back();
            free_.pop_back();
            // A slot that was cut off the end, and perhaps came back, is no hole.
            if (slot >= cells_.size() || cells_[slot]) continue;
            --holes_;
            return slot;
        }
        cells_.emplace_back();
        return static_cast<Slot>(cells_.size() - 1);
    }

    void put(Slot slot, std::uint32_t hash) {
        std::size_t at = hash & mask();
        while (index_[at].slot_plus_one != 0) {
            at = next(at);
        }
        index_[at] = {slot + 1, hash};
    }

    void index_all_cells() {
        index_.assign(index_min, Entry{});
        for (std::size_t slot = 0; slot < cells_.size(); ++slot) {
            if (cells_[slot]) put(static_cast<Slot>(slot), hash_of(cells_[slot].key()));
        }
    }

    // To about twice the cells, moving the entries that are there.
    void resize_index() {
        std::size_t buckets = index_min;
        while (buckets < size() * 2) {
            buckets *= 2;
        }
        const auto old = std::exchange(index_, std::vector<Entry>(buckets));
        for (const Entry& entry : old) {
            if (entry.slot_plus_one != 0) put(entry.slot(), entry.hash);
        }
    }

    // Closes the gap so that no search stops early: later entries move up as far as their own
    // first place allows.
    void remove_from_index(Slot slot) {
        std::size_t gap = hash_of(cells_[slot].key()) & mask();
        while (index_[gap].slot_plus_one != slot + 1) {
            gap = next(gap);
        }
        for (std::size_t at = next(gap); index_[at].slot_plus_one != 0; at = next(at)) {
            const std::size_t home = index_[at].hash & mask();
            if (((at - home) & mask()) < ((at - gap) & mask())) continue;
            index_[gap] = index_[at];
            gap = at;
        }
        index_[gap] = {};
    }

    std::vector<Cell> cells_;
    std::vector<Entry> index_;  // a power of two, or empty
    std::vector<Slot> free_;    // the last erased first; may name slots that are gone
    std::size_t holes_ = 0;
};

}  // namespace sluice
