#include "requests/pending_requests.hpp"

#include "event/refusal.hpp"

namespace sluice {

std::string_view name_of(RequestEnding ending) {
    switch (ending) {
        case RequestEnding::answered:
            return "answered";
        case RequestEnding::failed:
            return "failed";
        case RequestEnding::expired:
            return "expired";
        case RequestEnding::cancelled:
            return "cancelled";
        case RequestEnding::indeterminate:
            break;
    }
    return "indeterminate";
}

RequestEnding ending_of(ReplyKind final_kind) {
    switch (final_kind) {
        case ReplyKind::result:
            return RequestEnding::answered;
        case ReplyKind::error:
            return RequestEnding::failed;
        case ReplyKind::expired:
            return RequestEnding::expired;
        case ReplyKind::cancelled:
            return RequestEnding::cancelled;
        case ReplyKind::progress:
            break;
    }
    SLUICE_CHECK(false, "a progress ends nothing");
}

Result<void> PendingRequests::begin(const std::string& correlation_id, Duration left,
                                    MonoTime now) {
    if (pending_.contains(correlation_id) || ended_.contains(correlation_id)) {
        return Error{Errc::exists, "correlation_id: was used before"};
    }
    if (pending_.size() >= limits_.pending_max) {
        return over_limit("requests", limits_.pending_max, "at one time");
    }
    const MonoTime give_up_at = now + std::max(left, Duration{}) + limits_.grace;
    pending_.emplace(correlation_id, Pending{.give_up_at = give_up_at});
    by_time_.emplace(give_up_at, correlation_id);
    return {};
}

void PendingRequests::forget(const std::string& correlation_id) {
    const auto at = pending_.find(correlation_id);
    if (at == pending_.end()) return;
    by_time_.erase({at->second.give_up_at, correlation_id});
    pending_.erase(at);
}

PendingRequests::Fate PendingRequests::on_reply(const ReplyMessage& reply) {
    const auto at = pending_.find(reply.correlation_id);
    if (at == pending_.end()) {
        return ended_.contains(reply.correlation_id) ? Fate::repeated : Fate::orphan;
    }
    if (is_final(reply.kind)) {
        end(reply.correlation_id);
        return Fate::ended;
    }
    const std::pair place{reply.attempt, reply.sequence};
    if (place <= at->second.seen) return Fate::repeated;
    at->second.seen = place;
    return Fate::progress;
}

void PendingRequests::end(const std::string& correlation_id) {
    forget(correlation_id);
    if (!ended_.insert(correlation_id).second) return;
    ended_order_.push_back(correlation_id);
    if (ended_order_.size() <= limits_.ended_max) return;
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
}

std::vector<std::string> PendingRequests::on_time(MonoTime now) {
    std::vector<std::string> given_up;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
        given_up.push_back(by_time_.begin()->second);
        end(given_up.back());
    }
    return given_up;
}

std::vector<std::string> PendingRequests::close() {
    std::vector<std::string> open;
    while (!by_time_.empty()) {
        open.push_back(by_time_.begin()->second);
        end(open.back());
    }
    return open;
}

std::optional<MonoTime> PendingRequests::deadline() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first;
}

}  // namespace sluice
