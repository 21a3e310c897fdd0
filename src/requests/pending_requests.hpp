// The requests of one requester that have not ended: the demultiplexer of its replies, without I/O.
//
// Shape      begin() before the request is added; on_reply() for each reply, on_time() now and then
// Promise    every request that began ends once: by its first final reply, or as indeterminate when
//            none came until `grace` after its deadline, or by close(). A repeated reply is told
//            from one that nobody waits for as long as the request is remembered.
// Limits     pending_max at one time; ended_max are remembered, the oldest are forgotten first
// Errors     of begin(): exists, limit
// Threads    one at a time
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/time.hpp"
#include "requests/request_message.hpp"

namespace sluice {

enum class RequestEnding : std::uint8_t { answered, failed, expired, cancelled, indeterminate };
std::string_view name_of(RequestEnding ending);
RequestEnding ending_of(ReplyKind final_kind);

class PendingRequests {
  public:
    struct Limits {
        Duration grace = Duration::from_seconds(2);
        std::size_t pending_max = 10'000;
        std::size_t ended_max = 100'000;
    };
    PendingRequests() : PendingRequests(Limits{}) {}
    explicit PendingRequests(Limits limits) : limits_(limits) {}

    // `left`: how long it is until the deadline.
    Result<void> begin(const std::string& correlation_id, Duration left, MonoTime now);
    // It was not added, for sure: as if it had not begun.
    void forget(const std::string& correlation_id);

    enum class Fate : std::uint8_t {
        progress,  // new
        ended,     // by this reply
        repeated,  // it had ended, or the progress is an old one
        orphan,    // nobody waits for it
    };
    Fate on_reply(const ReplyMessage& reply);
    // Those that end as indeterminate now.
    std::vector<std::string> on_time(MonoTime now);
    std::vector<std::string> close();

    bool is_pending(const std::string& correlation_id) const {
        return pending_.contains(correlation_id);
    }
    std::size_t size() const { return pending_.size(); }
    std::optional<MonoTime> deadline() const;

  private:
    struct Pending {
        MonoTime give_up_at{};
        std::pair<std::int64_t, std::int64_t> seen{};  // attempt and sequence of the last progress
    };
    void end(const std::string& correlation_id);

    Limits limits_;
    std::map<std::string, Pending> pending_;
    std::set<std::pair<MonoTime, std::string>> by_time_;
    std::set<std::string, std::less<>> ended_;
    std::deque<std::string> ended_order_;
};

}  // namespace sluice
