// Groups, leases, settles.
#include <algorithm>
#include <array>

#include "command_store/reply_reading.hpp"
#include "command_store/wording.hpp"

namespace sluice {
namespace {

// Picks the alternative of a variant by its type.
template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

void add_terms(CommandText& text, const GroupTerms& terms) {
    if (!terms.retry.empty()) text.word("RETRY").word(terms.retry);
    if (terms.lease) text.word("LEASE").number(ms_rounded_up(*terms.lease));
    if (terms.in_flight_max) text.word("INFLIGHT").number(*terms.in_flight_max);
    if (terms.consumer_in_flight_max) {
        text.word("CONSUMERINFLIGHT").number(*terms.consumer_in_flight_max);
    }
}

std::string begin_text(const GroupBegin& begin) {
    return std::visit(
        Match{[](FromBeginning) { return std::string("beginning"); },
              [](FromEnd) { return std::string("end"); }, [](EntryId id) { return id.text(); }},
        begin);
}

std::optional<GroupState> read_state(Reply& reply) {
    GroupState state;
    const auto read = [&](std::string_view name, std::uint64_t& into) {
        const Reply* const value = reply.find(name);
        const auto number = value == nullptr ? std::nullopt : read_number(*value);
        into = number.value_or(0);
        return number.has_value();
    };
    const Reply* const retry = reply.find("retry");
    std::uint64_t lease_ms = 0;
    const bool is_whole = retry != nullptr && read("lease", lease_ms) && read("lag", state.lag) &&
                          read("pending", state.pending) && read("leased", state.leased) &&
                          read("parked", state.parked) && read("ready", state.ready) &&
                          read("behind", state.behind) && read("dead", state.dead);
    if (!is_whole) return std::nullopt;
    state.retry = retry->text;
    state.lease = Duration::from_ms(static_cast<std::int64_t>(lease_ms));
    return state;
}

// key, id, epoch, deliveries, failures, lease in ms, fields
std::optional<LeasedEntry> read_leased(Reply& reply) {
    if (reply.elements.size() != 7) return std::nullopt;
    std::vector<Reply>& part = reply.elements;
    const auto id = read_id(part[1]);
    std::array<std::optional<std::uint64_t>, 4> numbers;
    std::ranges::transform(part.begin() + 2, part.begin() + 6, numbers.begin(), read_number);
    auto fields = read_fields(part[6]);
    const bool has_all = std::ranges::all_of(numbers, [](const auto& n) { return n.has_value(); });
    if (!id || !fields || !has_all) return std::nullopt;
    return LeasedEntry{.stream = std::move(part[0].text),
                       .token = {*id, *numbers[0]},
                       .deliveries = *numbers[1],
                       .failures = *numbers[2],
                       .lease = Duration::from_ms(static_cast<std::int64_t>(*numbers[3])),
                       .fields = std::move(*fields)};
}

std::optional<LeaseWord> read_word(std::string_view text) {
    if (text.starts_with("OK")) return LeaseWord::ok;
    if (text.starts_with("STALE")) return LeaseWord::stale;
    if (text.starts_with("NONE")) return LeaseWord::none;
    return std::nullopt;
}

std::optional<std::vector<LeaseWord>> read_words(Reply& reply) {
    std::vector<LeaseWord> words;
    for (const Reply& each : reply.elements) {
        const auto word = read_word(each.text);
        if (!word) return std::nullopt;
        words.push_back(*word);
    }
    return words;
}

std::optional<std::vector<SettledLease>> read_settled_words(Reply& reply) {
    const auto words = read_words(reply);
    if (!words) return std::nullopt;
    std::vector<SettledLease> settled;
    for (const LeaseWord word : *words)
        settled.push_back({.word = word});
    return settled;
}

// PARKED, due, failures; or DEAD, id, reason; or an error STALE or NONE
std::optional<SettledLease> read_failure(const Reply& reply) {
    if (reply.is_error()) {
        const auto word = read_word(reply.text);
        return word ? std::optional(SettledLease{.word = *word}) : std::nullopt;
    }
    if (reply.elements.size() != 3) return std::nullopt;
    SettledLease settled{.word = LeaseWord::ok};
    if (reply.elements[0].text == "PARKED") {
        const auto due = read_number(reply.elements[1]);
        if (!due) return std::nullopt;
        settled.due = WallTime::from_ms(static_cast<std::int64_t>(*due));
    } else {
        settled.dead_letter = read_id(reply.elements[1]);
        settled.reason = reply.elements[2].text;
    }
    return settled;
}

Answer<std::vector<SettledLease>> read_failures(std::vector<Reply>& replies) {
    using Settled = std::vector<SettledLease>;
    Settled all;
    for (const Reply& reply : replies) {
        auto settled = read_failure(reply);
        // Those before it are settled, so "failed" would be a lie unless it is the first.
        if (!settled && reply.is_error() && all.empty()) return refusal<Settled>(reply.text);
        if (!settled && reply.is_error()) {
            return Answer<Settled>::indeterminate(meaning_of(reply.text).error);
        }
        if (!settled) return odd_answer<Settled>();
        all.push_back(std::move(*settled));
    }
    return all;
}

CommandText to_group(std::string_view command, const std::string& stream,
                     const std::string& group) {
    CommandText text(command);
    text.word(stream).word(group);
    return text;
}

void add_leases(CommandText& text, const std::vector<LeaseToken>& leases) {
    for (const LeaseToken& each : leases)
        text.id(each.id).number(each.epoch);
}

Exchange settle_words(std::string_view command, const SettleLeases& request,
                      Completion<std::vector<SettledLease>> done) {
    Exchange exchange{.done = end_with(std::move(done), read_settled_words)};
    if (request.leases.empty()) return exchange;
    CommandText text = to_group(command, request.stream, request.group);
    add_leases(text, request.leases);
    text.add_to(exchange.step);
    return exchange;
}

// One command for each: only then can one of them be stale.
template <class AddOptions>
Exchange settle_failures(std::string_view command, const SettleLeases& request,
                         Completion<std::vector<SettledLease>> done, AddOptions&& add_options) {
    Exchange exchange{.done = end_all_with(std::move(done), read_failures)};
    for (const LeaseToken& each : request.leases) {
        CommandText text = to_group(command, request.stream, request.group);
        text.id(each.id).number(each.epoch);
        add_options(text);
        text.add_to(exchange.step);
    }
    return exchange;
}

}  // namespace

Exchange exchange_for(const CreateGroup& request, Completion<Nothing> done) {
    Exchange exchange{.done = end_with(std::move(done), [](Reply&) { return Nothing{}; })};
    CommandText text("SLUICE.GROUP");
    text.word("CREATE").word(request.stream).word(request.group);
    text.word("START").word(begin_text(request.begin));
    add_terms(text, request.terms);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const ShowGroup& request, Completion<GroupState> done) {
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read_state)};
    CommandText("SLUICE.GROUP")
        .word("SHOW")
        .word(request.stream)
        .word(request.group)
        .add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const LeaseEntries& request, Completion<std::vector<LeasedEntry>> done) {
    const auto read = [](Reply& reply) -> std::optional<std::vector<LeasedEntry>> {
        std::vector<LeasedEntry> all;
        for (Reply& each : reply.elements) {
            auto leased = read_leased(each);
            if (!leased) return std::nullopt;
            all.push_back(std::move(*leased));
        }
        return all;
    };
    Exchange exchange{.done = end_with(std::move(done), read),
                      .wait = request.wait,
                      .needs_own_lane = request.wait > Duration{}};
    if (request.streams.empty()) return exchange;
    CommandText text("SLUICE.LEASE");
    text.word("GROUP").word(request.group).word(request.consumer);
    text.word("COUNT").number(request.count);
    if (request.lease) text.word("LEASE").number(ms_rounded_up(*request.lease));
    if (exchange.needs_own_lane) text.word("BLOCK").number(ms_rounded_up(request.wait));
    text.word("STREAMS");
    for (const std::string& stream : request.streams)
        text.word(stream);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const ExtendLeases& request, Completion<std::vector<LeaseWord>> done) {
    Exchange exchange{.step = {.effects = Effects::repeatable},
                      .done = end_with(std::move(done), read_words)};
    if (request.leases.empty()) return exchange;
    CommandText text = to_group("SLUICE.EXTEND", request.stream, request.group);
    text.number(ms_rounded_up(request.lease));
    add_leases(text, request.leases);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const SettleLeases& request, Completion<std::vector<SettledLease>> done) {
    const auto add_retry = [](const SettleRetry& retry, CommandText& text) {
        if (retry.after) text.word("DELAY").number(ms_rounded_up(*retry.after));
        if (!retry.error.empty()) text.word("ERROR").word(retry.error);
    };
    const auto add_dead = [](const SettleDead& dead, CommandText& text) {
        if (!dead.reason.empty()) text.word("REASON").word(dead.reason);
        if (!dead.error.empty()) text.word("ERROR").word(dead.error);
    };
    return std::visit(
        Match{
            [&](SettleAck) { return settle_words("SLUICE.ACK", request, std::move(done)); },
            [&](SettleRelease) { return settle_words("SLUICE.RELEASE", request, std::move(done)); },
            [&](const SettleRetry& retry) {
                return settle_failures("SLUICE.FAIL", request, std::move(done),
                                       [&](CommandText& text) { add_retry(retry, text); });
            },
            [&](const SettleDead& dead) {
                return settle_failures("SLUICE.DEAD", request, std::move(done),
                                       [&](CommandText& text) { add_dead(dead, text); });
            }},
        request.verdict);
}

}  // namespace sluice
