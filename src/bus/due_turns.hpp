// What is due next, when many tenants have things that wait for their times: tenants come in turns.
//
// Theory     Each tenant has a line of its own, in the order of due times. A tenant whose line has
//            begun to be due stands in the turns; who had its turn goes to their end. What could
//            not be done is held back, longer each time: one thing alone, or the whole tenant when
//            the reason is the tenant's. What is held back is in nobody's way.
// Promise    never before the due time; between two things of one tenant each other tenant that has
//            something due and is not held back comes once
// Cost       O(log n), whatever is held back
// Threads    one at a time
#pragma once

#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

class DueTurns {
  public:
    // Reasons: what stands in the way is most often gone soon; a thousand that wait for nothing
    // cost little.
    static constexpr Duration pause_least = Duration::from_seconds(1);
    static constexpr Duration pause_most = Duration::from_seconds(60);
    static constexpr Duration tenant_pause_most = Duration::from_seconds(10);

    struct Name {
        std::string tenant;
        std::string name;
        friend auto operator<=>(const Name&, const Name&) = default;
    };

    // From now on it waits for this time, or for none; whatever held it back is forgotten.
    void set(const Name& name, std::optional<WallTime> due);
    void clear();

    // What comes now; it stays until set() says otherwise.
    std::optional<Name> next(WallTime wall, MonoTime mono);
    // When next() may have something.
    std::optional<MonoTime> deadline(WallTime wall, MonoTime mono) const;

    void hold(const Name& name, MonoTime now, std::string why);
    // With a time that is known, or longer each time.
    void hold_tenant(std::string_view tenant, MonoTime now, std::optional<Duration> pause,
                     std::string why);
    // Its reason may be gone.
    void release_tenant(std::string_view tenant);
    // Something of it was done: the next refusal is the first again.
    void note_done(std::string_view tenant);
    // Empty when it is not held back.
    std::string_view why_held(std::string_view tenant, std::string_view name) const;

  private:
    struct Thing {
        WallTime due;
        std::optional<MonoTime> held_until;
        Duration pause;
        std::string why;
    };
    struct Line {
        std::map<std::string, Thing, std::less<>> things;
        std::set<std::pair<WallTime, std::string>> due;  // those that are not held back
        // In at most one of these three.
        std::optional<WallTime> waits_for;
        std::optional<std::list<std::string>::iterator> turn;
        std::optional<MonoTime> held_until;
        Duration pause;
        std::string why;
    };
    using Lines = std::map<std::string, Line, std::less<>>;

    void release_held(MonoTime now);
    void begin_turns(WallTime wall);
    // Its place follows from what it has; a line with nothing goes.
    void place(Lines::iterator line);
    void leave(Lines::iterator line);

    Lines lines_;  // by tenant
    std::set<std::pair<WallTime, std::string>> waiting_;
    std::list<std::string> turns_;
    std::set<std::pair<MonoTime, std::string>> held_tenants_;
    std::set<std::pair<MonoTime, Name>> held_;
};

}  // namespace sluice
