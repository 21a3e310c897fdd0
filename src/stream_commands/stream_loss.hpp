// Entries that go although groups still need them: counted in those groups, and told by an event in
// the stream itself, unless only observers miss them.
//
// Promise    the count rises in the command that takes the entries away: a crash leaves both or
//            none
// Limit      one event a second tells of all losses since the last one, unless somebody trimmed by
//            hand; so a stream that drops all the time is not filled with them
// Source     docs/protocol/sluice.md, "Loss"
#pragma once

#include <map>
#include <string>

#include "stream_commands/stream_access.hpp"

namespace sluice {

inline constexpr std::string_view truncated_type = "stream.truncated";

class LossAccount {
  public:
    LossAccount(Server& server, StreamKey stream, LossCause cause);
    LossAccount(const LossAccount&) = delete;
    LossAccount& operator=(const LossAccount&) = delete;

    // Before they go.
    void note_through(EntryId through);
    void note(EntryId id);
    // After they went.
    void finish();

  private:
    Server& server_;
    StreamKey stream_;
    LossCause cause_;
    bool has_losers_;
    Loss loss_;
    std::map<std::string, std::uint64_t, std::less<>> missed_;
};

enum class Tell : std::uint8_t { now, when_due };
// Appends the event about what was lost and not told yet. It waits while the stream takes nothing.
void tell_losses(Server& server, StreamKey stream, Tell when);

}  // namespace sluice
