// ZRANGE and its older forms, and ZRANGESTORE.

#include "document_commands/document_access.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "document_commands/sorted_set_query.hpp"
#include "document_commands/sorted_set_store.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

// What a command fixes itself and what its arguments may say.
struct RangeForm {
    std::optional<RangeKind> kind = {};       // nothing: BYSCORE and BYLEX decide
    std::optional<Direction> direction = {};  // nothing: REV decides
    bool is_store = false;
    std::size_t source_at = 1;
};

struct RangeOptions {
    std::optional<RangeKind> kind = {};
    std::optional<Direction> direction = {};
    std::int64_t offset = 0;
    std::int64_t limit = -1;
    bool with_scores = false;
};

bool take_plain_option(std::string_view word, const RangeForm& form, RangeOptions& options) {
    if (!form.is_store && is_word(word, "withscores")) return options.with_scores = true;
    if (!options.direction && is_word(word, "rev")) {
        options.direction = Direction::backward;
        return true;
    }
    if (!options.kind && (is_word(word, "bylex") || is_word(word, "byscore"))) {
        options.kind = is_word(word, "bylex") ? RangeKind::lex : RangeKind::score;
        return true;
    }
    return false;
}

std::optional<RangeOptions> parse_range_options(CommandContext& context, const RangeForm& form) {
    const Request& request = context.request;
    RangeOptions options{.kind = form.kind, .direction = form.direction};
    for (std::size_t at = form.source_at + 3; at < request.size(); ++at) {
        if (take_plain_option(request[at], form, options)) continue;
        if (!is_word(request[at], "limit") || at + 2 >= request.size()) {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
        const auto offset = integer_argument(context, at + 1);
        if (!offset) return std::nullopt;
        const auto limit = integer_argument(context, at + 2);
        if (!limit) return std::nullopt;
        options.offset = *offset;
        options.limit = *limit;
        at += 2;
    }
    const RangeKind kind = options.kind.value_or(RangeKind::rank);
    if (options.limit != -1 && kind == RangeKind::rank) {
        context.reply.error(
            "ERR syntax error, LIMIT is only supported in combination with either "
            "BYSCORE or BYLEX");
        return std::nullopt;
    }
    if (options.with_scores && kind == RangeKind::lex) {
        context.reply.error("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        return std::nullopt;
    }
    return options;
}

// Reads min and max; nothing, with the error replied, when they are no range of this kind.
std::optional<MemberQuery> parse_query(CommandContext& context, const RangeForm& form,
                                       const RangeOptions& options) {
    MemberQuery query{.direction = options.direction.value_or(Direction::forward),
                      .offset = options.offset,
                      .limit = options.limit};
    const std::size_t at = form.source_at + 1;
    switch (options.kind.value_or(RangeKind::rank)) {
        case RangeKind::rank: {
            const auto ranks = rank_range_argument(context, at);
            if (!ranks) return std::nullopt;
            query.range = *ranks;
            break;
        }
        case RangeKind::score: {
            const auto scores = score_range_argument(context, at, query.direction);
            if (!scores) return std::nullopt;
            query.range = *scores;
            break;
        }
        case RangeKind::lex: {
            const auto members = lex_range_argument(context, at, query.direction);
            if (!members) return std::nullopt;
            query.range = *members;
            break;
        }
    }
    return query;
}

void store_range(CommandContext& context, Key* source, const MemberQuery& query) {
    Changes changes(EffectKind::members_set);
    if (source != nullptr) {
        const SortedSet& set = *source->sorted_set();
        set.for_each(resolve(query, set), Direction::forward, [&](const ScoredMember& member) {
            changes.next().add_member(member.member, member.score);
        });
    }
    store_members(context, context.request[1], changes);
}

void reply_range(CommandContext& context, Key* source, const MemberQuery& query,
                 MemberReply::Scores scores) {
    if (source == nullptr) return context.reply.array(0);
    const SortedSet& set = *source->sorted_set();
    const RankRange range = resolve(query, set);
    MemberReply reply(context.reply, range.count, scores);
    set.for_each(range, query.direction, [&](const ScoredMember& member) { reply.add(member); });
}

void run_range(CommandContext& context, const RangeForm& form) {
    const auto options = parse_range_options(context, form);
    if (!options) return;
    const auto query = parse_query(context, form, *options);
    if (!query) return;
    const auto found = find_sorted_set(context, context.request[form.source_at]);
    if (!found) return;
    if (form.is_store) return store_range(context, *found, *query);
    reply_range(context, *found, *query,
                options->with_scores ? MemberReply::Scores::yes : MemberReply::Scores::no);
}

}  // namespace

void run_zrange(CommandContext& context) {
    run_range(context, {});
}

void run_zrevrange(CommandContext& context) {
    run_range(context, {.kind = RangeKind::rank, .direction = Direction::backward});
}

void run_zrangebyscore(CommandContext& context) {
    run_range(context, {.kind = RangeKind::score, .direction = Direction::forward});
}

void run_zrevrangebyscore(CommandContext& context) {
    run_range(context, {.kind = RangeKind::score, .direction = Direction::backward});
}

void run_zrangebylex(CommandContext& context) {
    run_range(context, {.kind = RangeKind::lex, .direction = Direction::forward});
}

void run_zrevrangebylex(CommandContext& context) {
    run_range(context, {.kind = RangeKind::lex, .direction = Direction::backward});
}

void run_zrangestore(CommandContext& context) {
    run_range(context, {.is_store = true, .source_at = 2});
}

}  // namespace sluice
