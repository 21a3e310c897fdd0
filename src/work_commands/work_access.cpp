#include "work_commands/work_access.hpp"

#include <algorithm>

#include "bus/dead_letter.hpp"
#include "bus/stream_address.hpp"
#include "event/byte_hash.hpp"
#include "event/entry_time.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/random_draws.hpp"
#include "server/server.hpp"
#include "stream_commands/entry_append.hpp"
#include "stream_commands/entry_fields.hpp"
#include "stream_commands/stream_retention.hpp"
#include "work_commands/dispatch.hpp"

namespace sluice {

namespace {

// In [0, 1); different for each entry, so that those that fail together do not come back together.
double drawn_for(const CommandContext& context, EntryId id) {
    constexpr double range = 9007199254740992.0;  // 2^53
    const std::uint64_t drawn = hash_bytes(id.text(), RandomDraws(context).next());
    return static_cast<double>(drawn >> 11) / range;
}

std::string consumer_of(const Group& group, EntryId id) {
    const Pending* const pending = group.pending().find(id);
    const bool is_owned = pending != nullptr && pending->consumer != no_consumer;
    return is_owned ? group.consumer(pending->consumer).name : "";
}

std::vector<Attempt> history_of(const GroupKey& group, EntryId id) {
    const GroupWork* const work = group.group->work();
    const WorkItem* const item = work == nullptr ? nullptr : work->find(id);
    if (item == nullptr || item->history.empty()) return {};
    return parse_attempts(item->history).value_or(std::vector<Attempt>{});
}

// What a lease was about, for its dead letter.
std::vector<Attempt> history_with(CommandContext& context, const GroupKey& group, EntryId id,
                                  std::string_view error) {
    std::vector<Attempt> attempts = history_of(group, id);
    const Pending* const pending = group.group->pending().find(id);
    const std::int64_t ran_ms = pending == nullptr ? 0 : now_ms(context) - pending->delivered_ms;
    const WallTime now = context.engine.wall();
    note_attempt(attempts, {.number = group.group->work()->find(id)->failures + 1,
                            .consumer = consumer_of(*group.group, id),
                            .started = now + Duration::from_ms(-std::max<std::int64_t>(0, ran_ms)),
                            .ended = now,
                            .error = std::string(error)});
    return attempts;
}

std::string short_name(std::string_view key) {
    const auto address = StreamAddress::parse(key);
    return address ? address->stream() : std::string(key);
}

Result<StreamKey> dead_letters_of(CommandContext& context, const Key& key) {
    const std::string name = key.name + std::string(dead_letters_suffix);
    Key* const found = context.engine.find(context.tenant, name);
    if (found == nullptr) return create_stream(context, name);
    if (found->stream() != nullptr) return StreamKey{found, found->stream()};
    return Error{Errc::conflict, "the key '" + printable(name, 512) +
                                     "', where dead letters go, holds something else"};
}

// An entry's fields as they are stored.
struct EncodedFields {
    explicit EncodedFields(std::span<const Field> fields)
        : elements(static_cast<std::uint32_t>(2 * fields.size())), bytes(bulk_bytes_of(fields)) {}
    std::uint32_t elements = 0;
    std::string bytes;
};

Result<EntryId> append_to(CommandContext& context, StreamKey stream, const EncodedFields& fields) {
    const EntryId last = stream.stream->last_id();
    const auto id = next_id(last, context.engine.wall());
    if (!id) return Error{Errc::invalid, "the stream has used its last id"};
    append_entry(context, stream, {*id, fields.elements, fields.bytes});
    return *id;
}

constexpr std::string_view retry_count_field = "_retry_count";
constexpr std::uint32_t republished_max = 1'000'000;

// How often it was republished: a number that a publisher may have written too.
std::uint32_t republished_count(const Fields& fields) {
    const auto field = std::ranges::find(fields, retry_count_field, &Field::name);
    if (field == fields.end()) return 0;
    const auto count = parse_integer(field->value);
    if (!count) return 0;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(*count, 0, republished_max));
}

std::uint32_t failures_of_copies(CommandContext& context, const GroupKey& group, EntryId id) {
    const auto ref = group.stream->find(id);
    if (!ref) return 0;
    const auto entry = context.engine.read_entry(*group.key, id, *ref);
    return entry ? republished_count(fields_of(*entry)) : 0;
}

Result<EntryId> bury(CommandContext& context, const GroupKey& group, EntryId id,
                     std::string_view reason, std::string_view error,
                     std::vector<Attempt> history) {
    const GroupWork* const work = group.group->work();
    const WorkItem* const item = work == nullptr ? nullptr : work->find(id);
    EntryId dead_letter;
    if (const auto ref = group.stream->find(id)) {
        DeadLetter letter;
        SLUICE_TRY_ASSIGN(const EntryView entry, context.engine.read_entry(*group.key, id, *ref));
        letter.original = fields_of(entry);
        letter.original_stream = short_name(group.key->name);
        letter.original_id = id.text();
        letter.error = error;
        letter.retry_count = item == nullptr ? 0 : item->failures;
        if (settings_of(*group.group).retry.republishes) {
            letter.retry_count += republished_count(letter.original);
        }
        letter.time = context.engine.wall();
        letter.group = group.group->name();
        letter.consumer = consumer_of(*group.group, id);
        letter.reason = reason;
        letter.attempts = std::move(history);
        // A dead letter is as large as its event: on a full disk it may be too large for the room
        // that is left for settling.
        const EncodedFields encoded(encode_dead_letter(letter));
        SLUICE_TRY(context.engine.admit_write(false, encoded.bytes.size()));
        SLUICE_TRY_ASSIGN(const StreamKey target, dead_letters_of(context, *group.key));
        SLUICE_TRY_ASSIGN(dead_letter, append_to(context, target, encoded));
        ++dispatch_of(context).counts.dead;
    }
    if (item != nullptr) settle_entry(context, group, id);
    return dead_letter;
}

}  // namespace

