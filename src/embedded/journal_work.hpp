// What was changed is made durable: the engine's jobs, on a worker or at once.
//
// Theory     A batch grows while the one before it is written. When little was asked for in a turn,
//            nobody else could use the time that handing the batch over costs, so it is written at
//            once.
// Errors     a failed write or sync poisons the engine: is_poisoned(), for ever
// Threads    the host's; jobs also run on the worker
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.hpp"
#include "net/io_thread.hpp"

namespace sluice {

class JournalWork {
  public:
    // `on_done`: the worker has something to be brought back; called on the worker.
    JournalWork(Engine& engine, std::function<void()> on_done);

    // What the worker finished counts now.
    void bring_back();
    // Replies wait for `awaited`; `is_alone` when nobody could use the time of a hand-over.
    void write(const Dependency& awaited, bool is_alone);
    // Writes and syncs all there is, waiting for it. False when that failed.
    bool finish();
    bool is_poisoned() const { return is_poisoned_; }

  private:
    void finish_job();

    Engine& engine_;
    std::unique_ptr<Engine::IoJob> job_;  // on the worker
    bool is_poisoned_ = false;
    IoThread worker_;  // last: it ends before what its job uses
};

}  // namespace sluice
