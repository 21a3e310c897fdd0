// Union, intersection and difference of sorted sets.

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "document_commands/sorted_set_query.hpp"
#include "document_commands/sorted_set_store.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

enum class Operation : std::uint8_t { unite, intersect, subtract };
enum class Output : std::uint8_t { members, store, count };
enum class Aggregate : std::uint8_t { sum, min, max };

struct Source {
    const SortedSet* set = nullptr;  // null: no such key
    double weight = 1;
    std::size_t size() const { return set == nullptr ? 0 : set->size(); }
};

struct Algebra {
    Operation operation = Operation::unite;
    Output output = Output::members;
    std::vector<Source> sources;
    Aggregate aggregate = Aggregate::sum;
    bool with_scores = false;
    std::size_t limit = 0;  // of ZINTERCARD; 0: none
};

using Members = std::vector<ScoredMember>;

bool refuse(CommandContext& context, std::string_view text) {
    context.reply.error(text);
    return false;
}

// --- arguments; each answers false when an error has been replied ---

// numkeys key ..., from argument `at` on, which moves behind them.
bool take_sources(CommandContext& context, std::size_t& at, Algebra& algebra) {
    const auto count = integer_argument(context, at++);
    if (!count) return false;
    if (*count < 1) {
        return refuse(context, "ERR at least 1 input key is needed for '" + command_name(context) +
                                   "' command");
    }
    if (static_cast<std::uint64_t>(*count) > context.request.size() - at) {
        return refuse(context, error_text::syntax);
    }
    for (const std::size_t end = at + static_cast<std::size_t>(*count); at < end; ++at) {
        const auto found = find_sorted_set(context, context.request[at]);
        if (!found) return false;
        algebra.sources.push_back({*found == nullptr ? nullptr : (*found)->sorted_set()});
    }
    return true;
}

bool take_weights(CommandContext& context, std::size_t& at, Algebra& algebra) {
    for (Source& source : algebra.sources) {
        const auto weight = real_argument(context, ++at, "ERR weight value is not a float");
        if (!weight) return false;
        source.weight = *weight;
    }
    return true;
}

bool take_aggregate(CommandContext& context, std::size_t& at, Algebra& algebra) {
    const std::string_view word = context.request[++at];
    if (is_word(word, "sum"))
        algebra.aggregate = Aggregate::sum;
    else if (is_word(word, "min"))
        algebra.aggregate = Aggregate::min;
    else if (is_word(word, "max"))
        algebra.aggregate = Aggregate::max;
    else
        return refuse(context, error_text::syntax);
    return true;
}

bool take_limit(CommandContext& context, std::size_t& at, Algebra& algebra) {
    constexpr std::string_view negative = "ERR LIMIT can't be negative";
    const auto limit = integer_argument(context, ++at, negative);
    if (!limit) return false;
    if (*limit < 0) return refuse(context, negative);
    algebra.limit = static_cast<std::size_t>(*limit);
    return true;
}

bool take_options(CommandContext& context, std::size_t at, Algebra& algebra) {
    const bool scores_matter =
        algebra.operation != Operation::subtract && algebra.output != Output::count;
    for (; at < context.request.size(); ++at) {
        const std::string_view word = context.request[at];
        const std::size_t behind = context.request.size() - at - 1;
        bool taken = false;
        if (scores_matter && behind >= algebra.sources.size() && is_word(word, "weights")) {
            taken = take_weights(context, at, algebra);
        } else if (scores_matter && behind >= 1 && is_word(word, "aggregate")) {
            taken = take_aggregate(context, at, algebra);
        } else if (algebra.output == Output::members && is_word(word, "withscores")) {
            taken = algebra.with_scores = true;
        } else if (algebra.output == Output::count && behind >= 1 && is_word(word, "limit")) {
            taken = take_limit(context, at, algebra);
        } else {
            return refuse(context, error_text::syntax);
        }
        if (!taken) return false;
    }
    return true;
}

// --- results ---

double weighted(double score, double weight) {
    const double product = score * weight;
    return std::isnan(product) ? 0 : product;
}

double combined(double a, double b, Aggregate aggregate) {
    if (aggregate == Aggregate::min) return std::min(a, b);
    if (aggregate == Aggregate::max) return std::max(a, b);
    // Plus and minus infinity make 0, by Redis's convention.
    return std::isnan(a + b) ? 0 : a + b;
}

