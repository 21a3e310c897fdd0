// What a consumer tells while it works: to programs, to a person, and on a screen.
//
// stdout     with --json one line for each settled event
// stderr     what went wrong, one line each; on a screen a line with the counts that is drawn over
//            itself, at most ten times a second; at the end the counts
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "consume/delivery.hpp"
#include "consume/settle.hpp"
#include "event/result.hpp"
#include "event/time.hpp"

namespace sluice {

struct SettledEvent {
    const ConsumedEvent& delivery;
    const Settle* settle;  // null: its lease was lost while the command ran, which was ended
    const SettleAnswer& answer;
    Duration took;
};

std::string json_line_of(const SettledEvent& settled, const Member& member);
// For what did not end well: "1700000000000-0 failed: exit code 1: no such host; again at ...".
std::string sentence_of(const SettledEvent& settled);

struct SettleCounts {
    std::uint64_t acked = 0;
    std::uint64_t retried = 0;
    std::uint64_t dead = 0;
    std::uint64_t released = 0;
    std::uint64_t refused = 0;  // STALE or NONE: the answer came too late to count

    void add(const SettledEvent& settled);
    std::string text() const;  // "12 done, 1 to be retried, 0 dead"
};

class SettleReport {
  public:
    SettleReport(Member member, bool is_json);
    ~SettleReport() { clear(); }
    SettleReport(const SettleReport&) = delete;
    SettleReport& operator=(const SettleReport&) = delete;

    void settled(const SettledEvent& event);
    void say(std::string_view sentence);
    void progress(MonoTime now, std::size_t running);
    const SettleCounts& counts() const { return counts_; }
    bool is_screen() const { return is_screen_; }
    // Why a line could not be written, once.
    std::optional<Error> take_failure() { return std::exchange(failure_, std::nullopt); }
    // Before somebody else writes to the screen.
    void clear();

  private:
    Member member_;
    bool is_json_;
    bool is_screen_;
    bool is_drawn_ = false;
    MonoTime draw_due_;
    SettleCounts counts_;
    std::optional<Error> failure_;
};

}  // namespace sluice
