#include "work_simulation/work_book.hpp"

#include <algorithm>

namespace sluice::testing {

void WorkBook::say(EntryId id, const std::string& what) {
    if (fault_.empty()) fault_ = "group " + name_ + ", entry " + id.text() + ": " + what;
}

Duration WorkBook::delay_after(std::int64_t failures) const {
    const auto at = static_cast<std::size_t>(failures - 1);
    return at < delays_.size() ? delays_[at] : Duration{};
}

// -------------------------------------------------------------------------------- entries

void WorkBook::on_published(EntryId id, const std::string& line) {
    const auto [at, is_new] = entries_.try_emplace(id, Entry{.line = line});
    if (!is_new) return say(id, "published twice");
    if (!line.empty()) open_lines_[line].insert(id);
}

WorkBook::Entry* WorkBook::known(EntryId id) {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

void WorkBook::on_replayed(EntryId original, EntryId again, const std::string& line) {
    Entry* const entry = known(original);
    if (entry == nullptr) return say(original, "replayed, but nobody published it");
    if (entry->end == End::acked) say(original, "replayed, but it was acknowledged");
    entry->end = End::dead;
    entry->is_replayed = true;
    if (known(again) == nullptr) on_published(again, line);
}

void WorkBook::on_replay_unanswered(EntryId original) {
    if (Entry* const entry = known(original)) entry->is_replayed = true;
    ++unanswered_publishes_;
}

// -------------------------------------------------------------------------------- deliveries

void WorkBook::on_delivered(const SeenDelivery& seen, MonoTime at) {
    ++deliveries_;
    if (known(seen.id) == nullptr) {
        if (unanswered_publishes_ == 0) say(seen.id, "nobody published it for this group");
        on_published(seen.id, seen.line);
        known(seen.id)->failures_perhaps = unanswered_leases_;
    }
    Entry& entry = *known(seen.id);
    if (entry.line != seen.line) say(seen.id, "its key is another one");
    if (entry.end == End::acked) say(seen.id, "delivered again after its acknowledgement");
    if (entry.end == End::dead) say(seen.id, "delivered again after its death");
    entry.end = End::none;
    if (seen.epoch <= last_epoch_) say(seen.id, "its epoch is not greater than all before");
    last_epoch_ = std::max(last_epoch_, seen.epoch);
    if (at < entry.not_before) say(seen.id, "delivered before it was due");
    const auto withheld = withheld_.find(seen.line);
    if (!seen.line.empty() && withheld != withheld_.end() && at < withheld->second) {
        say(seen.id, "delivered while its key was withheld");
    }
    if (entry.lease) check_lost_lease(seen.id, entry, at);
    if (seen.failures < entry.failures || seen.failures > entry.failures + entry.failures_perhaps) {
        say(seen.id, "failed " + std::to_string(entry.failures) + " times and perhaps " +
                         std::to_string(entry.failures_perhaps) +
                         " times more, and the delivery says " + std::to_string(seen.failures));
    }
    if (seen.failures > static_cast<std::int64_t>(delays_.size())) {
        say(seen.id, "delivered although its retries were used up");
    }
    if (seen.deliveries != seen.failures + 1) say(seen.id, "deliveries do not fit its failures");
    entry.failures = seen.failures;
    entry.failures_perhaps = 0;
    entry.lease = Lease{.epoch = seen.epoch, .end = at + seen.lease};
    check_line(seen.id, entry, at);
}

// It was leased before, and nobody was told that this lease was settled.
void WorkBook::check_lost_lease(EntryId id, Entry& entry, MonoTime at) {
    if (!entry.lease->is_certain) {
        // Counted when the server remembered the lease, not when it did not.
        ++entry.failures_perhaps;
        return;
    }
    ++lost_leases_;
    ++entry.failures;
    if (at < entry.lease->end) return say(id, "leased to two at a time");
    if (at < entry.lease->end + delay_after(entry.failures)) {
        say(id, "delivered too early after a lost lease");
    }
}

void WorkBook::check_line(EntryId id, const Entry& entry, MonoTime at) {
    if (entry.line.empty()) return;
    for (const EntryId other : open_lines_[entry.line]) {
        const Entry& one = *known(other);
        if (other == id || one.end != End::none || is_perhaps_dead(one, at)) continue;
        if (other < id) say(id, "delivered before " + other.text() + ", which has the same key");
        const bool is_leased = one.lease && one.lease->is_certain && at < one.lease->end;
        if (is_leased) say(id, "leased while " + other.text() + " is, which has the same key");
    }
}

// Leases that were lost once too often end an entry, and no worker is told.
bool WorkBook::is_perhaps_dead(const Entry& entry, MonoTime at) const {
    const bool is_lost = entry.lease && (!entry.lease->is_certain || at >= entry.lease->end);
    const std::int64_t most = entry.failures + entry.failures_perhaps + (is_lost ? 1 : 0);
    return most > static_cast<std::int64_t>(delays_.size());
}

void WorkBook::on_lease_unanswered() {
    ++unanswered_leases_;
    for (auto& [id, entry] : entries_)
        ++entry.failures_perhaps;
}

// -------------------------------------------------------------------------------- settles

void WorkBook::on_settled(const Settle& settle, const SettleAnswer& answer, MonoTime at) {
    Entry* const entry = known(settle.id);
    if (entry == nullptr) return say(settle.id, "settled, but nobody published it");
    if (answer.word == "STALE" || answer.word == "NONE") {
        return check_refusal(settle, *entry, answer.word, at);
    }
    if (!entry->lease || entry->lease->epoch != settle.epoch) {
        return say(settle.id, "a settle with an old epoch was taken: " + answer.word);
    }
    using Kind = Settle::Kind;
    if (settle.kind == Kind::extend) {
        entry->lease->end = at + settle.lease;
        entry->lease->is_certain = true;
        return;
    }
    entry->lease.reset();
    if (answer.word == "PARKED") {
        ++entry->failures;
        if (answer.failures != entry->failures) say(settle.id, "PARKED counts otherwise");
        entry->not_before = at + delay_after(entry->failures);
        return;
    }
    if (settle.kind == Kind::release) return;
    const bool is_dead = answer.word == "DEAD";
    if (settle.kind == Kind::fail && entry->failures < static_cast<std::int64_t>(delays_.size())) {
        say(settle.id, "dead before its retries were used up");
    }
    if (is_dead == (settle.kind == Kind::ack)) say(settle.id, "answered " + answer.word);
    entry->end = is_dead ? End::dead : End::acked;
}

void WorkBook::check_refusal(const Settle& settle, const Entry& entry, const std::string& word,
                             MonoTime at) {
    if (!entry.lease || entry.lease->epoch != settle.epoch) return;
    // Its own lease is the last that the book knows of: it must be over, or perhaps forgotten.
    if (entry.lease->is_certain && at < entry.lease->end) {
        say(settle.id, word + " while its lease is on");
    }
}

void WorkBook::on_settle_unanswered(const Settle& settle) {
    Entry* const entry = known(settle.id);
    if (entry == nullptr || !entry->lease || entry->lease->epoch != settle.epoch) return;
    using Kind = Settle::Kind;
    entry->lease->is_certain = false;
    if (settle.kind == Kind::ack || settle.kind == Kind::dead || settle.kind == Kind::fail) {
        entry->end = End::perhaps;
    }
}

void WorkBook::on_withheld(const std::string& line, MonoTime until) {
    withheld_[line] = until;
}

// -------------------------------------------------------------------------------- restarts

void WorkBook::on_restart(Duration shift) {
    for (auto& [id, entry] : entries_) {
        // Leases begin anew, and those of the last moments may be forgotten.
        if (entry.lease) entry.lease->is_certain = false;
        entry.not_before = entry.not_before + shift;
    }
    for (auto& [line, until] : withheld_)
        until = until + shift;
}

// -------------------------------------------------------------------------------- the end

void WorkBook::audit(const std::vector<FoundDead>& dead_letters) {
    std::map<EntryId, std::uint64_t> count;
    for (const FoundDead& dead : dead_letters) {
        ++count[dead.original];
        const Entry* const entry = known(dead.original);
        if (entry == nullptr && unanswered_publishes_ == 0) {
            say(dead.original, "a dead letter of an entry that nobody published");
        }
        const bool is_used_up = dead.retries == static_cast<std::int64_t>(delays_.size());
        if (dead.reason == "retries_exhausted" && !is_used_up) {
            say(dead.original, "dead after " + std::to_string(dead.retries) + " retries");
        }
    }
    for (const auto& [id, entry] : entries_) {
        const std::uint64_t found = count.contains(id) ? count.at(id) : 0;
        if (found > 1) say(id, std::to_string(found) + " dead letters");
        if (entry.end == End::acked && found > 0) say(id, "acknowledged, and a dead letter");
        if (entry.end == End::dead && found == 0 && !entry.is_replayed) {
            say(id, "its dead letter is gone");
        }
        if (entry.end == End::none && found == 0 && !entry.is_replayed) say(id, "lost");
    }
}

}  // namespace sluice::testing
