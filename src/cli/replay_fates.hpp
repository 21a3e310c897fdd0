// What became of the events that a replay gave back, asked in few and cheap questions.
//
// Failed     it is parked for a retry, or died again: the cause is still there
// Succeeded  the group has got it, it is not pending any more, and it is not among the dead
//            letters that came since
// Promise    the cost grows with what is new, not with all dead letters: SLUICE.WHY would look
//            through them for each event
// Errors     those of the client; not_found: the group is gone
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "event/entry_id.hpp"
#include "net/client.hpp"

namespace sluice {

class ReplayFates {
  public:
    // Dead letters up to `newest` were there before.
    ReplayFates(Client& client, std::string stream, std::string newest)
        : client_(&client), stream_(std::move(stream)), newest_dead_(std::move(newest)) {}

    void add(const std::string& group, EntryId id) { on_their_way_[group].insert(id); }
    std::size_t size() const;

    struct Known {
        std::uint64_t succeeded = 0;
        std::uint64_t failed = 0;
    };
    // Those whose fate is known now; they are not asked for again.
    Result<Known> ask_now();

  private:
    using Ids = std::set<EntryId>;

    Result<Ids> parked(const std::string& group, const Ids& ids);
    Result<Ids> no_longer_in_work(const std::string& group, const Ids& ids);
    Result<std::map<std::string, Ids>> died();

    Client* client_;
    std::string stream_;
    std::string newest_dead_;
    std::map<std::string, Ids> on_their_way_;  // by group; the caller bounds them
};

}  // namespace sluice
