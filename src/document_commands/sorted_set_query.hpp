// Which members of a sorted set a command means: parsed from its arguments, resolved to ranks.
//
// Shape      min and max by rank (0, -1), by score ("1.5", "(1.5", "-inf") or by member bytes
//            ("[a", "(a", "-", "+"); LIMIT and the direction count from the end where it begins
// Source     ZRANGE of Redis
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "document/sorted_set.hpp"
#include "server/command.hpp"

namespace sluice {

enum class RangeKind : std::uint8_t { rank, score, lex };

// Ranks as given: negative ones count from the end.
struct GivenRanks {
    std::int64_t first = 0;
    std::int64_t last = -1;
};

struct MemberQuery {
    std::variant<GivenRanks, ScoreRange, LexRange> range = {};
    Direction direction = Direction::forward;
    std::int64_t offset = 0;
    std::int64_t limit = -1;  // negative: no limit
};

// Arguments `at` and `at` + 1 as min and max; nothing, with the error replied, when they are none.
std::optional<GivenRanks> rank_range_argument(CommandContext& context, std::size_t at);
// Backward takes the maximum first.
std::optional<ScoreRange> score_range_argument(CommandContext& context, std::size_t at,
                                               Direction direction = Direction::forward);
std::optional<LexRange> lex_range_argument(CommandContext& context, std::size_t at,
                                           Direction direction = Direction::forward);

// The ranks that the query means in this set, lowest first whatever the direction.
RankRange resolve(const MemberQuery& query, const SortedSet& set);

// Replies `size` members, with scores or without: flat in RESP2, pairs nested in RESP3.
class MemberReply {
  public:
    enum class Scores : std::uint8_t { no, yes };
    MemberReply(ReplyWriter& reply, std::size_t size, Scores scores);
    void add(const ScoredMember& member);

  private:
    ReplyWriter& reply_;
    Scores scores_;
};

}  // namespace sluice
