#include "queue/auditor.hpp"

#include <algorithm>
#include <set>

namespace sluice::testing {

namespace {

constexpr std::size_t page_entries = 1000;

// Calls `visit` for every entry of a stream.
template <class Visit>
Result<void> for_each_entry(Client& client, const std::string& stream, const Visit& visit) {
    std::string from = "-";
    for (;;) {
        SLUICE_TRY_ASSIGN(const auto reply, client.call({"XRANGE", stream, from, "+", "COUNT",
                                                         std::to_string(page_entries)}));
        if (reply.is_error()) return Error{Errc::corrupt, "XRANGE " + stream + ": " + reply.text};
        for (const Reply& entry : reply.elements) {
            visit(EntryId::parse(entry.elements[0].text, 0).value_or(EntryId{}), entry.elements[1]);
        }
        if (reply.elements.size() < page_entries) return {};
        from = "(" + reply.elements.back().elements[0].text;
    }
}

std::string_view field(const Reply& fields, std::string_view name) {
    const Reply* const found = fields.find(name);
    return found == nullptr ? std::string_view() : std::string_view(found->text);
}

}  // namespace

Result<void> Auditor::audit() {
    read_complaints();
    for (std::uint8_t queue = 0; queue < queue_names.size(); ++queue)
        SLUICE_TRY(audit_queue(queue));
    return {};
}

void Auditor::read_complaints() {
    for (const WorkerPage& page : ledger_.workers) {
        if (!page.complaint.empty()) findings_.fault("strange reply", page.complaint);
    }
    for (const ProducerPage& page : ledger_.producers) {
        if (!page.complaint.empty()) findings_.fault("strange reply", page.complaint);
    }
    if (!ledger_.replayer.complaint.empty()) {
        findings_.fault("strange reply", ledger_.replayer.complaint);
    }
}

Result<void> Auditor::audit_queue(std::uint8_t queue) {
    SLUICE_TRY_ASSIGN(const auto entries, read_entries(queue));
    check_published(queue, entries);
    SLUICE_TRY_ASSIGN(auto letters, read_letters(queue));
    const auto replays = read_replays(queue, entries, letters);
    for (std::uint8_t group = 0; group < queue_groups.size(); ++group) {
        const Place place{queue, group};
        std::vector<Expected> expected;
        for (const Entry& entry : entries) {
            const auto addressed = replays.find(entry.id);
            if (addressed != replays.end() && addressed->second != group) continue;
            const auto letter = letters.find({group, entry.id});
            expected.push_back(
                {entry.id, entry.number, letter == letters.end() ? 0 : letter->second});
        }
        std::vector<Lease> leases;
        std::vector<Settle> settles;
        const auto is_here = [&](const auto& each) { return each.place == place; };
        for (const WorkerPage& page : ledger_.workers) {
            std::ranges::copy_if(page.leases, std::back_inserter(leases), is_here);
            std::ranges::copy_if(page.settles, std::back_inserter(settles), is_here);
        }
        HistoryCheck(place, std::move(leases), std::move(settles), ledger_.restarts, findings_)
            .run(expected);
        SLUICE_TRY(check_pending(place));
    }
    return {};
}

Result<std::vector<Auditor::Entry>> Auditor::read_entries(std::uint8_t queue) {
    std::vector<Entry> entries;
    SLUICE_TRY(for_each_entry(
        client_, std::string(queue_names[queue]), [&](EntryId id, const Reply& fields) {
            entries.push_back(
                {id, number_in(field(fields, "n")), number_in(field(fields, "_replay_count"))});
        }));
    findings_.count("entries", entries.size());
    return entries;
}

void Auditor::check_published(std::uint8_t queue, const std::vector<Entry>& entries) {
    for (const ProducerPage& page : ledger_.producers) {
        for (const auto& [its_queue, id] : page.acked) {
            if (its_queue != queue) continue;
            if (!std::ranges::binary_search(entries, id, {}, &Entry::id)) {
                findings_.fault("a published entry is gone", id.text());
            }
        }
    }
}

Result<Auditor::Originals> Auditor::read_letters(std::uint8_t queue) {
    Originals letters;
    const std::string name = std::string(queue_names[queue]) + ":dlq";
    SLUICE_TRY(for_each_entry(client_, name, [&](EntryId id, const Reply& fields) {
        const auto group = group_of(field(fields, "_dlq_group"));
        const auto original = EntryId::parse(field(fields, "_dlq_original_id"), 0);
        if (!group || !original) return findings_.fault("a strange dead letter", id.text());
        ++letters[{*group, *original}];
        if (number_in(field(fields, "_dlq_retry_count")) > retries_max) {
            findings_.fault("dead after too many retries", id.text());
        }
        findings_.count("dead letters: " + std::string(field(fields, "_dlq_reason")));
    }));
    return letters;
}

std::map<EntryId, std::uint8_t> Auditor::read_replays(std::uint8_t queue,
                                                      const std::vector<Entry>& entries,
                                                      Originals& letters) {
    std::map<EntryId, std::uint8_t> groups;
    std::vector<Replay> open;
    for (const Replay& replay : ledger_.replayer.replays) {
        if (replay.queue != queue) continue;
        if (!replay.replayed) {
            open.push_back(replay);
            continue;
        }
        groups[*replay.replayed] = replay.group;
        ++letters[{replay.group, replay.original}];
    }
    for (const Entry& entry : entries) {
        if (entry.replays == 0) continue;
        findings_.count("replayed entries");
        if (groups.contains(entry.id)) continue;
        // One that was replayed, but the answer did not come.
        const auto found = std::ranges::find_if(
            open, [&](const Replay& replay) { return replay.number == entry.number; });
        if (found == open.end()) {
            findings_.fault("replayed by nobody", entry.id.text());
            continue;
        }
        groups[entry.id] = found->group;
        ++letters[{found->group, found->original}];
        open.erase(found);
    }
    return groups;
}

Result<void> Auditor::check_pending(Place place) {
    const std::string words =
        std::string(queue_groups[place.group]) + " of " + std::string(queue_names[place.queue]);
    SLUICE_TRY_ASSIGN(const auto pending, client_.call({"XPENDING", queue_names[place.queue],
                                                        queue_groups[place.group]}));
    if (pending.elements.size() != 4 || pending.elements[0].integer != 0) {
        findings_.fault("pending at the end", words + " " + printed(pending));
    }
    return {};
}

}  // namespace sluice::testing
