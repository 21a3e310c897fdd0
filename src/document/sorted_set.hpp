// A sorted set document: members with scores, as pure state.
//
// Theory     Members live in slots that never move (a running ZSCAN counts on it). An index finds
//            the slot of a member, and a counted sequence keeps the slots in order, so rank, range
//            and position are all O(log n).
// Order      by score, then by member bytes; -0 is stored as 0, NaN never is
// Promise    scan(): a member that lives during the whole scan is visited at least once
//            apply() is the only mutator; the same effects give the same state
// Errors     apply, load: corrupt, the state then is unchanged (apply) or absent (load)
// Units      ranks count from 0, the lowest score; memory_bytes() about right, in O(1)
// Source     docs/formats/document_effects.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "event/result.hpp"

namespace sluice {

class MemberTable;

struct ScoredMember {
    std::string_view member;
    double score = 0;
};

struct ScoreRange {
    double min = 0;
    double max = 0;
    bool excludes_min = false;
    bool excludes_max = false;
};

// One end of a range of members in byte order.
struct LexBound {
    enum class Kind : std::uint8_t { lowest, inclusive, exclusive, highest };
    Kind kind = Kind::lowest;
    std::string_view bytes;
};

struct LexRange {
    LexBound min;
    LexBound max;
};

// `count` members from rank `first` on.
struct RankRange {
    std::size_t first = 0;
    std::size_t count = 0;
};

enum class Direction : std::uint8_t { forward, backward };

class SortedSet {
  public:
    // Redis's zset-max-listpack-entries and zset-max-listpack-value; they decide OBJECT ENCODING
    // and whether ZSCAN answers all at once.
    static constexpr std::size_t small_members_max = 128;
    static constexpr std::size_t small_bytes_max = 64;

    SortedSet();
    ~SortedSet();
    SortedSet(SortedSet&&) noexcept;
    SortedSet& operator=(SortedSet&&) noexcept;

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    bool is_small() const { return !was_large_; }
    std::size_t memory_bytes() const;

    using Visit = std::function<void(const ScoredMember&)>;
    std::optional<double> score(std::string_view member) const;
    std::optional<std::size_t> rank(std::string_view member) const;
    ScoredMember at(std::size_t rank) const;
    RankRange range(const ScoreRange& scores) const;
    // Only sensible when all scores are equal, as in Redis.
    RankRange range(const LexRange& members) const;
    // The range is inside the set. Backward begins with the last member of the range.
    void for_each(RankRange range, Direction direction, const Visit& visit) const;
    // Visits at least `count` slots from `cursor` (a small set: all, in order); the next cursor,
    // 0 at the end.
    std::uint64_t scan(std::uint64_t cursor, std::size_t count, const Visit& visit) const;

    Result<void> apply(std::string_view effect);
    void save(std::string& out) const;
    static Result<SortedSet> load(std::string_view snapshot);

  private:
    void set(std::string_view member, double score);
    void erase(std::string_view member);

    std::unique_ptr<MemberTable> members_;
    bool was_large_ = false;
};

bool operator<(const ScoredMember& a, const ScoredMember& b);

}  // namespace sluice
