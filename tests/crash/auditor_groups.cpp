// The auditor's half about consumer groups.
#include <algorithm>
#include <string>

#include "crash/auditor.hpp"

namespace sluice::testing {

namespace {

constexpr std::string_view page_entries = "1000";

}  // namespace

Result<Auditor::Group> Auditor::read_group(Client& client, std::size_t stream, Verdict& verdict) {
    Group group;
    const std::string name = stream_name(stream);
    SLUICE_TRY_ASSIGN(const auto groups, client.call({"XINFO", "GROUPS", name}));
    if (groups.elements.size() != 1) {
        verdict.fault(verdict.lost, name + " has no group any more: " + printed(groups));
        return group;
    }
    const Reply* const last = groups.elements[0].find("last-delivered-id");
    group.last_delivered = EntryId::parse(last->text, 0).value_or(EntryId::min());
    std::string from = "-";
    for (;;) {
        SLUICE_TRY_ASSIGN(const auto page,
                          client.call({"XPENDING", name, "g", from, "+", page_entries}));
        for (const Reply& entry : page.elements) {
            const EntryId id = EntryId::parse(entry.elements[0].text, 0).value_or(EntryId::min());
            group.owners.emplace(id, entry.elements[1].text);
        }
        if (page.elements.empty()) return group;
        from = "(" + page.elements.back().elements[0].text;
    }
}

// Within one era an entry is delivered once, to one consumer, in the order of ids, and only if it
// was neither acknowledged nor behind the group's position when the era began.
void Auditor::check_deliveries(std::size_t stream, const Ledger& ledger, Verdict& verdict) {
    const Group& known = streams_[stream].group;
    std::set<EntryId> delivered;
    for (const ConsumerPage& page : ledger.consumers) {
        if (page.stream != stream) continue;
        if (!std::is_sorted(page.received.begin(), page.received.end())) {
            verdict.fault(verdict.reordered, page.name + " got entries out of order");
        }
        for (const EntryId id : page.received) {
            const bool is_old = id <= known.last_delivered || known.acked.contains(id);
            const bool is_twice = !delivered.insert(id).second;
            if (is_old || is_twice) {
                verdict.fault(verdict.redelivered, id.text() + " was delivered again by >");
            }
        }
        for (const EntryId id : page.claimed) {
            if (known.acked.contains(id)) {
                verdict.fault(verdict.redelivered, id.text() + " was acknowledged, then claimed");
            }
        }
    }
}

Auditor::Era Auditor::read_era(std::size_t stream, const Ledger& ledger) {
    Group& known = streams_[stream].group;
    Era era;
    era.owners = known.owners;
    for (const ConsumerPage& page : ledger.consumers) {
        if (page.stream != stream) continue;
        for (const EntryId id : page.received) {
            era.owners[id] = page.name;
        }
        era.claimed.insert(page.claimed.begin(), page.claimed.end());
        era.maybe_acked.insert(page.ack_sent.begin(), page.ack_sent.end());
        known.acked.insert(page.ack_replied.begin(), page.ack_replied.end());
    }
    return era;
}

void Auditor::check_group(std::size_t stream, const Group& seen, const Ledger& ledger,
                          Verdict& verdict) {
    Stream& known = streams_[stream];
    const Era era = read_era(stream, ledger);
    if (seen.last_delivered < known.group.last_delivered) {
        verdict.fault(verdict.redelivered, stream_name(stream) + ": the group went back to " +
                                               seen.last_delivered.text());
    }
    const EntryId oldest = known.entries.empty() ? EntryId::max() : known.entries.front().id;
    if (!seen.owners.empty() && seen.owners.begin()->first < oldest) {
        verdict.fault(verdict.redelivered, seen.owners.begin()->first.text() +
                                               " was acknowledged and trimmed, but is pending");
    }
    for (const Entry& entry : known.entries) {
        const auto pending = seen.owners.find(entry.id);
        const std::string owner = pending == seen.owners.end() ? std::string() : pending->second;
        const bool is_behind = entry.id <= seen.last_delivered;
        if (known.group.acked.contains(entry.id)) {
            if (!owner.empty() || !is_behind) {
                verdict.fault(verdict.redelivered, entry.id.text() + " was acknowledged");
            }
            continue;
        }
        check_unacknowledged(entry.id, owner, is_behind, era, verdict);
        // What was sent without a reply is settled now, one way or the other.
        if (owner.empty() && is_behind) known.group.acked.insert(entry.id);
    }
}

// Behind the group's position an entry is pending, unless an acknowledgement without a reply went
// through. It is with the consumer that got it, or with the claimer: a claim whose reply came is
// the last word, one without a reply may have been made or not.
void Auditor::check_unacknowledged(EntryId id, const std::string& owner, bool is_behind,
                                   const Era& era, Verdict& verdict) {
    const bool is_pending = !owner.empty();
    if (is_pending != is_behind && !era.maybe_acked.contains(id)) {
        verdict.fault(is_behind ? verdict.lost : verdict.pending_wrong,
                      id.text() + (is_behind ? " is neither pending nor acknowledged"
                                             : " is pending before its delivery"));
    }
    if (!is_pending || owner == "claimer") return;
    const auto known = era.owners.find(id);
    const bool is_right = known == era.owners.end() || known->second == owner;
    if (era.claimed.contains(id) || !is_right) {
        verdict.fault(verdict.pending_wrong, id.text() + " belongs to " + owner);
    }
}

}  // namespace sluice::testing
