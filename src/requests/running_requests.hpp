// What a responder knows of the requests that it runs, and of those that were cancelled: without
// I/O.
//
// Promise    a request whose deadline has passed or whose cancel was seen is never begun; a cancel
//            that comes before its request is remembered until the deadline has passed
// Limits     cancels_max are remembered; beyond that those whose deadline is nearest go first
// Threads    one at a time
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "event/time.hpp"
#include "requests/request_message.hpp"

namespace sluice {

class RunningRequests {
  public:
    static constexpr std::size_t default_cancels_max = 100'000;
    explicit RunningRequests(std::size_t cancels_max = default_cancels_max)
        : cancels_max_(cancels_max) {}

    enum class Verdict : std::uint8_t { run, expired, cancelled };
    // After `run` it runs until end(); the same one may run twice, when a lease was lost.
    Verdict begin(const RequestMessage& request, WallTime now);
    void on_cancel(const CancelMessage& cancel, WallTime now);
    // Of one that runs: of its next progress, from 1.
    std::int64_t next_sequence(const std::string& correlation_id);
    bool is_cancelled(const std::string& correlation_id) const;
    void end(const std::string& correlation_id);

    std::size_t running() const { return running_.size(); }
    std::size_t cancels() const { return cancels_.size(); }

  private:
    struct Running {
        int times = 0;
        std::int64_t sequence = 0;
        bool is_cancelled = false;
    };
    void forget_cancels(WallTime now);

    std::size_t cancels_max_;
    std::map<std::string, Running> running_;
    std::map<std::string, WallTime> cancels_;  // with the deadline
    std::set<std::pair<WallTime, std::string>> cancels_by_time_;
};

}  // namespace sluice
