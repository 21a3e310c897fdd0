#include "client_library/lease_ledger.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::size_t reason_bytes_max = 64;   // the server's limit
constexpr std::size_t error_bytes_max = 4096;  // nobody reads more; a stack trace fits

using Kind = SettleRequest::Kind;

Kind kind_of(const Settlement& settlement) {
    switch (settlement.kind) {
        case Settlement::Kind::ack:
            return Kind::ack;
        case Settlement::Kind::retry:
            return Kind::fail;
        case Settlement::Kind::dead:
            return Kind::dead;
        case Settlement::Kind::release:
            return Kind::release;
    }
    return Kind::release;
}

std::string_view command_of(Kind kind) {
    switch (kind) {
        case Kind::extend:
            return "SLUICE.EXTEND";
        case Kind::ack:
            return "SLUICE.ACK";
        case Kind::release:
            return "SLUICE.RELEASE";
        case Kind::fail:
            return "SLUICE.FAIL";
        case Kind::dead:
            return "SLUICE.DEAD";
    }
    return {};
}

bool takes_many(Kind kind) {
    return kind == Kind::extend || kind == Kind::ack || kind == Kind::release;
}

void add_options(std::vector<std::string>& args, const Settlement& settlement) {
    if (settlement.after) {
        const auto ms = std::max<std::int64_t>(0, settlement.after->count());
        args.insert(args.end(), {"DELAY", std::to_string(ms)});
    }
    if (!settlement.reason.empty()) {
        args.insert(args.end(), {"REASON", settlement.reason.substr(0, reason_bytes_max)});
    }
    if (!settlement.error.empty()) {
        args.insert(args.end(), {"ERROR", settlement.error.substr(0, error_bytes_max)});
    }
}

// The word for lease `index` in the answer to a request.
std::string_view word_at(const SettleRequest& request, const Reply& reply, std::size_t index) {
    if (reply.is_error()) {
        const bool is_over = reply.text.starts_with("STALE ") || reply.text.starts_with("NONE ");
        return is_over ? std::string_view(reply.text).substr(0, reply.text.find(' ')) : "ERR";
    }
    if (!takes_many(request.kind)) return "OK";
    return index < reply.elements.size() ? std::string_view(reply.elements[index].text) : "ERR";
}

}  // namespace

void LeaseLedger::begin(const LeaseKey& key, MonoTime now) {
    const Duration third{terms_.lease.microseconds / 3};
    if (leases_.insert_or_assign(key, Lease{.extend_at = now + third}).second) ++unsettled_;
}

void LeaseLedger::settle(const LeaseKey& key, Settlement settlement) {
    const auto at = leases_.find(key);
    if (at == leases_.end() || at->second.settlement) return;
    --unsettled_;
    if (at->second.is_over) {
        leases_.erase(at);  // told when it was found out
    } else {
        at->second.settlement = std::move(settlement);
    }
}

SettleRequest& LeaseLedger::request_for(std::vector<SettleRequest>& requests, Kind kind) {
    const auto same = std::ranges::find(requests, kind, &SettleRequest::kind);
    if (takes_many(kind) && same != requests.end()) return *same;
    requests.push_back({.kind = kind,
                        .args = {std::string(command_of(kind)), terms_.stream, terms_.group},
                        .leases = {}});
    if (kind == Kind::extend) requests.back().args.push_back(std::to_string(terms_.lease.ms()));
    return requests.back();
}

void LeaseLedger::add_settle(std::vector<SettleRequest>& requests, const LeaseKey& key,
                             Lease& lease) {
    SettleRequest& request = request_for(requests, kind_of(*lease.settlement));
    request.args.insert(request.args.end(), {key.id, key.epoch});
    request.leases.push_back(key);
    lease.is_in_flight = true;
    if (!takes_many(request.kind)) add_options(request.args, *lease.settlement);
}

std::vector<SettleRequest> LeaseLedger::take_requests(MonoTime now) {
    std::vector<SettleRequest> requests;
    for (auto& [key, lease] : leases_) {
        if (lease.settlement && !lease.is_in_flight) add_settle(requests, key, lease);
        if (lease.settlement || lease.is_over || lease.extend_at > now) continue;
        SettleRequest& request = request_for(requests, Kind::extend);
        request.args.insert(request.args.end(), {key.id, key.epoch});
        request.leases.push_back(key);
        lease.extend_at = now + Duration{terms_.lease.microseconds / 3};
    }
    return requests;
}

std::vector<Notice> LeaseLedger::on_reply(const SettleRequest& request, const Reply& reply) {
    std::vector<Notice> notices;
    for (std::size_t index = 0; index < request.leases.size(); ++index) {
        const auto at = leases_.find(request.leases[index]);
        if (at == leases_.end()) continue;
        const std::string_view word = word_at(request, reply, index);
        if (word == "ERR" && request.kind != Kind::extend) {
            notices.push_back({.kind = Notice::Kind::refused,
                               .id = at->first.id,
                               .message = request.args[0] + ": " + printed(reply)});
            leases_.erase(at);
            continue;
        }
        on_word(request, at, word, notices);
    }
    return notices;
}

void LeaseLedger::on_word(const SettleRequest& request, Leases::iterator at, std::string_view word,
                          std::vector<Notice>& notices) {
    Lease& lease = at->second;
    const bool is_ok = word == "OK";
    const bool is_settle = request.kind != Kind::extend;
    if (is_settle && is_ok) {
        count(request.kind);
    } else if (is_settle && lease.is_repeated) {
        ++counts_.unclear;
    } else if (!is_ok && !lease.is_over && word != "ERR") {
        notices.push_back(stale(at->first, word));
        lease.is_over = true;
    }
    // A handler that ended while its extension was under way: the settle would be stale as well.
    const bool is_told = lease.is_over && lease.settlement && !lease.is_in_flight;
    if (is_settle || is_told) leases_.erase(at);
}

Notice LeaseLedger::stale(const LeaseKey& key, std::string_view word) {
    ++counts_.stale;
    const std::string time = std::to_string(terms_.lease.ms()) + " ms";
    return {
        .kind = Notice::Kind::stale,
        .id = key.id,
        .message = word == "NONE"
                       ? "the event was settled or deleted by somebody else while it was handled"
                       : "the lease of " + time +
                             " was over before the event was settled: it "
                             "counts as a failure, and the event comes again"};
}

void LeaseLedger::count(Kind kind) {
    if (kind == Kind::ack) ++counts_.acked;
    if (kind == Kind::fail) ++counts_.failed;
    if (kind == Kind::dead) ++counts_.dead;
    if (kind == Kind::release) ++counts_.released;
}

void LeaseLedger::on_lost(const SettleRequest& request, MonoTime now) {
    for (const LeaseKey& key : request.leases) {
        const auto at = leases_.find(key);
        if (at == leases_.end()) continue;
        if (request.kind == Kind::extend) {
            at->second.extend_at = now;
        } else {
            at->second.is_in_flight = false;
            at->second.is_repeated = true;
        }
    }
}

std::optional<MonoTime> LeaseLedger::deadline() const {
    std::optional<MonoTime> earliest;
    for (const auto& [key, lease] : leases_) {
        if (lease.settlement && !lease.is_in_flight) return MonoTime{};
        if (lease.settlement || lease.is_over) continue;
        earliest = std::min(earliest.value_or(lease.extend_at), lease.extend_at);
    }
    return earliest;
}

}  // namespace sluice
