// Commands that take members from an end of a sorted set, and those that wait for one.

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

enum class End : std::uint8_t { lowest, highest };

// How the members stand in the reply.
enum class Form : std::uint8_t {
    flat,           // member, score, member, score ...
    pairs,          // [member, score] ...
    key_and_flat,   // key, member, score
    key_and_pairs,  // key, [[member, score] ...]
};

struct Pop {
    End end = End::lowest;
    std::size_t count = 1;
    Form form = Form::flat;
};

void reply_head(CommandContext& context, const Pop& pop, std::string_view name, std::size_t count) {
    switch (pop.form) {
        case Form::flat:
            return context.reply.array(count * 2);
        case Form::pairs:
            return context.reply.array(count);
        case Form::key_and_flat:
            context.reply.array(count * 2 + 1);
            return context.reply.bulk(name);
        case Form::key_and_pairs:
            context.reply.array(2);
            context.reply.bulk(name);
            return context.reply.array(count);
    }
}

// Replies the members and removes them. The key holds at least one.
void pop_members(CommandContext& context, Key& key, const Pop& pop) {
    const SortedSet& set = *key.sorted_set();
    const std::size_t count = std::min(pop.count, set.size());
    const bool from_low = pop.end == End::lowest;
    const RankRange range{from_low ? 0 : set.size() - count, count};
    const bool nested = pop.form == Form::pairs || pop.form == Form::key_and_pairs;

    reply_head(context, pop, key.name, count);
    Changes changes(EffectKind::members_remove);
    set.for_each(range, from_low ? Direction::forward : Direction::backward,
                 [&](const ScoredMember& member) {
                     if (nested) context.reply.array(2);
                     context.reply.bulk(member.member);
                     context.reply.real(member.score);
                     changes.next().add_name(member.member);
                 });
    changes.commit(context, key);
    remove_if_empty(context, key);
}

void pop_one_key(CommandContext& context, End end) {
    const Request& request = context.request;
    if (request.size() > 3) return context.reply.error(error_text::syntax);
    Pop pop{.end = end};
    if (request.size() == 3) {
        const auto count = integer_argument(context, 2, error_text::not_positive);
        if (!count) return;
        if (*count < 0) return context.reply.error(error_text::not_positive);
        pop.count = static_cast<std::size_t>(*count);
        if (context.reply.is_resp3()) pop.form = Form::pairs;
    }
    const auto found = find_sorted_set(context, request[1]);
    if (!found) return;
    if (*found == nullptr || pop.count == 0) return context.reply.array(0);
    pop_members(context, **found, pop);
}

// Pops from the first of these keys that exists; true when a reply was written.
bool pop_first_key(CommandContext& context, std::span<const std::string_view> names,
                   const Pop& pop) {
    for (const std::string_view name : names) {
        Key* key = context.engine.find(context.tenant, name);
        if (key == nullptr) continue;
        if (refuses_damaged(context, *key)) return true;
        if (key->type() == ValueType::sorted_set) {
            pop_members(context, *key, pop);
            return true;
        }
        // Who waits already is not disturbed by a key of another type.
        if (is_retry(context)) continue;
        context.reply.error(error_text::wrong_type);
        return true;
    }
    return false;
}

// Seconds, with a fraction, rounded up to milliseconds.
std::optional<std::uint64_t> timeout_argument(CommandContext& context, std::size_t at) {
    const auto seconds = parse_long_real(context.request[at]);
    if (!seconds) {
        context.reply.error("ERR timeout is not a float or out of range");
        return std::nullopt;
    }
    constexpr auto ms_max = static_cast<long double>(std::numeric_limits<std::int64_t>::max());
    const long double ms = std::ceil(*seconds * 1000);
    if (ms >= ms_max) {
        context.reply.error("ERR timeout is out of range");
        return std::nullopt;
    }
    if (ms < 0) {
        context.reply.error(error_text::timeout_negative);
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(ms);
}

void pop_or_wait(CommandContext& context, std::span<const std::string_view> names, const Pop& pop,
                 std::uint64_t timeout_ms) {
    if (pop_first_key(context, names, pop)) return;
    if (!may_block(context)) return context.reply.null_array();
    // Whoever waits for a sorted set wants its members: when one finds none, nobody does.
    block(context, names, timeout_ms, {.resolved_ids = {}, .queue = "sorted set", .retry_at = {}});
}

void pop_or_wait_flat(CommandContext& context, End end) {
    const std::size_t last = context.request.size() - 1;
    const auto timeout_ms = timeout_argument(context, last);
    if (!timeout_ms) return;
    const auto names = context.request.args().subspan(1, last - 1);
    pop_or_wait(context, names, {.end = end, .form = Form::key_and_flat}, *timeout_ms);
}

struct MultiPop {
    std::span<const std::string_view> names;
    Pop pop;
};

// numkeys key ... MIN|MAX [COUNT n], from argument `at` on.
std::optional<MultiPop> parse_multi_pop(CommandContext& context, std::size_t at) {
    const Request& request = context.request;
    const auto keys = parse_integer(request[at]);
    if (!keys || *keys < 1) {
        context.reply.error("ERR numkeys should be greater than 0");
        return std::nullopt;
    }
    const auto refuse = [&](std::string_view text) -> std::optional<MultiPop> {
        context.reply.error(text);
        return std::nullopt;
    };
    const auto key_count = static_cast<std::size_t>(*keys);
    if (key_count >= request.size() - at - 1) return refuse(error_text::syntax);
    const std::size_t end_at = at + 1 + key_count;
    const bool is_max = is_word(request[end_at], "max");
    if (!is_max && !is_word(request[end_at], "min")) return refuse(error_text::syntax);

    MultiPop multi{request.args().subspan(at + 1, key_count),
                   {.end = is_max ? End::highest : End::lowest, .form = Form::key_and_pairs}};
    for (at = end_at + 1; at < request.size(); at += 2) {
        const bool is_count = at == end_at + 1 && is_word(request[at], "count");
        if (!is_count || at + 1 == request.size()) return refuse(error_text::syntax);
        const auto count = parse_integer(request[at + 1]);
        if (!count || *count < 1) return refuse("ERR count should be greater than 0");
        multi.pop.count = static_cast<std::size_t>(*count);
    }
    return multi;
}

}  // namespace

void run_zpopmin(CommandContext& context) {
    pop_one_key(context, End::lowest);
}

void run_zpopmax(CommandContext& context) {
    pop_one_key(context, End::highest);
}

void run_bzpopmin(CommandContext& context) {
    pop_or_wait_flat(context, End::lowest);
}

void run_bzpopmax(CommandContext& context) {
    pop_or_wait_flat(context, End::highest);
}

void run_zmpop(CommandContext& context) {
    const auto multi = parse_multi_pop(context, 1);
    if (!multi) return;
    if (!pop_first_key(context, multi->names, multi->pop)) context.reply.null_array();
}

void run_bzmpop(CommandContext& context) {
    const auto multi = parse_multi_pop(context, 2);
    if (!multi) return;
    const auto timeout_ms = timeout_argument(context, 1);
    if (timeout_ms) pop_or_wait(context, multi->names, multi->pop, *timeout_ms);
}

}  // namespace sluice
