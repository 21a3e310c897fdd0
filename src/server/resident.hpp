// What a room of commands keeps in memory between commands, and does by itself when its time comes.
//
// Theory     Handlers are functions and own nothing. What they need beyond the keys (an index over
//            them, rates, what is due next) lives here, is built from the keys when an engine is
//            attached, and is reached with Server::resident().
//            Of a key that is attended (Key::attended) every change is told.
// Invariant  what cannot be built again from the keys may be lost at any time: it is in memory only
// Threads    that of the Server
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/key.hpp"
#include "event/time.hpp"
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

class Resident {
  public:
    virtual ~Resident() = default;
    // An engine, at the start and after DEBUG RELOAD: what was known of another one is forgotten.
    virtual void attach(Server& server) = 0;
    // As ChangeListener::on_change(): keys that appear and go, and changes of watched ones.
    virtual void on_change(TenantNumber tenant, std::string_view name, Key* key) = 0;
    // All changes of this turn have been told.
    virtual void on_turn_end() {}
    // When on_time() has something to do.
    virtual MonoTime deadline() const = 0;
    // A bounded slice of what is due. Each command begins with Engine::begin_command().
    virtual void on_time() = 0;
    virtual std::vector<Metric> measure() const { return {}; }
};

// All that a server is given to run.
struct CommandSet {
    std::span<const CommandFamily> families;
    std::vector<std::unique_ptr<Resident>> residents;
};

}  // namespace sluice
