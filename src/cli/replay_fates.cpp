#include "cli/replay_fates.hpp"

#include <algorithm>

#include "cli/dead_letter_query.hpp"
#include "cli/server_flags.hpp"

namespace sluice {
namespace {

constexpr const char* page = "1000";

std::set<EntryId> ids_in(const Reply& rows) {
    std::set<EntryId> ids;
    for (const Reply& row : rows.elements) {
        if (row.elements.empty()) continue;
        if (const auto id = EntryId::parse(row.elements[0].text, 0)) ids.insert(*id);
    }
    return ids;
}

}  // namespace

std::size_t ReplayFates::size() const {
    std::size_t sum = 0;
    for (const auto& [group, ids] : on_their_way_)
        sum += ids.size();
    return sum;
}

// First who is not in work, then who died: whoever dies in between is still in work in the first
// answer, so nobody who died is taken for done.
Result<ReplayFates::Known> ReplayFates::ask_now() {
    std::map<std::string, Ids> ended;
    std::map<std::string, Ids> failed;
    for (const auto& [group, ids] : on_their_way_) {
        if (ids.empty()) continue;
        SLUICE_TRY_ASSIGN(failed[group], parked(group, ids));
        SLUICE_TRY_ASSIGN(ended[group], no_longer_in_work(group, ids));
    }
    SLUICE_TRY_ASSIGN(const auto dead, died());
    for (const auto& [group, ids] : dead) {
        failed[group].insert(ids.begin(), ids.end());
    }
    Known known;
    for (auto& [group, ids] : on_their_way_) {
        known.failed += std::erase_if(ids, [&](EntryId id) { return failed[group].contains(id); });
        known.succeeded +=
            std::erase_if(ids, [&](EntryId id) { return ended[group].contains(id); });
    }
    return known;
}

Result<ReplayFates::Ids> ReplayFates::parked(const std::string& group, const Ids& ids) {
    // AFTER leaves its id out.
    const EntryId before = ids.begin()->previous().value_or(EntryId{});
    SLUICE_TRY_ASSIGN(const Reply reply, ask(*client_, {"SLUICE.PARKED", stream_, group, "AFTER",
                                                        before.text(), "COUNT", page}));
    return ids_in(reply);
}

Result<ReplayFates::Ids> ReplayFates::no_longer_in_work(const std::string& group, const Ids& ids) {
    SLUICE_TRY_ASSIGN(const Reply groups, ask(*client_, {"XINFO", "GROUPS", stream_}));
    const auto ours = std::ranges::find_if(groups.elements, [&](const Reply& each) {
        const Reply* name = each.find("name");
        return name != nullptr && name->text == group;
    });
    const Reply* last = ours == groups.elements.end() ? nullptr : ours->find("last-delivered-id");
    const auto delivered = last == nullptr ? std::nullopt : EntryId::parse(last->text, 0);
    if (!delivered) return Error{Errc::not_found, "the group " + shown(group) + " is gone"};
    Ids ended;
    for (const EntryId id : ids) {
        if (id > *delivered) continue;
        const std::string text = id.text();
        SLUICE_TRY_ASSIGN(const Reply pending,
                          ask(*client_, {"XPENDING", stream_, group, text, text, "1"}));
        if (pending.elements.empty()) ended.insert(id);
    }
    return ended;
}

Result<std::map<std::string, ReplayFates::Ids>> ReplayFates::died() {
    std::map<std::string, Ids> dead;
    while (true) {
        SLUICE_TRY_ASSIGN(
            const Reply reply,
            ask(*client_, {"XRANGE", stream_ + ":dlq", "(" + newest_dead_, "+", "COUNT", page}));
        const auto entries = entries_of(reply);
        for (const FoundLetter& found : letters_of(reply)) {
            const auto id = EntryId::parse(found.letter.original_id, 0);
            if (id) dead[found.letter.group].insert(*id);
        }
        if (entries.empty()) return dead;
        newest_dead_ = entries.back().id;
    }
}

}  // namespace sluice
