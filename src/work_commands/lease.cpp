// SLUICE.LEASE.

#include <algorithm>
#include <vector>

#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream/group_progress.hpp"
#include "stream_commands/entry_fields.hpp"
#include "work_commands/work_access.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

constexpr std::int64_t count_max = 1000;
// A reply is not larger than this and one entry.
constexpr std::size_t reply_bytes_max = 4UL << 20;
// New entries that one command passes by because others of their line come first.
constexpr int looked_at_max = 10'000;

struct LeaseOptions {
    std::string_view group;
    std::string_view consumer;
    std::size_t count = 1;
    std::optional<std::uint32_t> lease_ms;
    std::optional<std::uint64_t> block_ms;
    std::span<const std::string_view> keys;
};

class LeaseParser {
  public:
    explicit LeaseParser(CommandContext& context) : context_(context), request_(context.request) {}

    std::optional<LeaseOptions> run() {
        if (!is_word(request_[1], "group")) return fail(error_text::syntax);
        parsed_.group = request_[2];
        parsed_.consumer = request_[3];
        for (std::size_t at = 4; at < request_.size(); at += 2) {
            if (is_word(request_[at], "streams") && at + 1 < request_.size()) {
                parsed_.keys = request_.from(at + 1);
                return parsed_;
            }
            if (at + 1 >= request_.size() || !read_option(at)) return fail(error_text::syntax);
            if (has_failed_) return std::nullopt;
        }
        return fail("ERR STREAMS and at least one key are missing");
    }

  private:
    std::optional<LeaseOptions> fail(std::string_view error) {
        if (!has_failed_) context_.reply.error(error);
        return std::nullopt;
    }

    // The number of an option; replies the error and says so when it is not within.
    std::int64_t number(std::size_t at, std::int64_t least, std::int64_t most) {
        const auto value = parse_integer(request_[at + 1]);
        if (value && *value >= least && *value <= most) return *value;
        has_failed_ = true;
        context_.reply.error("ERR " + printable(request_[at], 32) + " is a number from " +
                             std::to_string(least) + " to " + std::to_string(most));
        return least;
    }

    bool read_option(std::size_t at) {
        constexpr std::int64_t block_max = std::numeric_limits<std::int64_t>::max() / 1000;
        if (is_word(request_[at], "count")) {
            parsed_.count = static_cast<std::size_t>(number(at, 1, count_max));
        } else if (is_word(request_[at], "lease")) {
            parsed_.lease_ms = static_cast<std::uint32_t>(
                number(at, WorkSettings::lease_ms_min, WorkSettings::lease_ms_max));
        } else if (is_word(request_[at], "block")) {
            parsed_.block_ms = static_cast<std::uint64_t>(number(at, 0, block_max));
        } else {
            return false;
        }
        return true;
    }

    CommandContext& context_;
    const Request& request_;
    LeaseOptions parsed_;
    bool has_failed_ = false;
};

struct Leased {
    const GroupKey* group = nullptr;
    EntryId id;
    EntryRef ref;
};

using Worked = std::vector<std::pair<EntryId, LineNumber>>;

// One stream of the command: what it gives, one entry at a time.
class Source {
  public:
    Source(CommandContext& context, const LeaseOptions& options, GroupKey group)
        : context_(context),
          group_(group),
          settings_(settings_of(*group.group)),
          consumer_(consumer_or_new(context, group, options.consumer)),
          consumer_name_(options.consumer),
          lease_ms_(options.lease_ms.value_or(settings_.lease_ms)) {
        group_.group->consumer(consumer_).seen_ms = now_ms(context_);
        end_expired_leases(context_, group_);
        group_.group->wake(now());
    }

    const GroupKey& group() const { return group_; }
    // The next entry, leased; nothing when there is none for now.
    std::optional<Leased> take() {
        if (is_full()) return std::nullopt;
        const auto found = take_ready();
        return found ? found : take_new();
    }
    // Records what was done: heads of lines before those who stand behind them.
    void finish() {
        const GroupPosition position{group_.group->last_delivered(), group_.group->entries_read()};
        if (!leased_.empty()) {
            group_.group->set_active(consumer_, now_ms(context_));
            record(WorkEffect::lease(group_.group->name(), consumer_name_, position, first_epoch_,
                                     lease_ms_),
                   leased_);
        }
        if (!held_.empty() || (is_moved_ && leased_.empty())) {
            record(WorkEffect::hold(group_.group->name(), position), held_);
        }
        for (const Parked& parked : withheld_)
            park_entry(context_, group_, parked);
    }
    // Why an entry could not be read, if one could not.
    const std::optional<Error>& damage() const { return damage_; }
    std::optional<MonoTime> deadline() const {
        // What was not looked at may be ready.
        if (is_cut_short_) return now();
        return group_.group->begin_work().deadline();
    }

  private:
    MonoTime now() const { return context_.engine.mono(); }
    bool is_full() const {
        const auto reached = [](std::uint64_t count, std::uint64_t most) {
            return most > 0 && count >= most;
        };
        return reached(group_.group->work()->count(WorkState::leased), settings_.in_flight_max) ||
               reached(group_.group->consumer(consumer_).pending, settings_.consumer_in_flight_max);
    }

    void record(WorkEffect effect, const Worked& entries) {
        for (const auto& [id, line] : entries)
            effect.add(id, line);
        record_effect(context_, *group_.key, effect.bytes(), Engine::Wait::no);
    }

    Leased lease(EntryId id, EntryRef ref, LineNumber line) {
        const Epoch epoch = group_.group->work()->next_epoch();
        if (leased_.empty()) first_epoch_ = epoch;
        group_.group->lease(id, consumer_, epoch, lease_ms_, now());
        leased_.emplace_back(id, line);
        return {&group_, id, ref};
    }

