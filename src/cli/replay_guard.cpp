#include "cli/replay_guard.hpp"

namespace sluice {

void ReplayGuard::ended(bool has_failed) {
    ++known_;
    if (has_failed) ++failed_;
}

ReplayGuard::Verdict ReplayGuard::verdict() const {
    const double borne = failures_max_ * static_cast<double>(known_);
    if (known_ >= fates_least && static_cast<double>(failed_) > borne) return Verdict::stop;
    return replayed_ - known_ >= unknown_max ? Verdict::wait : Verdict::go_on;
}

}  // namespace sluice
