// XREADGROUP: what is new for the group, what has waited too long at others, or the own history.
//
// Steps      find the streams and groups; collect what to give; write it; then, and only for what
//            was written, move the group on. Nothing is delivered that the client does not get.

#include <algorithm>
#include <iterator>
#include <limits>

#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "stream/unread.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_read_options.hpp"
#include "stream_commands/stream_read_reply.hpp"

namespace sluice {

namespace {

constexpr std::string_view meaningless_id =
    " ID is meaningless in the context of XREADGROUP: you want to read the history of this "
    "consumer by specifying a proper ID, or use the > ID to get new messages. The ";
constexpr std::string_view meaningless_end = " ID would just return an empty result set.";

// However many are wanted: more than this do not fit into a reply.
constexpr std::uint64_t entries_max = 262'144;

// One stream of the request.
struct GroupRead {
    GroupKey found;
    ConsumerNumber consumer = no_consumer;
    std::optional<EntryId> history_after;  // empty: ">"
    std::size_t claimed = 0;               // the first so many entries were idle elsewhere
    std::vector<Pending> pending;          // of the claimed ones, as they were
    // A stream that is named twice goes on where its first mention ended; what that one gave is
    // pending for the second, and just delivered.
    Reach new_after{EntryId{}};
    std::vector<EntryId> given_earlier;
};

class ReadGroup {
  public:
    ReadGroup(CommandContext& context, const ReadOptions& options)
        : context_(context), options_(options), limits_(options.count_total, options.bytes_total) {}

    void run() {
        if (!find_groups()) return;
        std::vector<StreamRead> reads(groups_.size());
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            meet_consumer(groups_[i]);
            remember_earlier(i, reads);
            collect(groups_[i], reads[i], options_.keys[i]);
        }
        const auto written = write_reads(context_, reads);
        if (!written) return reply_error(context_.reply, written.error());
        if (!*written) return wait();
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            apply(groups_[i], reads[i]);
        }
    }

  private:
    bool find_groups();
    bool resolve_id(std::size_t i, GroupRead& group);
    void meet_consumer(GroupRead& group);
    void remember_earlier(std::size_t i, const std::vector<StreamRead>& reads);
    void collect(GroupRead& group, StreamRead& read, std::string_view name);
    void collect_history(GroupRead& group, StreamRead& read);
    void collect_idle(GroupRead& group, StreamRead& read);
    void collect_new(GroupRead& group, StreamRead& read);
    void collect_unread(GroupRead& group, StreamRead& read);
    static Reach reach_after(const GroupRead& group, Reach reach, const StreamRead& read);
    bool add(StreamRead& read, const ReadEntry& entry);
    void apply(GroupRead& group, const StreamRead& read);
    void apply_history(GroupRead& group, const StreamRead& read);
    void apply_claims(GroupRead& group, const StreamRead& read);
    void apply_new(GroupRead& group, const StreamRead& read, std::size_t first);
    GroupPosition position_after(const GroupRead& group, const StreamRead& read,
                                 std::size_t first) const;
    void wait();
    std::optional<MonoTime> next_claim();
    std::uint64_t count_left(const StreamRead& read) const {
        if (options_.count == 0) return ReplyBudget::unlimited;
        return options_.count - read.entries.size();
    }

    CommandContext& context_;
    const ReadOptions& options_;
    ReadLimits limits_;
    std::vector<GroupRead> groups_;
};

// -------------------------------------------------------------------------------- find

bool ReadGroup::find_groups() {
    for (std::size_t i = 0; i < options_.keys.size(); ++i) {
        const auto found = find_stream(context_, options_.keys[i]);
        if (!found) return false;
        Group* const group = *found ? found->stream->find_group(options_.group) : nullptr;
        if (group == nullptr) {
            context_.reply.error("NOGROUP No such key '" + printable(options_.keys[i], 512) +
                                 "' or consumer group '" + printable(options_.group, 512) +
                                 "' in XREADGROUP with GROUP option");
            return false;
        }
        GroupRead& read = groups_.emplace_back();
        read.found = {found->key, found->stream, group};
        if (!resolve_id(i, read)) return false;
    }
    return true;
}

bool ReadGroup::resolve_id(std::size_t i, GroupRead& group) {
    const std::string text(context_.request[options_.first_id + i]);
    if (text == ">") return true;
    if (text == "$" || text == "+") {
        context_.reply.error("ERR The " + text + std::string(meaningless_id) + text +
                             std::string(meaningless_end));
        return false;
    }
    group.history_after = id_argument(context_, options_.first_id + i);
    // The greatest id of all says ">" too.
    if (group.history_after == EntryId::max()) {
        group.history_after.reset();
        return true;
    }
    return group.history_after.has_value();
}

// Every attempt to read makes the consumer known and seen.
void ReadGroup::meet_consumer(GroupRead& group) {
    group.consumer = consumer_or_new(context_, group.found, options_.consumer);
    group.found.group->consumer(group.consumer).seen_ms = now_ms(context_);
}

