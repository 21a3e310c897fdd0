// What was changed is made durable: the engine's jobs, on workers or at once.
//
// Theory     A batch grows while those before it are written. When little was asked for in a turn,
//            nobody else could use the time that handing the batch over costs, so it is written at
//            once.
// Errors     a failed write or sync poisons the engine: is_poisoned(), for ever
// Threads    the host's; jobs also run on workers
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.hpp"
#include "net/io_lanes.hpp"

namespace sluice {

class JournalWork {
  public:
    // `on_done`: a worker has something to be brought back; called on the worker.
    JournalWork(Engine& engine, const std::function<void()>& on_done);

    // What the workers finished counts now.
    void bring_back();
    // Replies wait for `awaited`; `is_alone` when nobody could use the time of a hand-over.
    void write(const Dependency& awaited, bool is_alone);
    // Writes and syncs all there is, waiting for it. False when that failed.
    bool finish();
    bool is_poisoned() const { return is_poisoned_; }

  private:
    void finish_job(std::unique_ptr<Engine::IoJob> job);

    Engine& engine_;
    bool is_poisoned_ = false;
    IoLanes lanes_;  // last: they end before what their jobs use
};

}  // namespace sluice
