// Dead letters: list, replay, edit, purge.
#include "command_store/reply_reading.hpp"
#include "command_store/wording.hpp"

namespace sluice {
namespace {

void add_word(CommandText& text, std::string_view name, const std::string& value) {
    if (!value.empty()) text.word(name).word(value);
}

void add_filter(CommandText& text, const DeadEntryFilter& filter) {
    add_word(text, "GROUP", filter.group);
    add_word(text, "REASON", filter.reason);
    add_word(text, "TYPE", filter.type);
    add_word(text, "AGENT", filter.agent);
    if (filter.since) text.word("SINCE").number(filter.since->ms());
    if (filter.until) text.word("UNTIL").number(filter.until->ms());
    add_word(text, "TEXT", filter.text);
}

// The end of a command: filters and MATCHING, or ids. False when it selects nothing.
bool add_selection(CommandText& text, const DeadEntrySelection& selection) {
    if (const auto* const filter = std::get_if<DeadEntryFilter>(&selection)) {
        add_filter(text, *filter);
        text.word("MATCHING");
        return true;
    }
    const auto& ids = std::get<std::vector<EntryId>>(selection);
    for (const EntryId id : ids)
        text.id(id);
    return !ids.empty();
}

void add_target(CommandText& text, const ReplayTarget& target) {
    if (std::holds_alternative<ToAllGroups>(target)) text.word("TO").word("ALL");
    if (const auto* const group = std::get_if<ToGroup>(&target)) text.word("TO").word(group->name);
}

std::optional<std::vector<ReplayedEntry>> read_replayed(Reply& reply) {
    std::vector<ReplayedEntry> all;
    for (const Reply& each : reply.elements) {
        if (each.elements.size() != 2) return std::nullopt;
        const auto letter = read_id(each.elements[0]);
        if (!letter) return std::nullopt;
        all.push_back({*letter, read_id(each.elements[1])});
    }
    return all;
}

}  // namespace

Exchange exchange_for(const ListDeadEntries& request, Completion<std::vector<StoredEntry>> done) {
    Exchange exchange{.step = {.effects = Effects::none},
                      .done = end_with(std::move(done), read_entries)};
    CommandText text("SLUICE.DLQ");
    text.word("LIST").word(request.stream);
    add_filter(text, request.filter);
    text.word("AFTER").id(request.after).word("COUNT").number(request.count);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const ReplayDeadEntries& request,
                      Completion<std::vector<ReplayedEntry>> done) {
    Exchange exchange{.step = {.effects = request.is_dry ? Effects::none : Effects::once},
                      .done = end_with(std::move(done), read_replayed)};
    CommandText text("SLUICE.DLQ");
    text.word("REPLAY").word(request.stream);
    add_target(text, request.target);
    if (request.is_dry) text.word("DRYRUN");
    const bool is_filtered = std::holds_alternative<DeadEntryFilter>(request.selection);
    if (is_filtered) text.word("LIMIT").number(request.count_max);
    if (add_selection(text, request.selection)) text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const EditDeadEntry& request, Completion<EntryId> done) {
    Exchange exchange{.done = end_with(std::move(done), read_id)};
    if (request.changes.empty()) return exchange;
    CommandText text("SLUICE.DLQ");
    text.word("EDIT").word(request.stream).id(request.id);
    for (const Field& field : request.changes)
        text.word(field.name).word(field.value);
    text.add_to(exchange.step);
    return exchange;
}

Exchange exchange_for(const PurgeDeadEntries& request, Completion<std::uint64_t> done) {
    Exchange exchange{.done = end_with(std::move(done), read_number)};
    const auto* const filter = std::get_if<DeadEntryFilter>(&request.selection);
    CommandText text("SLUICE.DLQ");
    text.word("PURGE").word(request.stream).word("BECAUSE").word(request.why);
    if (filter != nullptr) text.word("LIMIT").number(request.count_max);
    if (add_selection(text, request.selection)) text.add_to(exchange.step);
    return exchange;
}

}  // namespace sluice