// ----------------------------------------------------------------------------- collect

void ReadGroup::remember_earlier(std::size_t i, const std::vector<StreamRead>& reads) {
    GroupRead& group = groups_[i];
    group.new_after = group.found.group->reach();
    for (std::size_t k = 0; k < i; ++k) {
        const GroupRead& earlier = groups_[k];
        if (earlier.found.group != group.found.group) continue;
        const bool is_all_pending = earlier.history_after || !options_.skips_pending;
        const std::size_t pending = is_all_pending ? reads[k].entries.size() : earlier.claimed;
        for (std::size_t e = 0; e < pending; ++e) {
            group.given_earlier.push_back(reads[k].entries[e].entry.id);
        }
        const bool has_new = !earlier.history_after && earlier.claimed < reads[k].entries.size();
        if (has_new) group.new_after = reach_after(earlier, earlier.new_after, reads[k]);
    }
    std::ranges::sort(group.given_earlier);
}

bool ReadGroup::add(StreamRead& read, const ReadEntry& entry) {
    const bool fits = entry.is_deleted || limits_.take(context_, *read.key, entry.entry);
    if (fits) read.entries.push_back(entry);
    return fits;
}

void ReadGroup::collect(GroupRead& group, StreamRead& read, std::string_view name) {
    read.name = name;
    read.key = group.found.key;
    if (group.history_after) return collect_history(group, read);
    if (options_.claim_idle_ms) collect_idle(group, read);
    group.claimed = read.entries.size();
    collect_new(group, read);
}

