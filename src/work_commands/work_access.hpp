// What the commands that settle have in common: the item that is meant, and what becomes of a
// failure.
//
// Promise    bury() and replay take the entry away and write the other one in one command: a crash
//            leaves both or none
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bus/retry_policy.hpp"
#include "event/event.hpp"
#include "stream_commands/stream_access.hpp"
#include "work_commands/work_settings.hpp"

namespace sluice {

constexpr std::string_view dead_letters_suffix = ":dlq";

WorkSettings settings_of(const Group& group);

enum class SettleWord : std::uint8_t { ok, stale, none };
std::string_view word_of(SettleWord settle);
// Whether the lease with this epoch is still on.
SettleWord look_up(const GroupKey& group, EntryId id, Epoch epoch, MonoTime now);

// One failed attempt.
struct FailedAttempt {
    FailureKind kind = FailureKind::transient;
    std::string_view error;
    std::optional<Duration> asked_delay;
    std::string_view reason;  // given by the handler: dead without asking the policy
};

struct FailureOutcome {
    bool is_dead = false;
    WallTime due;  // parked until
    std::uint32_t failures = 0;
    EntryId dead_letter;
    std::string reason;
};

// Parks a leased entry, or moves it to the dead letters, as the group's policy says. Errors: of the
// dead letters' key when it holds something else.
Result<FailureOutcome> fail_entry(CommandContext& context, const GroupKey& group, EntryId id,
                                  const FailedAttempt& attempt);

// Moves an entry whose time is over to the dead letters; when it is not in work, the caller passes
// it by in the same command. Errors: as fail_entry().
Result<void> bury_expired(CommandContext& context, const GroupKey& group, EntryId id,
                          const std::string& expires_at);

// Leases that ended are failures. At most so many; answers how many there were.
std::size_t end_expired_leases(CommandContext& context, const GroupKey& group, std::size_t most);

// A failure that cannot be buried (the key of the dead letters holds something else) waits so long.
constexpr Duration unburied_delay = Duration::from_seconds(60);

struct Parked {
    EntryId id;
    MonoTime due;
    std::uint32_t failures = 0;
    std::string history;
};
void park_entry(CommandContext& context, const GroupKey& group, const Parked& parked);
// An entry whose retry is due becomes a copy at the end of the stream, for this group alone, with
// its failures in `_retry_count`, and is settled, in one step. False when there is no room for it
// now: then it is given out again as it is.
bool republish(CommandContext& context, const GroupKey& group, EntryId id);
// Takes the entry out of the group.
void settle_entry(CommandContext& context, const GroupKey& group, EntryId id);
// What has come due becomes ready, at most so many; who waits for it hears of it after the command.
void wake_due(CommandContext& context, const GroupKey& group, std::size_t most);

// Appends an entry of ours; nothing, with the error replied, when the stream takes none.
std::optional<EntryId> append_fields(CommandContext& context, StreamKey stream,
                                     std::span<const Field> fields);

}  // namespace sluice
