// Append, read, watch, trim.
#include <algorithm>

#include "command_store/reply_reading.hpp"
#include "command_store/wording.hpp"

namespace sluice {
namespace {

using EntryIds = std::vector<EntryId>;
using Entries = std::vector<StoredEntry>;

void add_append(ExchangeStep& step, const std::string& stream, const NewEntry& entry) {
    CommandText text("XADD");
    text.word(stream);
    if (entry.key) text.word("IDMP").word(entry.key->producer).word(entry.key->key);
    text.word("*");
    for (const Field& field : entry.fields)
        text.word(field.name).word(field.value);
    text.add_to(step);
}

// All went to one stream in one step: they were all taken or all refused.
Answer<EntryIds> read_ids(const std::vector<Reply>& replies) {
    EntryIds ids;
    for (const Reply& each : replies) {
        if (each.is_error() && ids.empty()) return refusal<EntryIds>(each.text);
        const auto id = read_id(each);
        if (!id) return odd_answer<EntryIds>();
        ids.push_back(*id);
    }
    return ids;
}

Answer<EntryIds> read_batch(std::vector<Reply>& replies) {
    if (replies.size() == 1) return read_ids(replies);
    const auto inside = read_transaction(std::move(replies));
    return inside.is_ok() ? read_ids(*inside) : inside.failure_as<EntryIds>();
}

// XREAD answers [[stream, entries] ...], or nothing.
CommandText read_command(Duration wait, std::size_t count) {
    CommandText text("XREAD");
    text.word("COUNT").number(count);
    if (wait > Duration{}) text.word("BLOCK").number(ms_rounded_up(wait));
    text.word("STREAMS");
    return text;
}

}  // namespace

std::int64_t ms_rounded_up(Duration time) {
    return (std::max<std::int64_t>(time.microseconds, 0) + 999) / 1000;
}

Exchange exchange_for(const AppendEntries& request, Completion<EntryIds> done) {
    Exchange exchange{.done = end_all_with(std::move(done), read_batch)};
    const bool is_batch = request.entries.size() > 1;
    const auto has_key = [](const NewEntry& entry) { return entry.key.has_value(); };
    const bool is_repeatable = std::ranges::all_of(request.entries, has_key);
    exchange.step.effects = is_repeatable ? Effects::repeatable : Effects::once;
    if (is_batch) CommandText("MULTI").add_to(exchange.step);
    for (const NewEntry& entry : request.entries)
        add_append(exchange.step, request.stream, entry);
    if (is_batch) CommandText("EXEC").add_to(exchange.step);
    if (is_batch && exchange.step.bytes.size() > StoreLimits::batch_bytes_max) {
        exchange.step = {};
        exchange.objection = "entries of more than " +
                             std::to_string(StoreLimits::batch_bytes_max) +
                             " bytes cannot be appended in one step";
    }
    return exchange;
}

Exchange exchange_for(const SetKeyWindow& request, Completion<Nothing> done) {
    Exchange exchange{.done = end_with(std::move(done), [](Reply&) { return Nothing{}; })};
    CommandText("XCFGSET")
        .word(request.stream)
        .word("IDMP-DURATION")
        .number(std::max<std::int64_t>(1, ms_rounded_up(request.time) / 1000))
        .word("IDMP-MAXSIZE")
        .number(request.keys_max)
        .add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const ReadRange& request, Completion<Entries> done) {
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read_entries)};
    const bool is_forward = request.order == ReadOrder::oldest_first;
    CommandText(is_forward ? "XRANGE" : "XREVRANGE")
        .word(request.stream)
        .id(is_forward ? request.from : request.to)
        .id(is_forward ? request.to : request.from)
        .word("COUNT")
        .number(request.count)
        .add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const ReadAfter& request, Completion<Entries> done) {
    const auto read = [](Reply& reply) -> std::optional<Entries> {
        if (reply.is_nothing()) return Entries{};
        if (reply.elements.size() != 1 || reply.elements[0].elements.size() != 2) return {};
        return read_entries(reply.elements[0].elements[1]);
    };
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read),
                      .wait = request.wait,
                      .needs_own_lane = request.wait > Duration{}};
    read_command(request.wait, request.count)
        .word(request.stream)
        .id(request.after)
        .add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const WatchStreams& request, Completion<std::vector<std::string>> done) {
    using Names = std::vector<std::string>;
    const auto read = [](Reply& reply) -> std::optional<Names> {
        Names names;
        if (reply.is_nothing()) return names;
        for (Reply& each : reply.elements) {
            if (each.elements.size() != 2) return {};
            names.push_back(std::move(each.elements[0].text));
        }
        return names;
    };
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read),
                      .wait = request.wait,
                      .needs_own_lane = request.wait > Duration{}};
    if (request.positions.empty()) return exchange;
    CommandText text = read_command(request.wait, 1);
    for (const StreamPosition& each : request.positions)
        text.word(each.stream);
    for (const StreamPosition& each : request.positions)
        text.id(each.after);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const TrimStream& request, Completion<std::uint64_t> done) {
    Exchange exchange{.done = end_with(std::move(done), read_number)};
    if (request.entries_max.has_value() == request.oldest.has_value()) return exchange;
    CommandText text("XTRIM");
    text.word(request.stream);
    if (request.entries_max) text.word("MAXLEN").number(*request.entries_max);
    if (request.oldest) text.word("MINID").id(*request.oldest);
    text.add_to(exchange.step);
    return exchange;
}

}  // namespace sluice
