// Commands that look at single members of a sorted set, count them, walk through them.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "document_commands/sorted_set_query.hpp"
#include "resp/real_text.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/random_draws.hpp"
#include "server/scan_arguments.hpp"

namespace sluice {

namespace {

void reply_score(CommandContext& context, std::optional<double> score) {
    if (score) {
        context.reply.real(*score);
    } else {
        context.reply.null();
    }
}

std::optional<double> score_of(Key* key, std::string_view member) {
    if (key == nullptr) return std::nullopt;
    return key->sorted_set()->score(member);
}

std::size_t size_of(Key* key) {
    return key == nullptr ? 0 : key->sorted_set()->size();
}

void reply_rank(CommandContext& context, Direction direction) {
    const Request& request = context.request;
    const bool with_score = request.size() == 4;
    if (request.size() > 4) {
        context.reply.error("ERR wrong number of arguments for '" + command_name(context) +
                            "' command");
        return;
    }
    if (with_score && !is_word(request[3], "withscore")) {
        context.reply.error(error_text::syntax);
        return;
    }
    const auto found = find_sorted_set(context, request[1]);
    if (!found) return;
    std::optional<std::size_t> rank;
    if (*found != nullptr) rank = (*found)->sorted_set()->rank(request[2]);
    if (!rank && with_score) return context.reply.null_array();
    if (!rank) return context.reply.null();

    const std::size_t shown = direction == Direction::forward ? *rank : size_of(*found) - 1 - *rank;
    if (with_score) context.reply.array(2);
    context.reply.integer(static_cast<std::int64_t>(shown));
    if (with_score) reply_score(context, score_of(*found, request[2]));
}

void reply_count(CommandContext& context, const MemberQuery& query) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    const std::size_t count = *found == nullptr ? 0 : resolve(query, *(*found)->sorted_set()).count;
    context.reply.integer(static_cast<std::int64_t>(count));
}

// Scores are text inside a scan, in RESP3 too.
void reply_scan(CommandContext& context, std::uint64_t cursor,
                const std::vector<ScoredMember>& members) {
    context.reply.array(2);
    context.reply.bulk(std::to_string(cursor));
    context.reply.array(members.size() * 2);
    for (const ScoredMember& member : members) {
        RealText text;
        context.reply.bulk(member.member);
        context.reply.bulk(write_real(member.score, text));
    }
}

// Different ranks below `size` in random order: every choice is as likely (Floyd's method).
std::vector<std::size_t> distinct_ranks(std::size_t size, std::size_t count, RandomDraws& draws) {
    std::vector<std::size_t> ranks;
    std::set<std::size_t> taken;
    for (std::size_t last = size - count; last < size; ++last) {
        std::size_t rank = draws.below(last + 1);
        if (!taken.insert(rank).second) {
            rank = last;
            taken.insert(rank);
        }
        ranks.push_back(rank);
    }
    return ranks;
}

std::vector<std::size_t> sample_ranks(std::size_t set_size, SampleSize size, RandomDraws& draws) {
    if (set_size == 0) return {};
    if (!size.may_repeat) return distinct_ranks(set_size, std::min(size.count, set_size), draws);
    std::vector<std::size_t> ranks(size.count);
    std::ranges::generate(ranks, [&] { return draws.below(set_size); });
    return ranks;
}

void reply_one_random(CommandContext& context) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) return context.reply.null();
    RandomDraws draws(context);
    context.reply.bulk((*found)->sorted_set()->at(draws.below(size_of(*found))).member);
}

}  // namespace

void run_zcard(CommandContext& context) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (found) context.reply.integer(static_cast<std::int64_t>(size_of(*found)));
}

void run_zscore(CommandContext& context) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (found) reply_score(context, score_of(*found, context.request[2]));
}

void run_zmscore(CommandContext& context) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    context.reply.array(context.request.size() - 2);
    for (const std::string_view member : context.request.from(2)) {
        reply_score(context, score_of(*found, member));
    }
}

void run_zrank(CommandContext& context) {
    reply_rank(context, Direction::forward);
}

void run_zrevrank(CommandContext& context) {
    reply_rank(context, Direction::backward);
}

void run_zcount(CommandContext& context) {
    const auto scores = score_range_argument(context, 2);
    if (scores) reply_count(context, {.range = *scores});
}

void run_zlexcount(CommandContext& context) {
    const auto members = lex_range_argument(context, 2);
    if (members) reply_count(context, {.range = *members});
}

void run_zscan(CommandContext& context) {
    auto cursor = scan_cursor_argument(context, ScanKind::sorted_set);
    if (!cursor) return;
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) return reply_scan(context, 0, {});
    auto options = scan_options_argument(context, ScanKind::sorted_set);
    if (!options) return;

    std::vector<ScoredMember> members;
    std::size_t seen = 0;
    Result<void> matched;
    const auto visit = [&](const ScoredMember& member) {
        ++seen;
        const auto taken = takes(*options, member.member);
        if (!taken) {
            matched = taken.error();
        } else if (*taken) {
            members.push_back(member);
        }
    };
    for (std::size_t round = 0; round < scan_rounds_max; ++round) {
        cursor = (*found)->sorted_set()->scan(*cursor, options->count, visit);
        if (*cursor == 0 || seen >= options->count) break;
    }
    if (!matched) return context.reply.error("ERR " + matched.error().message);
    reply_scan(context, *cursor, members);
}

void run_zrandmember(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() == 2) return reply_one_random(context);
    const auto size = sample_size_argument(context);
    if (!size) return;
    const bool with_scores = request.size() == 4 && is_word(request[3], "withscores");
    if (request.size() > 4 || (request.size() == 4 && !with_scores)) {
        context.reply.error(error_text::syntax);
        return;
    }
    const auto found = find_sorted_set(context, request[1]);
    if (!found) return;
    RandomDraws draws(context);
    const auto ranks = sample_ranks(size_of(*found), *size, draws);
    MemberReply reply(context.reply, ranks.size(),
                      with_scores ? MemberReply::Scores::yes : MemberReply::Scores::no);
    for (const std::size_t rank : ranks) {
        reply.add((*found)->sorted_set()->at(rank));
    }
}

}  // namespace sluice
