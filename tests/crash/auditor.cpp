#include "crash/auditor.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::testing {

namespace {

constexpr std::size_t page_entries = 1000;
constexpr std::size_t kept_entries = 5000;  // what a trim leaves, so that audits stay short
constexpr std::size_t examples_max = 20;
constexpr std::size_t audits_per_whole = 5;  // the others begin at the last entry known

std::uint64_t number_in(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

EntryId id_in(const Reply& reply) {
    return EntryId::parse(reply.text, 0).value_or(EntryId::min());
}

std::string of(std::size_t writer, std::uint64_t number) {
    return "entry " + std::to_string(number) + " of writer " + std::to_string(writer);
}

// Calls `visit` for every entry of a stream from this id on, page by page.
template <class Visit>
Result<void> for_each_entry(Client& client, const std::string& stream, std::string from,
                            const Visit& visit) {
    for (;;) {
        SLUICE_TRY_ASSIGN(const auto reply, client.call({"XRANGE", stream, from, "+", "COUNT",
                                                         std::to_string(page_entries)}));
        if (reply.is_error()) return Error{Errc::corrupt, "XRANGE " + stream + ": " + reply.text};
        for (const Reply& entry : reply.elements) {
            visit(id_in(entry.elements[0]), entry.elements[1].elements);
        }
        if (reply.elements.size() < page_entries) return {};
        from = "(" + reply.elements.back().elements[0].text;
    }
}

// A command that must succeed.
Result<void> order(Client& client, const std::vector<std::string>& words) {
    SLUICE_TRY_ASSIGN(const auto reply,
                      client.call(std::vector<std::string_view>(words.begin(), words.end())));
    if (reply.is_error()) return Error{Errc::io, words[0] + ": " + reply.text};
    return {};
}

}  // namespace

void Verdict::fault(std::uint64_t& count, std::string words) {
    ++count;
    if (examples.size() < examples_max) examples.push_back(std::move(words));
}

Result<void> Auditor::audit(Client& client, const Ledger& ledger, Verdict& verdict) {
    for (const WriterPage& page : ledger.writers) {
        if (!page.complaint.empty()) verdict.fault(verdict.complaints, page.complaint);
    }
    for (const ConsumerPage& page : ledger.consumers) {
        if (!page.complaint.empty()) verdict.fault(verdict.complaints, page.complaint);
    }
    for (std::size_t stream = 0; stream < stream_count; ++stream) {
        SLUICE_TRY_ASSIGN(auto entries, read_stream(client, stream, verdict));
        check_entries(stream, entries, ledger, verdict);
        streams_[stream].entries = std::move(entries);
        SLUICE_TRY_ASSIGN(auto group, read_group(client, stream, verdict));
        check_deliveries(stream, ledger, verdict);
        check_group(stream, group, ledger, verdict);
        group.acked = std::move(streams_[stream].group.acked);
        streams_[stream].group = std::move(group);
        SLUICE_TRY(trim(client, stream));
    }
    ++audits_;
    return check_pairs(client, ledger.pair, verdict);
}

Result<std::vector<Auditor::Entry>> Auditor::read_stream(Client& client, std::size_t stream,
                                                         Verdict& verdict) {
    const std::vector<Entry>& known = streams_[stream].entries;
    const bool is_whole = known.empty() || audits_ % audits_per_whole == 0;
    std::vector<Entry> entries;
    if (!is_whole) entries.assign(known.begin(), known.end() - 1);
    const auto visit = [&](EntryId id, const std::vector<Reply>& fields) {
        ++verdict.entries;
        if (!entries.empty() && id <= entries.back().id) {
            verdict.fault(verdict.reordered, "id " + id.text() + " behind a greater one");
        }
        if (fields.size() != 6) {
            verdict.fault(verdict.phantom, "entry " + id.text() + " was never sent");
            return;
        }
        const Entry entry{id, number_in(fields[1].text), number_in(fields[3].text)};
        if (fields[5].text != payload(entry.writer, entry.number)) {
            verdict.fault(verdict.phantom, of(entry.writer, entry.number) + " has other bytes");
        }
        entries.push_back(entry);
    };
    const std::string from = is_whole ? "-" : known.back().id.text();
    SLUICE_TRY(for_each_entry(client, stream_name(stream), from, visit));
    SLUICE_TRY_ASSIGN(const auto length, client.call({"XLEN", stream_name(stream)}));
    if (length.integer != static_cast<std::int64_t>(entries.size())) {
        verdict.fault(verdict.lost, stream_name(stream) + " has " + printed(length) +
                                        " entries instead of " + std::to_string(entries.size()));
    }
    return entries;
}

void Auditor::check_entries(std::size_t stream, const std::vector<Entry>& seen,
                            const Ledger& ledger, Verdict& verdict) {
    const std::vector<Entry>& known = streams_[stream].entries;
    std::size_t same = 0;
    while (same < known.size() && same < seen.size() && known[same].id == seen[same].id)
        ++same;
    if (same < known.size()) {
        verdict.fault(verdict.lost, stream_name(stream) +
                                        ": what was audited before is gone from " +
                                        known[same].id.text());
        return;
    }
    std::map<std::size_t, std::vector<Entry>> fresh;
    for (std::size_t i = same; i < seen.size(); ++i) {
        fresh[seen[i].writer].push_back(seen[i]);
    }
    for (const WriterPage& page : ledger.writers) {
        if (stream_of_writer(page.writer) != stream) continue;
        check_writer(page, fresh[page.writer], verdict);
        fresh.erase(page.writer);
    }
    for (const auto& [writer, entries] : fresh) {
        verdict.fault(verdict.phantom, "entries of writer " + std::to_string(writer) + ", which " +
                                           "never wrote to " + stream_name(stream));
    }
}

// The entries of this era must be its first ones, all of those that were acknowledged, in order.
void Auditor::check_writer(const WriterPage& page, const std::vector<Entry>& fresh,
                           Verdict& verdict) {
    verdict.acked += page.acked.size();
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const std::uint64_t expected = page.era_first + i;
        if (expected >= page.sent) {
            verdict.fault(verdict.phantom, of(page.writer, fresh[i].number) + " was never sent");
        } else if (fresh[i].number != expected) {
            verdict.fault(verdict.reordered, of(page.writer, fresh[i].number) + " stands where " +
                                                 std::to_string(expected) + " should");
            return;
        } else if (i < page.acked.size() && page.acked[i] != fresh[i].id) {
            verdict.fault(verdict.phantom, of(page.writer, expected) + " has id " +
                                               fresh[i].id.text() + ", but the reply said " +
                                               page.acked[i].text());
        }
    }
    for (std::size_t i = fresh.size(); i < page.acked.size(); ++i) {
        verdict.fault(verdict.lost, of(page.writer, page.era_first + i) + ", acknowledged as " +
                                        page.acked[i].text());
    }
}

