#include "requests/running_requests.hpp"

namespace sluice {

RunningRequests::Verdict RunningRequests::begin(const RequestMessage& request, WallTime now) {
    if (request.deadline <= now) return Verdict::expired;
    if (cancels_.contains(request.correlation_id)) return Verdict::cancelled;
    ++running_[request.correlation_id].times;
    return Verdict::run;
}

void RunningRequests::on_cancel(const CancelMessage& cancel, WallTime now) {
    const auto running = running_.find(cancel.correlation_id);
    if (running != running_.end()) running->second.is_cancelled = true;
    forget_cancels(now);
    if (cancel.deadline <= now) return;
    const auto [at, is_new] = cancels_.try_emplace(cancel.correlation_id, cancel.deadline);
    if (!is_new) return;
    cancels_by_time_.emplace(cancel.deadline, cancel.correlation_id);
    if (cancels_.size() <= cancels_max_) return;
    cancels_.erase(cancels_by_time_.begin()->second);
    cancels_by_time_.erase(cancels_by_time_.begin());
}

// After its deadline a request is not begun anyway.
void RunningRequests::forget_cancels(WallTime now) {
    while (!cancels_by_time_.empty() && cancels_by_time_.begin()->first <= now) {
        cancels_.erase(cancels_by_time_.begin()->second);
        cancels_by_time_.erase(cancels_by_time_.begin());
    }
}

std::int64_t RunningRequests::next_sequence(const std::string& correlation_id) {
    const auto running = running_.find(correlation_id);
    SLUICE_CHECK(running != running_.end(), "only what runs makes progress");
    return ++running->second.sequence;
}

bool RunningRequests::is_cancelled(const std::string& correlation_id) const {
    const auto running = running_.find(correlation_id);
    return running != running_.end() && running->second.is_cancelled;
}

void RunningRequests::end(const std::string& correlation_id) {
    const auto running = running_.find(correlation_id);
    SLUICE_CHECK(running != running_.end(), "what ends has begun");
    if (--running->second.times == 0) running_.erase(running);
}

}  // namespace sluice
