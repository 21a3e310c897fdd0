#include "document_commands/sorted_set_query.hpp"

#include <algorithm>
#include <utility>

#include "server/number_argument.hpp"

namespace sluice {

namespace {

struct ScoreBound {
    double score = 0;
    bool is_exclusive = false;
};

std::optional<ScoreBound> parse_score_bound(std::string_view text) {
    const bool is_exclusive = text.starts_with('(');
    if (is_exclusive) text.remove_prefix(1);
    const auto score = parse_real(text);
    if (!score) return std::nullopt;
    return ScoreBound{*score, is_exclusive};
}

std::optional<LexBound> parse_lex_bound(std::string_view text) {
    if (text == "-") return LexBound{LexBound::Kind::lowest, {}};
    if (text == "+") return LexBound{LexBound::Kind::highest, {}};
    if (text.starts_with('[')) return LexBound{LexBound::Kind::inclusive, text.substr(1)};
    if (text.starts_with('(')) return LexBound{LexBound::Kind::exclusive, text.substr(1)};
    return std::nullopt;
}

// Backward ranges give the maximum first.
std::pair<std::string_view, std::string_view> min_and_max(const Request& request, std::size_t at,
                                                          Direction direction) {
    if (direction == Direction::backward) return {request[at + 1], request[at]};
    return {request[at], request[at + 1]};
}

// Given in the query's direction, answered from the lowest rank.
RankRange resolve_ranks(GivenRanks given, std::size_t set_size, Direction direction) {
    const auto size = static_cast<std::int64_t>(set_size);
    const std::int64_t first =
        std::max<std::int64_t>(given.first < 0 ? size + given.first : given.first, 0);
    const std::int64_t last = std::min(given.last < 0 ? size + given.last : given.last, size - 1);
    if (first > last) return {};
    const std::int64_t lowest = direction == Direction::forward ? first : size - 1 - last;
    return {static_cast<std::size_t>(lowest), static_cast<std::size_t>(last - first + 1)};
}

RankRange limited(RankRange range, const MemberQuery& query) {
    if (query.offset < 0) return {};
    const auto skipped = std::min(static_cast<std::size_t>(query.offset), range.count);
    const std::size_t left = range.count - skipped;
    const std::size_t taken =
        query.limit < 0 ? left : std::min(static_cast<std::size_t>(query.limit), left);
    if (query.direction == Direction::forward) return {range.first + skipped, taken};
    return {range.first + left - taken, taken};
}

}  // namespace

std::optional<GivenRanks> rank_range_argument(CommandContext& context, std::size_t at) {
    const auto first = integer_argument(context, at);
    if (!first) return std::nullopt;
    const auto last = integer_argument(context, at + 1);
    if (!last) return std::nullopt;
    return GivenRanks{*first, *last};
}

std::optional<ScoreRange> score_range_argument(CommandContext& context, std::size_t at,
                                               Direction direction) {
    const auto [min_text, max_text] = min_and_max(context.request, at, direction);
    const auto min = parse_score_bound(min_text);
    const auto max = parse_score_bound(max_text);
    if (!min || !max) {
        context.reply.error("ERR min or max is not a float");
        return std::nullopt;
    }
    return ScoreRange{min->score, max->score, min->is_exclusive, max->is_exclusive};
}

std::optional<LexRange> lex_range_argument(CommandContext& context, std::size_t at,
                                           Direction direction) {
    const auto [min_text, max_text] = min_and_max(context.request, at, direction);
    const auto min = parse_lex_bound(min_text);
    const auto max = parse_lex_bound(max_text);
    if (!min || !max) {
        context.reply.error("ERR min or max not valid string range item");
        return std::nullopt;
    }
    return LexRange{*min, *max};
}

RankRange resolve(const MemberQuery& query, const SortedSet& set) {
    if (const auto* ranks = std::get_if<GivenRanks>(&query.range)) {
        return resolve_ranks(*ranks, set.size(), query.direction);
    }
    if (const auto* scores = std::get_if<ScoreRange>(&query.range)) {
        return limited(set.range(*scores), query);
    }
    return limited(set.range(std::get<LexRange>(query.range)), query);
}

MemberReply::MemberReply(ReplyWriter& reply, std::size_t size, Scores scores)
    : reply_(reply), scores_(scores) {
    const bool flat_pairs = scores == Scores::yes && !reply.is_resp3();
    reply.array(flat_pairs ? size * 2 : size);
}

void MemberReply::add(const ScoredMember& member) {
    if (scores_ == Scores::yes && reply_.is_resp3()) reply_.array(2);
    reply_.bulk(member.member);
    if (scores_ == Scores::yes) reply_.real(member.score);
}

}  // namespace sluice
