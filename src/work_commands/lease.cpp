// SLUICE.LEASE.

#include <algorithm>
#include <vector>

#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "work_commands/dispatch.hpp"
#include "work_commands/lease_source.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

constexpr std::int64_t count_max = 1000;
// A reply is not larger than this and one entry.
constexpr std::size_t reply_bytes_max = 4UL << 20;

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
        std::vector<LeaseSource> sources;
        sources.reserve(groups.size());
        for (const GroupKey& group : groups) {
            group.group->begin_work();
            sources.emplace_back(context_, group, options_.consumer, options_.lease_ms);
        }
        take(sources);
        for (LeaseSource& source : sources)
            source.finish();
        if (leased_.empty()) {
            for (const LeaseSource& source : sources) {
                if (source.damage()) return reply_error(context_.reply, *source.damage());
            }
            return wait(sources);
        }
        write();
    }

  private:
    // In turns that go on from command to command, so that no stream waits for the backlog of
    // another.
    void take(std::vector<LeaseSource>& sources) {
        if (sources.size() == 1) {
            while (has_room() && take_from(sources.front())) {
            }
            return;
        }
        std::vector<std::string_view> keys;
        for (const LeaseSource& source : sources)
            keys.emplace_back(source.group().key->name);
        const MonoTime now = context_.engine.mono();
        Turns& turns = dispatch_of(context_).turns();
        FairShare::Round round(turns.of(context_.tenant, options_.group, keys, now), keys, now);
        while (has_room()) {
            const auto next = round.next();
            if (!next) return;
            if (take_from(sources[*next])) {
                round.charge(Turns::cost_of(leased_.back().ref), now);
            } else {
                round.end_work();
            }
        }
    }

    bool has_room() const { return leased_.size() < options_.count && bytes_ <= reply_bytes_max; }

    bool take_from(LeaseSource& source) {
        const auto leased = source.take();
        if (!leased) return false;
        bytes_ += leased->ref.length;
        leased_.push_back(*leased);
        return true;
    }

    void write() {
        context_.reply.array(leased_.size());
        for (const LeaseGrant& leased : leased_) {
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

    void wait(const std::vector<LeaseSource>& sources) {
        if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
        BlockedState state;
        state.wakes_without_key = true;
        // Of leases that end and retries that are due the dispatch tells.
        if (std::ranges::any_of(sources, &LeaseSource::is_cut_short)) {
            state.retry_at = context_.engine.mono();
        }
        block(context_, options_.keys, *options_.block_ms, std::move(state));
    }

    CommandContext& context_;
    const LeaseOptions& options_;
    std::vector<LeaseGrant> leased_;
    std::size_t bytes_ = 0;
};

}  // namespace

void run_lease(CommandContext& context) {
    const auto options = LeaseParser(context).run();
    if (options) Lease(context, *options).run();
}

}  // namespace sluice
