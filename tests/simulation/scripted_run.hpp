// A short fixed workload on a disk of its own, which can be stopped at any disk operation; and the
// question that every crash asks: is what is left a prefix that holds all that was told?
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "resp/reply_parser.hpp"
#include "simulation/history.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_disk.hpp"
#include "simulation/sim_file_system.hpp"

namespace sluice::testing {

// Commands, and between them "!checkpoint", "!compaction" (asked for), "!settle" (all I/O done),
// "!turn" (a turn without a command).
struct Script {
    std::string name;
    std::vector<Arguments> commands;
};

// Workloads that roll segments, make checkpoints, compact, trim, rename, expire.
const std::vector<Script>& scripts();

// An engine whose segments and caches are as small as they can be.
EngineOptions smallest_engine();

class ScriptedRun {
  public:
    explicit ScriptedRun(const Script& script) : script_(script), files_(disk_) {}

    SimDisk& disk() { return disk_; }
    const SimDisk& disk() const { return disk_; }

    // Runs until the end, or until the disk has no power; then the machine is gone. Replies are
    // compared with the model's; the first that differs is failure().
    void run();
    const std::string& failure() const { return failure_; }

    // Starts a store on a disk that this run left and compares. Empty when all is well.
    std::string check(SimDisk& disk) const;

  private:
    void perform(Machine& machine, std::size_t client, const Arguments& command);
    void turn(Machine& machine, std::size_t client);
    void receive(Machine& machine, std::size_t client);

    const Script& script_;
    SimDisk disk_{1};
    SimFileSystem files_;
    History history_;
    std::vector<std::string> awaited_;  // of each step; "(refused)" when the store said so before
    std::size_t received_ = 0;
    std::size_t required_ = 0;
    ReplyParser parser_;
    std::uint64_t turns_ = 0;
    std::string failure_;
};

}  // namespace sluice::testing
