#include "net/io_lanes.hpp"

#include <algorithm>
#include <utility>

#include "event/result.hpp"

namespace sluice {

bool IoLanes::is_idle() const {
    return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.worker.is_idle(); });
}

bool IoLanes::has_free() const {
    return std::ranges::any_of(lanes_, [](const Lane& lane) { return lane.worker.is_idle(); });
}

bool IoLanes::has_done() const {
    return std::ranges::any_of(lanes_, [](const Lane& lane) { return lane.worker.is_done(); });
}

void IoLanes::give(std::function<void()> work, std::move_only_function<void()> done) {
    const auto lane =
        std::ranges::find_if(lanes_, [](const Lane& one) { return one.worker.is_idle(); });
    SLUICE_CHECK(lane != lanes_.end(), "work is given when a worker is free");
    lane->done = std::move(done);
    lane->worker.give(std::move(work));
}

bool IoLanes::bring_back() {
    bool has_come_back = false;
    for (Lane& lane : lanes_) {
        if (!lane.worker.take_done()) continue;
        has_come_back = true;
        // Moved out first: what follows may give this worker the next piece.
        auto done = std::exchange(lane.done, nullptr);
        done();
    }
    return has_come_back;
}

void IoLanes::wait_done() {
    for (Lane& lane : lanes_)
        lane.worker.wait_done();
}

}  // namespace sluice