// The smallest first, as Redis adds them: sums of doubles depend on the order.
void sort_by_size(std::vector<Source>& sources) {
    std::ranges::sort(sources, {}, &Source::size);
}

template <class Visit>
void each_member(const Source& source, const Visit& visit) {
    if (source.set == nullptr) return;
    source.set->for_each({0, source.set->size()}, Direction::forward, visit);
}

Members unite(const Algebra& algebra) {
    std::map<std::string_view, double> scores;
    for (const Source& source : algebra.sources) {
        each_member(source, [&](const ScoredMember& member) {
            const double score = weighted(member.score, source.weight);
            const auto [at, is_new] = scores.try_emplace(member.member, score);
            if (!is_new) at->second = combined(at->second, score, algebra.aggregate);
        });
    }
    Members members;
    members.reserve(scores.size());
    for (const auto& [member, score] : scores) {
        members.push_back({member, score});
    }
    return members;
}

// The member's score over all sources; nothing when one does not have it.
std::optional<double> common_score(const ScoredMember& member, const Algebra& algebra) {
    double score = weighted(member.score, algebra.sources.front().weight);
    for (std::size_t i = 1; i < algebra.sources.size(); ++i) {
        const Source& source = algebra.sources[i];
        const auto other = source.set->score(member.member);
        if (!other) return std::nullopt;
        score = combined(score, weighted(*other, source.weight), algebra.aggregate);
    }
    return score;
}

Members intersect(const Algebra& algebra) {
    Members members;
    // Sorted by size, so an empty source is the first, and none behind a set is missing.
    each_member(algebra.sources.front(), [&](const ScoredMember& member) {
        if (algebra.limit != 0 && members.size() == algebra.limit) return;
        const auto score = common_score(member, algebra);
        if (score) members.push_back({member.member, *score});
    });
    return members;
}

Members subtract(const Algebra& algebra) {
    Members members;
    const std::span others = std::span(algebra.sources).subspan(1);
    each_member(algebra.sources.front(), [&](const ScoredMember& member) {
        const bool elsewhere = std::ranges::any_of(others, [&](const Source& source) {
            return source.set != nullptr && source.set->score(member.member);
        });
        if (!elsewhere) members.push_back(member);
    });
    return members;
}

Members compute(Algebra& algebra) {
    if (algebra.operation == Operation::subtract) return subtract(algebra);
    sort_by_size(algebra.sources);
    return algebra.operation == Operation::unite ? unite(algebra) : intersect(algebra);
}

void reply_members(CommandContext& context, Members members, bool with_scores) {
    std::ranges::sort(members, [](const auto& a, const auto& b) { return a < b; });
    MemberReply reply(context.reply, members.size(),
                      with_scores ? MemberReply::Scores::yes : MemberReply::Scores::no);
    for (const ScoredMember& member : members) {
        reply.add(member);
    }
}

void store(CommandContext& context, const Members& members) {
    Changes changes(EffectKind::members_set);
    for (const ScoredMember& member : members) {
        changes.next().add_member(member.member, member.score);
    }
    store_members(context, context.request[1], changes);
}

void run_algebra(CommandContext& context, Operation operation, Output output) {
    Algebra algebra{.operation = operation, .output = output, .sources = {}};
    std::size_t at = output == Output::store ? 2 : 1;
    if (!take_sources(context, at, algebra) || !take_options(context, at, algebra)) return;
    Members members = compute(algebra);
    switch (output) {
        case Output::members:
            return reply_members(context, std::move(members), algebra.with_scores);
        case Output::store:
            return store(context, members);
        case Output::count:
            return context.reply.integer(static_cast<std::int64_t>(members.size()));
    }
}

}  // namespace

void run_zunion(CommandContext& context) {
    run_algebra(context, Operation::unite, Output::members);
}

void run_zinter(CommandContext& context) {
    run_algebra(context, Operation::intersect, Output::members);
}

void run_zdiff(CommandContext& context) {
    run_algebra(context, Operation::subtract, Output::members);
}

void run_zunionstore(CommandContext& context) {
    run_algebra(context, Operation::unite, Output::store);
}

void run_zinterstore(CommandContext& context) {
    run_algebra(context, Operation::intersect, Output::store);
}

void run_zdiffstore(CommandContext& context) {
    run_algebra(context, Operation::subtract, Output::store);
}

void run_zintercard(CommandContext& context) {
    run_algebra(context, Operation::intersect, Output::count);
}

}  // namespace sluice
