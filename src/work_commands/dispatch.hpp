// Who is served next: what the commands of workers keep in memory between each other.
#pragma once

#include "server/background.hpp"
#include "server/command.hpp"
#include "work_commands/turns.hpp"

namespace sluice {

class Dispatch final : public Background {
  public:
    Turns& turns() { return turns_; }

  private:
    Turns turns_;
};

Dispatch& dispatch_of(const CommandContext& context);

}  // namespace sluice
