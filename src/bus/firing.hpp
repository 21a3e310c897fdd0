// What becomes of a due time when somebody looks: it is fired, left out, or stood for by a newer
// one.
//
// Theory     A due time is missed when it is over by more than missed_after: the process was down,
//            or the clock leapt. What is due and not missed is fired, each in its turn. A step
//            looks at one due time; the caller goes on while the next one is due too.
// Promise    due times that are fired or left out strictly increase, and `next` lies behind them:
//            none is fired twice, however the clock steps
// Limit      `all` fires catch_up_max missed times in a row and leaves out the rest
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "bus/schedule.hpp"

namespace sluice {

// Once, or again and again.
class Recurrence {
  public:
    static Recurrence once(WallTime at) { return Recurrence(at); }
    static Recurrence repeated(Schedule schedule) { return Recurrence(std::move(schedule)); }
    // "at <unix ms>", or the text of a schedule.
    static Result<Recurrence> parse(std::string_view text);
    std::string text() const;

    std::optional<WallTime> next_after(WallTime time) const;
    bool is_once() const { return std::holds_alternative<WallTime>(kind_); }

  private:
    using Kind = std::variant<WallTime, Schedule>;
    explicit Recurrence(Kind kind) : kind_(std::move(kind)) {}

    Kind kind_;
};

// Of missed times: none is fired, the newest alone, or each.
enum class CatchUp : std::uint8_t { none, once, all };
std::optional<CatchUp> parse_catch_up(std::string_view word);
std::string_view name_of(CatchUp catch_up);

inline constexpr Duration missed_after = Duration::from_seconds(10);
inline constexpr std::uint32_t catch_up_max = 1000;

struct FiringStep {
    std::optional<WallTime> fired{};
    std::optional<WallTime> next{};  // nothing: it is over
    bool has_left_out = false;
    std::uint32_t caught_up = 0;  // missed times that were fired in a row
};

// `due` is at or before `now`; `caught_up` is that of the step before.
FiringStep firing_step(const Recurrence& recurrence, CatchUp catch_up, WallTime due,
                       std::uint32_t caught_up, WallTime now);

}  // namespace sluice