WorkSettings settings_of(const Group& group) {
    if (group.work() == nullptr) return {};
    // What is stored was checked; of a newer program's settings the defaults are left.
    return WorkSettings::parse(group.work()->settings()).value_or(WorkSettings{});
}

std::string_view word_of(SettleWord settle) {
    switch (settle) {
        case SettleWord::ok:
            return "OK";
        case SettleWord::stale:
            return "STALE";
        case SettleWord::none:
            return "NONE";
    }
    return "NONE";
}

SettleWord look_up(const GroupKey& group, EntryId id, Epoch epoch, MonoTime now) {
    const GroupWork* const work = group.group->work();
    const WorkItem* const item = work == nullptr ? nullptr : work->find(id);
    if (item == nullptr) return SettleWord::none;
    const bool is_on = item->state == WorkState::leased && item->epoch == epoch;
    return is_on && item->until > now ? SettleWord::ok : SettleWord::stale;
}

void settle_entry(CommandContext& context, const GroupKey& group, EntryId id) {
    group.group->acknowledge(id);
    IdListEffect settled = IdListEffect::acknowledge(group.group->name());
    settled.add(id);
    record_effect(context, *group.key, settled.finish(), Engine::Wait::yes);
}

void wake_due(CommandContext& context, const GroupKey& group, std::size_t most) {
    // Nobody else will: the dispatch finds them awake.
    if (group.group->wake(context.engine.mono(), most) > 0) {
        dispatch_of(context).owe_waiters(*group.key);
    }
}

