// Which entries of a stream trimming took away, so that a reader that comes back can be told
// exactly how many it missed.
//
// Shape      ids in order, in coded blocks of 256; about three bytes an id
// Limit      ids_max of them; of older ones only the number is kept, and counts that would need
//            their ids say that they are not exact
// Why        ids do not count: between 5-0 and 9-0 there may have been any number of entries
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/entry_id.hpp"

namespace sluice {

class StreamReader;

struct TrimmedCount {
    std::uint64_t count = 0;
    bool is_exact = true;  // otherwise there were at least so many
    friend bool operator==(const TrimmedCount&, const TrimmedCount&) = default;
};

class TrimmedIds {
  public:
    static constexpr std::size_t ids_max = 16'384;

    TrimmedIds() = default;
    // So many went before, up to `through`; their ids were not kept.
    TrimmedIds(EntryId through, std::uint64_t count)
        : through_(through), forgotten_through_(through), forgotten_(count) {}

    // Most often greater than all before it.
    void add(EntryId id);
    // How many were trimmed with an id greater than this one.
    TrimmedCount above(EntryId id) const;
    // The greatest of all; 0-0 when nothing was trimmed.
    EntryId through() const { return through_; }
    std::size_t memory_bytes() const;

    // docs/formats/stream_snapshot.md, "Trimmed ids". False when the bytes are damaged.
    void save(std::string& out) const;
    bool load(StreamReader& reader);

  private:
    static constexpr std::size_t block_ids = 256;

    struct Block {
        EntryId first;
        EntryId last;
        std::size_t count = 0;
        std::string coded;

        void append(EntryId id);
        std::vector<EntryId> ids() const;
    };

    void insert(EntryId id);
    void forget_oldest();

    std::vector<Block> blocks_;  // at most some sixty
    std::size_t kept_ = 0;
    EntryId through_;
    EntryId forgotten_through_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace sluice
