#include "queue/history_check.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::testing {

namespace {

bool is_final(const Settle& settle) {
    return settle.answer == Answer::dead ||
           (settle.said == Said::ack && settle.answer == Answer::ok);
}

}  // namespace

HistoryCheck::HistoryCheck(Place place, std::vector<Lease> leases, std::vector<Settle> settles,
                           std::span<const Restart> restarts, Findings& findings)
    : place_(place),
      leases_(std::move(leases)),
      settles_(std::move(settles)),
      restarts_(restarts),
      findings_(findings) {
    std::ranges::sort(leases_, {},
                      [](const Lease& lease) { return std::tie(lease.id, lease.epoch); });
    std::ranges::sort(settles_, {}, [](const Settle& settle) {
        return std::tie(settle.id, settle.epoch, settle.asked);
    });
}

std::string HistoryCheck::of(const Lease& lease) const {
    return std::string(queue_groups[place_.group]) + " of " +
           std::string(queue_names[place_.queue]) + ", entry " + lease.id.text() + ", epoch " +
           std::to_string(lease.epoch) + ", failures " + std::to_string(lease.failures);
}

bool HistoryCheck::is_across_restart(MonoTime from, MonoTime to) const {
    return std::ranges::any_of(restarts_, [&](const Restart& restart) {
        return restart.killed <= to && restart.ready >= from;
    });
}

HistoryCheck::Leases HistoryCheck::leases_of(EntryId id) const {
    const auto range = std::ranges::equal_range(leases_, id, {}, &Lease::id);
    return {range.begin(), range.end()};
}

HistoryCheck::Settles HistoryCheck::settles_of(const Lease& lease) const {
    const auto key = std::tie(lease.id, lease.epoch);
    const auto range = std::ranges::equal_range(
        settles_, key, {}, [](const Settle& settle) { return std::tie(settle.id, settle.epoch); });
    return {range.begin(), range.end()};
}

// The lease was not over before this, if the server lived on.
MonoTime HistoryCheck::first_end(const Lease& lease) const {
    MonoTime end = lease.asked + Duration::from_ms(lease.lease_ms);
    for (const Settle& settle : settles_of(lease)) {
        if (settle.said != Said::extend || settle.answer != Answer::ok) continue;
        end = std::max(end, settle.asked + Duration::from_ms(settle.number));
    }
    return end;
}

// The lease was over after this, if the server lived on.
MonoTime HistoryCheck::last_end(const Lease& lease) const {
    MonoTime end = lease.got + Duration::from_ms(lease.lease_ms);
    for (const Settle& settle : settles_of(lease)) {
        if (settle.said != Said::extend || settle.answer == Answer::stale) continue;
        const bool is_answered = settle.answer != Answer::unknown;
        const MonoTime said = is_answered ? settle.answered : MonoTime{INT64_MAX / 2};
        end = std::max(end, said + Duration::from_ms(settle.number));
    }
    return end;
}

void HistoryCheck::run(std::span<const Expected> expected) {
    check_epochs();
    check_lines();
    std::vector<EntryId> known;
    for (const Expected& entry : expected) {
        check_entry(entry);
        known.push_back(entry.id);
    }
    std::ranges::sort(known);
    for (const Lease& lease : leases_) {
        if (!std::ranges::binary_search(known, lease.id)) {
            findings_.fault("leased an entry of nobody or of another group", of(lease));
        }
    }
    findings_.count("deliveries", leases_.size());
}

void HistoryCheck::check_epochs() {
    std::vector<Epoch> epochs;
    for (const Lease& lease : leases_)
        epochs.push_back(lease.epoch);
    std::ranges::sort(epochs);
    const auto twice = std::ranges::adjacent_find(epochs);
    if (twice == epochs.end()) return;
    for (const Lease& lease : leases_) {
        if (lease.epoch == *twice) findings_.fault("two leases have one epoch", of(lease));
    }
}

// The older one of a line is settled before the younger one is leased.
void HistoryCheck::check_lines() {
    std::vector<const Lease*> order;
    for (const Lease& lease : leases_) {
        if (lease.line != 0) order.push_back(&lease);
    }
    std::ranges::sort(order, {},
                      [](const Lease* lease) { return std::tie(lease->line, lease->epoch); });
    for (std::size_t i = 1; i < order.size(); ++i) {
        const Lease& older = *order[i - 1];
        const Lease& younger = *order[i];
        if (older.line != younger.line || older.id == younger.id) continue;
        if (older.id > younger.id) {
            findings_.fault("leased out of the order of its line", of(younger));
            continue;
        }
        const Settles settles = settles_of(older);
        const bool is_settled = std::ranges::any_of(settles, [&](const Settle& settle) {
            const bool may_be = is_final(settle) || settle.answer == Answer::unknown;
            return may_be && settle.asked <= younger.got;
        });
        // Its time over, it became a dead letter.
        const bool has_ended =
            younger.got >= first_end(older) || is_across_restart(older.asked, younger.got);
        if (!is_settled && !has_ended) {
            findings_.fault("leased before the one ahead was settled", of(younger));
        }
        findings_.count("steps in a line");
    }
}