Result<FailureOutcome> fail_entry(CommandContext& context, const GroupKey& group, EntryId id,
                                  const FailedAttempt& attempt) {
    const RetryPolicy policy = settings_of(*group.group).retry;
    const std::uint32_t failures_here = group.group->work()->find(id)->failures;
    const std::uint32_t failures =
        failures_here + (policy.republishes ? failures_of_copies(context, group, id) : 0);
    const std::vector<Attempt> history = history_with(context, group, id, attempt.error);
    const WallTime now = context.engine.wall();
    Verdict verdict = Dead{};
    if (attempt.reason.empty()) {
        verdict = on_failure(policy,
                             {.kind = attempt.kind,
                              .failures_before = failures,
                              // Where the id is no time, since it was first given out.
                              .published = published_at(id).value_or(history.front().started),
                              .now = now,
                              .asked_delay = attempt.asked_delay},
                             drawn_for(context, id));
    }
    FailureOutcome outcome;
    outcome.failures = failures + 1;
    if (const auto* const retry = std::get_if<RetryAfter>(&verdict)) {
        park_entry(context, group,
                   {.id = id,
                    .due = context.engine.mono() + retry->delay,
                    .failures = failures_here + 1,
                    .history = attempts_json(history)});
        outcome.due = now + retry->delay;
        ++dispatch_of(context).counts.parked;
        return outcome;
    }
    outcome.is_dead = true;
    outcome.reason =
        attempt.reason.empty() ? name_of(std::get<Dead>(verdict).reason) : attempt.reason;
    SLUICE_TRY_ASSIGN(outcome.dead_letter,
                      bury(context, group, id, outcome.reason, attempt.error, history));
    return outcome;
}

bool republish(CommandContext& context, const GroupKey& group, EntryId id) {
    const auto ref = group.stream->find(id);
    if (!ref || !context.engine.admit_write(true)) return false;
    const auto entry = context.engine.read_entry(*group.key, id, *ref);
    if (!entry) return false;
    Fields fields = fields_of(*entry);
    const std::uint32_t count = republished_count(fields) + group.group->work()->find(id)->failures;
    std::erase_if(fields, [](const Field& field) { return field.name == retry_count_field; });
    fields.push_back({std::string(retry_count_field), std::to_string(count)});
    const StreamKey stream{group.key, group.stream};
    const EncodedFields encoded(fields);
    if (is_at_hard_limit(context, stream, {1, encoded.bytes.size()})) return false;
    const auto copy = append_to(context, stream, encoded);
    if (!copy) return false;
    commit_effect(context, stream, address_effect(*copy, group.group->name()));
    settle_entry(context, group, id);
    return true;
}

Result<void> bury_expired(CommandContext& context, const GroupKey& group, EntryId id,
                          const std::string& expires_at) {
    SLUICE_TRY(
        bury(context, group, id, "expired", "it expired at " + expires_at, history_of(group, id)));
    return {};
}

void park_entry(CommandContext& context, const GroupKey& group, const Parked& parked) {
    group.group->park(parked.id, parked.due, parked.failures, parked.history);
    record_effect(
        context, *group.key,
        park_effect(group.group->name(), {parked.id, parked.due, parked.failures, parked.history}),
        Engine::Wait::yes);
}

std::size_t end_expired_leases(CommandContext& context, const GroupKey& group, std::size_t most) {
    const MonoTime now = context.engine.mono();
    for (std::size_t ended = 0; ended < most; ++ended) {
        const auto id = group.group->begin_work().next_expired(now);
        if (!id) return ended;
        ++dispatch_of(context).counts.expired;
        const WorkItem item = *group.group->work()->find(*id);
        const auto failed = fail_entry(context, group, *id,
                                       {.kind = FailureKind::lost_lease,
                                        .error = "the lease ended without an answer",
                                        .asked_delay = {},
                                        .reason = {}});
        if (failed) continue;
        park_entry(context, group, {*id, now + unburied_delay, item.failures, item.history});
    }
    return most;
}

std::optional<EntryId> append_fields(CommandContext& context, StreamKey stream,
                                     std::span<const Field> fields) {
    if (!admits_more(context, stream)) return std::nullopt;
    const EncodedFields encoded(fields);
    if (!admits_append(context, stream, {1, encoded.bytes.size()})) return std::nullopt;
    const auto id = append_to(context, stream, encoded);
    if (id) return *id;
    reply_error(context.reply, id.error());
    return std::nullopt;
}

}  // namespace sluice
