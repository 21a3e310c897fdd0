// Commands that add, change and remove members of a sorted set.

#include <cmath>
#include <map>
#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "document_commands/sorted_set_query.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

struct AddOptions {
    bool only_new = false;        // NX
    bool only_present = false;    // XX
    bool only_greater = false;    // GT
    bool only_less = false;       // LT
    bool counts_changed = false;  // CH
    bool increments = false;      // INCR
    std::size_t pairs_at = 2;     // the first score
};

bool take_add_option(std::string_view word, AddOptions& options) {
    if (is_word(word, "nx")) return options.only_new = true;
    if (is_word(word, "xx")) return options.only_present = true;
    if (is_word(word, "gt")) return options.only_greater = true;
    if (is_word(word, "lt")) return options.only_less = true;
    if (is_word(word, "ch")) return options.counts_changed = true;
    if (is_word(word, "incr")) return options.increments = true;
    return false;
}

// The text of what is wrong with the options, empty when nothing is.
std::string_view contradiction(const AddOptions& options, std::size_t values) {
    if (values == 0 || values % 2 != 0) return error_text::syntax;
    if (options.only_new && options.only_present) {
        return "ERR XX and NX options at the same time are not compatible";
    }
    const int exclusive = options.only_new + options.only_greater + options.only_less;
    if (exclusive > 1) {
        return "ERR GT, LT, and/or NX options at the same time are not compatible";
    }
    if (options.increments && values > 2) {
        return "ERR INCR option supports a single increment-element pair";
    }
    return {};
}

std::optional<AddOptions> parse_add_options(CommandContext& context) {
    const Request& request = context.request;
    AddOptions options;
    while (options.pairs_at < request.size() &&
           take_add_option(request[options.pairs_at], options)) {
        ++options.pairs_at;
    }
    const auto problem = contradiction(options, request.size() - options.pairs_at);
    if (problem.empty()) return options;
    context.reply.error(problem);
    return std::nullopt;
}

std::optional<std::vector<ScoredMember>> parse_pairs(CommandContext& context, std::size_t at) {
    std::vector<ScoredMember> pairs;
    pairs.reserve((context.request.size() - at) / 2);
    for (; at < context.request.size(); at += 2) {
        const auto score = real_argument(context, at);
        if (!score) return std::nullopt;
        pairs.push_back({context.request[at + 1], *score});
    }
    return pairs;
}

// Decides what ZADD does, member by member, against the set as the members before left it.
class Addition {
  public:
    Addition(const AddOptions& options, const SortedSet* set, std::size_t pairs)
        : options_(options), set_(set), has_successors_(pairs > 1) {}

    // False when the new score would not be a number.
    bool add(const ScoredMember& pair) {
        const auto old = score_of(pair.member);
        double score = pair.score;
        if (old && options_.only_new) return true;
        if (!old && options_.only_present) return true;
        if (old && options_.increments) score += *old;
        if (std::isnan(score)) return false;
        if (old && options_.only_less && score >= *old) return true;
        if (old && options_.only_greater && score <= *old) return true;
        result_ = score + 0.0;  // -0 becomes 0
        if (old && *old == score) return true;
        ++(old ? updated_ : added_);
        if (has_successors_) changed_[pair.member] = score;
        changes_.next().add_member(pair.member, score);
        return true;
    }

    Changes& changes() { return changes_; }
    std::int64_t reply_count() const {
        return options_.counts_changed ? added_ + updated_ : added_;
    }
    // The score of the last member that was not left alone.
    std::optional<double> result() const { return result_; }

  private:
    std::optional<double> score_of(std::string_view member) const {
        const auto changed = changed_.find(member);
        if (changed != changed_.end()) return changed->second;
        return set_ == nullptr ? std::nullopt : set_->score(member);
    }

    AddOptions options_;
    const SortedSet* set_;  // null: no such key
    bool has_successors_;   // the same member may come again
    std::map<std::string_view, double> changed_;
    Changes changes_{EffectKind::members_set};
    std::int64_t added_ = 0;
    std::int64_t updated_ = 0;
    std::optional<double> result_;
};

void add_members(CommandContext& context, const AddOptions& options) {
    const auto pairs = parse_pairs(context, options.pairs_at);
    if (!pairs) return;
    const std::string_view name = context.request[1];
    const auto found = find_sorted_set(context, name);
    if (!found) return;

    Addition addition(options, *found == nullptr ? nullptr : (*found)->sorted_set(), pairs->size());
    for (const ScoredMember& pair : *pairs) {
        if (addition.add(pair)) continue;
        context.reply.error("ERR resulting score is not a number (NaN)");
        return;
    }
    if (!addition.changes().empty()) {
        addition.changes().commit(context,
                                  key_or_new(context, *found, name, ValueType::sorted_set));
    }
    if (!options.increments) {
        context.reply.integer(addition.reply_count());
    } else if (addition.result()) {
        context.reply.real(*addition.result());
    } else {
        context.reply.null();
    }
}

// Removes the members of the query and replies how many there were.
void remove_range(CommandContext& context, const MemberQuery& query) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) {
        context.reply.integer(0);
        return;
    }
    Key& key = **found;
    const RankRange range = resolve(query, *key.sorted_set());
    Changes changes(EffectKind::members_remove);
    key.sorted_set()->for_each(range, Direction::forward, [&](const ScoredMember& member) {
        changes.next().add_name(member.member);
    });
    changes.commit(context, key);
    context.reply.integer(static_cast<std::int64_t>(range.count));
    remove_if_empty(context, key);
}

}  // namespace

void run_zadd(CommandContext& context) {
    const auto options = parse_add_options(context);
    if (options) add_members(context, *options);
}

void run_zincrby(CommandContext& context) {
    add_members(context, {.increments = true});
}

void run_zrem(CommandContext& context) {
    const auto found = find_sorted_set(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) {
        context.reply.integer(0);
        return;
    }
    Key& key = **found;
    const std::size_t size_before = key.sorted_set()->size();
    Changes changes(EffectKind::members_remove);
    for (const std::string_view member : context.request.from(2)) {
        if (key.sorted_set()->score(member)) changes.next().add_name(member);
    }
    changes.commit(context, key);
    context.reply.integer(static_cast<std::int64_t>(size_before - key.sorted_set()->size()));
    remove_if_empty(context, key);
}

void run_zremrangebyrank(CommandContext& context) {
    const auto ranks = rank_range_argument(context, 2);
    if (ranks) remove_range(context, {.range = *ranks});
}

void run_zremrangebyscore(CommandContext& context) {
    const auto scores = score_range_argument(context, 2);
    if (scores) remove_range(context, {.range = *scores});
}

void run_zremrangebylex(CommandContext& context) {
    const auto members = lex_range_argument(context, 2);
    if (members) remove_range(context, {.range = *members});
}

}  // namespace sluice
