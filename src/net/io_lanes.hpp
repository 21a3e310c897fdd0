// A few worker threads beside each other, each with one piece of work at a time: the writes and
// syncs of the journal, and the housekeeping that must not hold them up.
//
// Theory     A device serves several writes at once in little more time than one. give() takes the
//            first worker that is free; bring_back() calls what follows on the owner's thread.
// Promise    `done` runs once for each piece of work, after it, in bring_back(); pieces that are
//            out together may come back in any order
// Threads    the owner's; work and on_done run on the workers
#pragma once

#include <array>
#include <cstddef>
#include <functional>

#include "net/io_thread.hpp"

namespace sluice {

class IoLanes {
  public:
    // Two flushes and one piece of housekeeping.
    static constexpr std::size_t count = 3;

    // `on_done` is called on a worker when it has something to be brought back.
    explicit IoLanes(const std::function<void()>& on_done)
        : lanes_{Lane(on_done), Lane(on_done), Lane(on_done)} {}

    bool is_idle() const;
    bool has_free() const;
    bool has_done() const;
    // Only when one is free.
    void give(std::function<void()> work, std::move_only_function<void()> done);
    // Calls `done` of all that came back. True when there was any.
    bool bring_back();
    // Blocks until everything at hand is done; bring_back() comes after it.
    void wait_done();

  private:
    struct Lane {
        explicit Lane(const std::function<void()>& on_done) : worker(on_done) {}
        std::move_only_function<void()> done;
        IoThread worker;  // last: it ends before what its work uses
    };
    std::array<Lane, count> lanes_;
};

}  // namespace sluice