// Cuts the stream down to its newest entries. What the group still had to do with the others is
// settled first, so that the work of an audit does not grow with the number of kills.
Result<void> Auditor::trim(Client& client, std::size_t stream) {
    Stream& known = streams_[stream];
    if (known.entries.size() <= kept_entries) return {};
    const EntryId keep = known.entries[known.entries.size() - kept_entries].id;
    SLUICE_TRY(settle_before(client, stream, keep));
    SLUICE_TRY(order(client, {"XTRIM", stream_name(stream), "MINID", keep.text()}));
    std::erase_if(known.entries, [&](const Entry& entry) { return entry.id < keep; });
    known.group.acked.erase(known.group.acked.begin(), known.group.acked.lower_bound(keep));
    return {};
}

Result<void> Auditor::settle_before(Client& client, std::size_t stream, EntryId keep) {
    Group& group = streams_[stream].group;
    const std::vector<std::string> acknowledge = {"XACK", stream_name(stream), "g"};
    std::vector<std::string> words = acknowledge;
    const auto end = group.owners.lower_bound(keep);
    for (auto pending = group.owners.begin(); pending != end; ++pending) {
        words.push_back(pending->first.text());
        const bool is_full = words.size() == page_entries || std::next(pending) == end;
        if (is_full) SLUICE_TRY(order(client, std::exchange(words, acknowledge)));
    }
    group.owners.erase(group.owners.begin(), end);
    if (group.last_delivered >= keep) return {};
    SLUICE_TRY(order(client, {"XGROUP", "SETID", stream_name(stream), "g", keep.text()}));
    group.last_delivered = keep;
    group.acked.insert(keep);
    return {};
}

Result<void> Auditor::check_pairs(Client& client, const PairPage& page, Verdict& verdict) {
    if (!page.complaint.empty()) verdict.fault(verdict.complaints, page.complaint);
    std::vector<std::uint64_t> left;
    std::vector<std::uint64_t> right;
    const auto into = [](std::vector<std::uint64_t>& numbers) {
        return [&numbers](EntryId, const std::vector<Reply>& fields) {
            numbers.push_back(fields.size() == 2 ? number_in(fields[1].text) : 0);
        };
    };
    SLUICE_TRY(for_each_entry(client, "left", "-", into(left)));
    SLUICE_TRY(for_each_entry(client, "right", "-", into(right)));
    SLUICE_TRY_ASSIGN(const auto last, client.call({"GET", "last"}));
    const std::uint64_t newest = left.empty() ? 0 : left.back();
    if (left != right || number_in(last.text) != newest) {
        verdict.fault(verdict.torn_transactions, "a transaction is there in part");
    }
    if (newest < page.acked) {
        verdict.fault(verdict.lost, "transaction " + std::to_string(page.acked) + ", acknowledged");
    }
    if (!std::is_sorted(left.begin(), left.end())) {
        verdict.fault(verdict.reordered, "transactions out of order");
    }
    return {};
}

}  // namespace sluice::testing
