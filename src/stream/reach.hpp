// How far a group has read each priority: up to here, each entry of it was delivered.
//
// Theory     Every priority is delivered in the order of its ids, so one id tells for each which
//            entries were. A group that takes all in the order of the stream has four equal ones:
//            its reach is even, and its one position says it all. The position is that of the
//            normal entries, and stands behind entries of other priorities as soon as no normal one
//            comes before them.
#pragma once

#include <algorithm>
#include <array>

#include "event/entry_id.hpp"
#include "event/priority.hpp"

namespace sluice {

// All but the normal one, in the order in which they are recorded.
inline constexpr std::array<Priority, 3> special_priorities = {Priority::low, Priority::high,
                                                               Priority::critical};

class Reach {
  public:
    explicit Reach(EntryId all) { through_.fill(all); }

    EntryId of(Priority priority) const { return through_[static_cast<std::size_t>(priority)]; }
    EntryId& of(Priority priority) { return through_[static_cast<std::size_t>(priority)]; }
    EntryId position() const { return of(Priority::normal); }
    bool is_even() const {
        return std::ranges::all_of(through_, [this](EntryId id) { return id == position(); });
    }
    // Up to here everything was delivered; behind the other one, nothing.
    EntryId lowest() const { return std::ranges::min(through_); }
    EntryId highest() const { return std::ranges::max(through_); }

    // What both have read.
    Reach behind(const Reach& other) const {
        Reach least(*this);
        for (std::size_t i = 0; i < through_.size(); ++i)
            least.through_[i] = std::min(through_[i], other.through_[i]);
        return least;
    }
    void move_to(EntryId id) {
        for (EntryId& through : through_)
            through = std::max(through, id);
    }

    friend bool operator==(const Reach&, const Reach&) = default;

  private:
    std::array<EntryId, 4> through_;
};

}  // namespace sluice
