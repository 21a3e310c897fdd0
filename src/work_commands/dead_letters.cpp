#include "work_commands/dead_letters.hpp"

#include "stream_commands/entry_fields.hpp"

namespace sluice {

std::optional<EntryId> for_each_dead_letter(
    CommandContext& context, Key& key, EntryId after,
    const std::function<bool(EntryId, const Fields&, const std::optional<DeadLetter>&)>& visit) {
    const EntryIndex& index = key.stream()->index();
    std::size_t looked_at = 0;
    std::size_t bytes_read = 0;
    EntryId last = after;
    for (auto at = index.upper_bound(after); at != index.end(); at = index.next(at)) {
        const IndexEntry entry = index.at(at);
        bytes_read += entry.ref.length;
        const bool is_enough =
            looked_at == dead_letters_looked_at_max || bytes_read > dead_letter_bytes_max;
        if (is_enough && looked_at > 0) return last;
        ++looked_at;
        last = entry.id;
        const auto bytes = context.engine.read_entry(key, entry.id, entry.ref);
        if (!bytes) continue;
        const Fields fields = fields_of(*bytes);
        auto letter = decode_dead_letter(fields);
        const bool goes_on =
            visit(entry.id, fields, letter ? std::optional(std::move(*letter)) : std::nullopt);
        if (!goes_on) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<EntryId> find_dead_letter(CommandContext& context, Key& key, std::string_view group,
                                        EntryId original) {
    std::optional<EntryId> found;
    const std::string wanted = original.text();
    // It died after it was published.
    const EntryId from{original.ms == 0 ? 0 : original.ms - 1, 0};
    for_each_dead_letter(context, key, from, [&](EntryId id, const Fields&, const auto& letter) {
        if (letter && letter->original_id == wanted && letter->group == group) found = id;
        return !found;
    });
    return found;
}

}  // namespace sluice