void ReadGroup::collect_history(GroupRead& group, StreamRead& read) {
    read.is_shown_empty = true;
    const auto from = group.history_after->next();
    if (!from) return;
    std::vector<EntryId> ids;
    std::ranges::copy_if(group.given_earlier, std::back_inserter(ids),
                         [&](EntryId id) { return id >= *from; });
    const std::size_t wanted = std::min<std::uint64_t>(count_left(read), entries_max) + ids.size();
    if (group.found.group->consumer(group.consumer).pending > 0) {
        const PendingList::Filter own{.consumer = group.consumer};
        group.found.group->pending().scan(*from, own, [&](const Pending& pending) {
            ids.push_back(pending.id);
            return ids.size() < wanted;
        });
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    for (const EntryId id : ids) {
        const auto ref = group.found.stream->find(id);
        const ReadEntry entry{.entry = {id, ref.value_or(EntryRef{})}, .is_deleted = !ref};
        if (count_left(read) == 0 || limits_.is_spent() || !add(read, entry)) return;
    }
}

void ReadGroup::collect_idle(GroupRead& group, StreamRead& read) {
    read.tells_idle = true;
    const std::int64_t until = now_ms(context_) - *options_.claim_idle_ms;
    const auto idle = group.found.group->pending().oldest(
        std::min(count_left(read), entries_max), until, [&](const Pending& pending) {
            return group.found.stream->contains(pending.id) &&
                   !std::ranges::binary_search(group.given_earlier, pending.id);
        });
    for (const Pending& pending : idle) {
        const bool is_released = pending.consumer == no_consumer;
        // Handed back entries count as idle since the beginning of time.
        const std::int64_t since =
            is_released ? context_.engine.wall().ms() : now_ms(context_) - pending.delivered_ms;
        const ReadEntry entry{.entry = {pending.id, *group.found.stream->find(pending.id)},
                              .idle_ms = since,
                              .deliveries = shown_deliveries(pending.deliveries)};
        if (!add(read, entry)) return;
        group.pending.push_back(pending);
    }
}

void ReadGroup::collect_new(GroupRead& group, StreamRead& read) {
    if (!group.new_after.is_even()) return collect_unread(group, read);
    const EntryIndex& index = group.found.stream->index();
    const Stream& stream = *group.found.stream;
    for (auto at = index.upper_bound(group.new_after.position()); at != index.end();
         at = index.next(at)) {
        if (!stream.is_for(index.at(at).id, group.found.group->name())) continue;
        if (count_left(read) == 0 || !add(read, {.entry = index.at(at)})) return;
    }
}

// For a group that leases took entries ahead from, or left some behind.
void ReadGroup::collect_unread(GroupRead& group, StreamRead& read) {
    const Stream& stream = *group.found.stream;
    UnreadWalk walk(stream, group.new_after);
    while (const auto entry = walk.lowest()) {
        const bool is_for = stream.is_for(entry->id, group.found.group->name());
        if (is_for && (count_left(read) == 0 || !add(read, {.entry = *entry}))) return;
        walk.take(walk.priority_of_lowest());
    }
}

// How far a group has read when it is given what is new in `read`.
Reach ReadGroup::reach_after(const GroupRead& group, Reach reach, const StreamRead& read) {
    if (reach.is_even()) return Reach(read.entries.back().entry.id);
    for (std::size_t i = group.claimed; i < read.entries.size(); ++i) {
        const EntryId id = read.entries[i].entry.id;
        reach.of(group.found.stream->priority_of(id)) = id;
    }
    return leveled(*group.found.stream, reach);
}

// ------------------------------------------------------------------------------- apply

void ReadGroup::apply(GroupRead& group, const StreamRead& read) {
    if (read.entries.empty()) return;
    if (group.history_after) return apply_history(group, read);
    const std::size_t claimed = std::min(group.claimed, read.entries.size());
    if (claimed > 0) apply_claims(group, read);
    if (claimed < read.entries.size()) apply_new(group, read, claimed);
}

void ReadGroup::apply_history(GroupRead& group, const StreamRead& read) {
    IdListCommit redelivered(context_, *group.found.key, Engine::Wait::no,
                             [&] { return IdListEffect::redeliver(group.found.group->name()); });
    for (const ReadEntry& entry : read.entries) {
        if (entry.is_deleted) continue;
        group.found.group->redeliver(entry.entry.id, now_ms(context_));
        redelivered.add(entry.entry.id);
    }
}

void ReadGroup::apply_claims(GroupRead& group, const StreamRead& read) {
    Group& state = *group.found.group;
    IdListCommit claimed(context_, *group.found.key, Engine::Wait::no,
                         [&] { return IdListEffect::claim(state.name(), options_.consumer); });
    state.set_active(group.consumer, now_ms(context_));
    for (std::size_t i = 0; i < std::min(group.claimed, read.entries.size()); ++i) {
        const std::uint32_t deliveries = one_more_delivery(group.pending[i].deliveries);
        state.claim({group.pending[i].id, now_ms(context_), deliveries, group.consumer});
        claimed.add(group.pending[i].id, deliveries);
    }
}

GroupPosition ReadGroup::position_after(const GroupRead& group, const StreamRead& read,
                                        std::size_t first) const {
    const StreamCounters counters = group_counters(*group.found.stream);
    GroupPosition position{group.found.group->last_delivered(), group.found.group->entries_read()};
    if (!group.found.group->reads_evenly()) {
        const Reach reach = reach_after(group, group.found.group->reach(), read);
        if (reach.is_even()) position.entries_read = entries_read_at(*group.found.stream, reach);
        return {reach.position(), position.entries_read};
    }
    for (std::size_t i = first; i < read.entries.size(); ++i) {
        const EntryId id = read.entries[i].entry.id;
        // Counted to its end, it is told by the place of the entry again, or not at all.
        if (position.entries_read == std::numeric_limits<std::int64_t>::max()) {
            position.entries_read = Group::entries_read_unknown;
        }
        position.entries_read =
            entries_read_after(counters, position.last_delivered, position.entries_read, id);
        position.last_delivered = id;
    }
    return position;
}

void ReadGroup::apply_new(GroupRead& group, const StreamRead& read, std::size_t first) {
    Group& state = *group.found.group;
    const GroupPosition after = position_after(group, read, first);
    const bool was_even = state.reads_evenly();
    if (!was_even) state.set_reach(reach_after(group, state.reach(), read));
    state.set_position(after.last_delivered, after.entries_read);
    if (options_.skips_pending) {
        record_effect(context_, *group.found.key, group_position_effect(state.name(), after),
                      Engine::Wait::no);
        return record_reach(context_, group.found, was_even);
    }
    state.set_active(group.consumer, now_ms(context_));
    IdListCommit delivered(context_, *group.found.key, Engine::Wait::no, [&] {
        return IdListEffect::deliver(state.name(), options_.consumer, after);
    });
    for (std::size_t i = first; i < read.entries.size(); ++i) {
        state.deliver(read.entries[i].entry.id, group.consumer, now_ms(context_));
        delivered.add(read.entries[i].entry.id);
    }
    delivered.flush();
    record_reach(context_, group.found, was_even);
}

// -------------------------------------------------------------------------------- wait

// When the first pending entry will have been idle for long enough.
std::optional<MonoTime> ReadGroup::next_claim() {
    if (!options_.claim_idle_ms) return std::nullopt;
    std::int64_t oldest = now_ms(context_);
    for (GroupRead& group : groups_) {
        const auto first = group.found.group->pending().oldest(
            1, oldest,
            [&](const Pending& pending) { return group.found.stream->contains(pending.id); });
        if (!first.empty()) oldest = std::min(oldest, first.front().delivered_ms);
    }
    constexpr std::int64_t far_ms = 1LL << 52;
    return MonoTime::from_ms(std::max(oldest, -far_ms) + std::min(*options_.claim_idle_ms, far_ms));
}

void ReadGroup::wait() {
    if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
    BlockedState state;
    // With CLAIM each waiter may want something else.
    if (!options_.claim_idle_ms) state.queue = options_.group;
    state.wakes_without_key = true;
    state.retry_at = next_claim();
    block(context_, options_.keys, *options_.block_ms, std::move(state));
}

}  // namespace

void run_xreadgroup(CommandContext& context) {
    const auto options = parse_read(context, ReadCommand::xreadgroup);
    if (options) ReadGroup(context, *options).run();
}

}  // namespace sluice