    bool withholds(EntryId id, const WorkItem item) {
        const auto until = group_.group->work()->withheld_until(item.line, now());
        if (!until || item.line == 0) return false;
        withheld_.push_back({id, *until, item.failures, item.history});
        group_.group->park(id, *until, item.failures, item.history);
        return true;
    }

    std::optional<Leased> take_ready() {
        while (const auto id = group_.group->begin_work().next_ready()) {
            const WorkItem item = *group_.group->work()->find(*id);
            const auto ref = group_.stream->find(*id);
            if (!ref) {
                // Deleted or trimmed meanwhile: there is nothing left to work on.
                settle_entry(context_, group_, *id);
                continue;
            }
            if (!withholds(*id, item)) return lease(*id, *ref, item.line);
        }
        return std::nullopt;
    }

    void pass(EntryId id) {
        Group& group = *group_.group;
        const std::int64_t read = entries_read_after(
            group_.stream->counters(), group.last_delivered(), group.entries_read(), id);
        group.set_position(id, read);
        is_moved_ = true;
    }

    std::optional<Leased> take_new() {
        const EntryIndex& index = group_.stream->index();
        auto at = index.upper_bound(group_.group->last_delivered());
        for (int looked = 0; at != index.end(); ++looked) {
            if (looked == looked_at_max) {
                is_cut_short_ = true;
                break;
            }
            if (group_.group->work()->count(WorkState::behind) >= GroupWork::behind_max) break;
            const auto [id, ref] = index.at(at);
            at = index.next(at);
            if (!group_.stream->is_for(id, group_.group->name())) {
                pass(id);
                continue;
            }
            const auto entry = context_.engine.read_entry(*group_.key, id, ref);
            if (!entry) {
                damage_ = entry.error();
                break;
            }
            pass(id);
            if (const auto leased = enter(id, ref, line_of(*entry))) return leased;
        }
        return std::nullopt;
    }

    std::optional<Leased> enter(EntryId id, EntryRef ref, LineNumber line) {
        // After XGROUP SETID it may be in work already.
        const bool is_ready = group_.group->enter(id, line) == WorkState::ready;
        if (is_ready && !withholds(id, *group_.group->work()->find(id))) {
            return lease(id, ref, line);
        }
        held_.emplace_back(id, line);
        return std::nullopt;
    }

    CommandContext& context_;
    GroupKey group_;
    WorkSettings settings_;
    ConsumerNumber consumer_;
    std::string_view consumer_name_;
    std::uint32_t lease_ms_;
    bool is_moved_ = false;
    bool is_cut_short_ = false;
    Epoch first_epoch_ = 0;
    Worked leased_;
    Worked held_;
    std::vector<Parked> withheld_;
    std::optional<Error> damage_;
};

class Lease {
  public:
    Lease(CommandContext& context, const LeaseOptions& options)
        : context_(context), options_(options) {}

    void run() {
        std::vector<GroupKey> groups;
        for (const std::string_view key : options_.keys) {
            const auto found = find_group(context_, key, options_.group);
            if (!found) return;
            // A stream that is named twice is one.
            if (std::ranges::count(groups, found->group, &GroupKey::group) > 0) continue;
            groups.push_back(*found);
        }
        std::vector<Source> sources;
        sources.reserve(groups.size());
        for (const GroupKey& group : groups) {
            group.group->begin_work();
            sources.emplace_back(context_, options_, group);
        }
        take(sources);
        for (Source& source : sources)
            source.finish();
        if (leased_.empty()) {
            for (const Source& source : sources) {
                if (source.damage()) return reply_error(context_.reply, *source.damage());
            }
            return wait(sources);
        }
        write();
    }

  private:
    // In turns, so that no stream waits for the backlog of another.
    void take(std::vector<Source>& sources) {
        bool is_any_left = true;
        while (is_any_left) {
            is_any_left = false;
            for (Source& source : sources) {
                if (leased_.size() >= options_.count || bytes_ > reply_bytes_max) return;
                const auto leased = source.take();
                if (!leased) continue;
                is_any_left = true;
                bytes_ += leased->ref.length;
                leased_.push_back(*leased);
            }
        }
    }

    void write() {
        context_.reply.array(leased_.size());
        for (const Leased& leased : leased_) {
            const Group& group = *leased.group->group;
            const WorkItem& item = *group.work()->find(leased.id);
            context_.reply.array(7);
            context_.reply.bulk(leased.group->key->name);
            context_.reply.entry_id(leased.id);
            context_.reply.bulk(std::to_string(item.epoch));
            context_.reply.integer(group.pending().find(leased.id)->deliveries);
            context_.reply.integer(item.failures);
            context_.reply.integer(item.lease_ms);
            const auto entry =
                context_.engine.read_entry(*leased.group->key, leased.id, leased.ref);
            if (!entry) {
                context_.reply.null_array();
                continue;
            }
            context_.reply.array(entry->elements);
            context_.reply.raw(entry->bulk_bytes);
        }
    }

    void wait(const std::vector<Source>& sources) {
        if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
        BlockedState state;
        state.wakes_without_key = true;
        for (const Source& source : sources) {
            const auto deadline = source.deadline();
            if (!deadline || *deadline == GroupWork::no_end) continue;
            state.retry_at = std::min(state.retry_at.value_or(*deadline), *deadline);
        }
        block(context_, options_.keys, *options_.block_ms, std::move(state));
    }

    CommandContext& context_;
    const LeaseOptions& options_;
    std::vector<Leased> leased_;
    std::size_t bytes_ = 0;
};

}  // namespace

void run_lease(CommandContext& context) {
    const auto options = LeaseParser(context).run();
    if (options) Lease(context, *options).run();
}

}  // namespace sluice