void HistoryCheck::check_entry(const Expected& entry) {
    const Leases leases = leases_of(entry.id);
    std::uint64_t acked = 0;
    std::uint64_t unknown = 0;
    for (std::size_t i = 0; i < leases.size(); ++i) {
        const Lease* const next = i + 1 < leases.size() ? &leases[i + 1] : nullptr;
        check_settles(leases[i], next);
        if (next != nullptr) check_again(leases[i], *next);
        for (const Settle& settle : settles_of(leases[i])) {
            if (settle.said == Said::ack && settle.answer == Answer::ok) ++acked;
            if (settle.said == Said::ack && settle.answer == Answer::unknown) ++unknown;
        }
    }
    const std::string words = std::string(queue_groups[place_.group]) + " of " +
                              std::string(queue_names[place_.queue]) + ", entry " +
                              entry.id.text() + ", leases " + std::to_string(leases.size());
    if (acked > 1) findings_.fault("acknowledged twice", words);
    if (entry.letters > 1) findings_.fault("two dead letters", words);
    if (acked > 0 && entry.letters > 0) findings_.fault("acknowledged and dead", words);
    if (acked + entry.letters + unknown == 0) findings_.fault("lost", words);
    if (acked > 0) findings_.count("acknowledged");
    if (entry.letters > 0) findings_.count("dead letters");
    if (acked + entry.letters == 0 && unknown > 0) findings_.count("settled without an answer");
}

// `next` is the lease of the same entry that came after, if there was one.
void HistoryCheck::check_settles(const Lease& lease, const Lease* next) {
    if (lease.failures > retries_max) findings_.fault("runs too often", of(lease));
    bool is_over = false;
    for (const Settle& settle : settles_of(lease)) {
        const bool has_effect = settle.answer == Answer::ok || settle.answer == Answer::parked ||
                                settle.answer == Answer::dead;
        if (!has_effect) {
            if (settle.answer != Answer::unknown) findings_.count("late settles refused");
            continue;
        }
        if (is_over) findings_.fault("settled twice with one lease", of(lease));
        if (next != nullptr && settle.asked > next->got) {
            findings_.fault("settled with the lease before", of(lease));
        }
        const bool is_late = settle.asked > last_end(lease);
        if (is_late && !is_across_restart(lease.asked, settle.answered)) {
            findings_.fault("settled after the end of the lease", of(lease));
        }
        if (settle.answer == Answer::parked && settle.number > retries_max) {
            findings_.fault("parked after its last retry", of(lease));
        }
        is_over = settle.said != Said::extend;
    }
}

// Why was it leased again?
void HistoryCheck::check_again(const Lease& lease, const Lease& next) {
    findings_.count("leased again");
    const bool has_restart = is_across_restart(lease.asked, next.got);
    const std::uint32_t unseen = has_restart ? retries_max : 0;
    bool is_unknown = false;
    for (const Settle& settle : settles_of(lease)) {
        if (is_final(settle)) {
            return findings_.fault("leased again after it was settled", of(next));
        }
        if (settle.answer == Answer::parked) {
            findings_.count("... after a failure");
            return check_failures(lease, next, 1, 1 + unseen);
        }
        if (settle.said == Said::release && settle.answer == Answer::ok) {
            findings_.count("... after a release");
            return check_failures(lease, next, 0, unseen);
        }
        is_unknown = is_unknown || settle.answer == Answer::unknown;
    }
    if (is_unknown) {
        findings_.count("... after a settle without an answer");
        return check_failures(lease, next, 0, 1 + unseen);
    }
    if (has_restart) {
        findings_.count("... after a crash of the server");
        return check_failures(lease, next, 0, 1 + unseen);
    }
    if (next.got < first_end(lease)) {
        return findings_.fault("leased again for no reason", of(next));
    }
    findings_.count("... after the end of a lease");
    check_failures(lease, next, 1, 1);
}

void HistoryCheck::check_failures(const Lease& lease, const Lease& next, std::uint32_t least,
                                  std::uint32_t most) {
    const bool is_right =
        next.failures >= lease.failures + least && next.failures <= lease.failures + most;
    if (!is_right) {
        findings_.fault("failures counted wrongly",
                        of(next) + " after " + std::to_string(lease.failures));
    }
}

}  // namespace sluice::testing
