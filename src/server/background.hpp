// What a family of commands keeps and does beside its commands, one for each server.
//
// Theory     It looks at all keys when a store is opened, marks those that it attends to, and is
//            told of each change of them. When its deadline has passed it does a slice of what is
//            due, as a command that nobody sent.
// Promise    on_time() is not called while writes are paused or refused
// Threads    the server's
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "server/command.hpp"

namespace sluice {

// A number for /metrics.
struct Metric {
    enum class Kind : std::uint8_t { counter, gauge };

    std::string_view name;
    Kind kind;
    double value;
    std::string_view help;
};

class Background {
  public:
    virtual ~Background() = default;

    // A store was opened; what was known of another is void.
    virtual void on_open(Engine& engine) = 0;
    // A name has no key any more (null), or a key that is attended appeared or changed. During a
    // command, so only to take note.
    virtual void on_change(TenantNumber tenant, std::string_view name, Key* key) = 0;
    // All changes of this turn have been told.
    virtual void on_turn_end() = 0;
    // When on_time() is wanted; nothing when it is not.
    virtual std::optional<MonoTime> deadline() const = 0;
    // A bounded slice of what is due. The session is nobody's, its tenant is to be set, and what
    // is replied is dropped. Each step begins a command of its own (Engine::begin_command()).
    virtual void on_time(CommandContext& context) = 0;
    // Adds no dependency and changes nothing that is recorded.
    virtual std::vector<Metric> measure(Engine& engine) const = 0;
};

}  // namespace sluice
