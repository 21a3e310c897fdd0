// SLUICE.LEASE.

#include <algorithm>
#include <map>
#include <vector>

#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "work_commands/dispatch.hpp"
#include "work_commands/lease_source.hpp"
#include "work_commands/lease_streams.hpp"
#include "work_commands/lease_turns.hpp"
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
    std::optional<StreamPattern> pattern;  // instead of keys
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
            if (is_word(request_[at], "pattern") && at + 2 == request_.size()) {
                return with_pattern(request_[at + 1]);
            }
            if (at + 1 >= request_.size() || !read_option(at)) return fail(error_text::syntax);
            if (has_failed_) return std::nullopt;
        }
        return fail("ERR STREAMS and at least one key are missing, or a PATTERN");
    }

  private:
    std::optional<LeaseOptions> fail(std::string_view error) {
        if (!has_failed_) context_.reply.error(error);
        return std::nullopt;
    }

    std::optional<LeaseOptions> with_pattern(std::string_view pattern) {
        auto glob = Glob::parse(pattern);
        if (!glob) return fail("ERR " + glob.error().message);
        parsed_.pattern = {.text = pattern, .glob = std::move(*glob)};
        return parsed_;
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
        if (!find_streams()) return;
        sources_.resize(streams_.size());
        // Who names a stream becomes a consumer of it; a pattern means those that have something.
        for (std::size_t i = 0; i < sources_.size() && !options_.pattern; ++i)
            source(i);
        take();
        for (auto& source : sources_) {
            if (source) source->finish();
        }
        if (!leased_.empty()) return write();
        for (const auto& source : sources_) {
            if (source && source->damage()) return reply_error(context_.reply, *source->damage());
        }
        wait();
    }

  private:
    bool find_streams() {
        if (!options_.pattern) {
            auto named = named_streams(context_, options_.group, options_.keys);
            if (named) streams_ = std::move(*named);
            return named.has_value();
        }
        auto matching = matching_streams(context_, options_.group, *options_.pattern);
        if (!matching) {
            reply_error(context_.reply, matching.error());
            return false;
        }
        streams_ = std::move(*matching);
        return true;
    }

    LeaseSource& source(std::size_t place) {
        auto& source = sources_[place];
        if (!source) {
            const GroupKey& stream = streams_[place];
            stream.group->begin_work();
            source.emplace(context_, stream, options_.consumer, options_.lease_ms);
        }
        return *source;
    }

    // In turns that go on from command to command, so that no stream waits for the backlog of
    // another.
    void take() {
        if (streams_.size() == 1) {
            while (has_room() && take_from(0)) {
            }
            return;
        }
        std::vector<std::string_view> keys;
        for (const GroupKey& stream : streams_)
            keys.emplace_back(stream.key->name);
        LeaseTurns turns(dispatch_of(context_), context_.tenant, options_.group, keys,
                         context_.engine.mono());
        while (has_room()) {
            const auto next = turns.next();
            if (!next) return;
            if (take_from(*next)) {
                turns.charge(leased_.back().ref);
            } else {
                turns.end_work();
            }
        }
    }

    bool has_room() const { return leased_.size() < options_.count && bytes_ <= reply_bytes_max; }

    // Of its tenant, when that has a limit; counted once for all its streams.
    TenantRoom* room_of(const Key& key) {
        const std::string_view tenant = tenant_in(key.name);
        if (tenant.empty()) return nullptr;
        const auto [room, is_new] = rooms_.try_emplace(tenant);
        if (is_new) room->second = tenant_room(dispatch_of(context_), key.tenant, key.name);
        return room->second ? &*room->second : nullptr;
    }

    bool take_from(std::size_t place) {
        LeaseSource& from = source(place);
        TenantRoom* const room = room_of(*streams_[place].key);
        if (room != nullptr && room->is_full()) {
            dispatch_of(context_).note_full_tenant(*streams_[place].key);
            return false;
        }
        const auto leased = from.take();
        if (!leased) return false;
        if (room != nullptr) ++room->leased;
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

    void wait() {
        if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
        BlockedState state;
        state.wakes_without_key = true;
        // Of leases that end and retries that are due the dispatch tells.
        const auto is_cut_short = [](const auto& its) { return its && its->is_cut_short(); };
        if (std::ranges::any_of(sources_, is_cut_short)) state.retry_at = context_.engine.mono();
        if (!options_.pattern) {
            return block(context_, options_.keys, *options_.block_ms, std::move(state));
        }
        const auto& [text, glob] = *options_.pattern;
        if (!dispatch_of(context_).await_pattern(context_.tenant, text, glob)) {
            return context_.reply.error("ERR clients wait for 100 patterns already");
        }
        block(context_, {&text, 1}, *options_.block_ms, std::move(state));
    }

    CommandContext& context_;
    const LeaseOptions& options_;
    std::vector<GroupKey> streams_;
    std::vector<std::optional<LeaseSource>> sources_;  // by stream; a pattern's when it is asked
    std::map<std::string_view, std::optional<TenantRoom>> rooms_;  // by tenant
    std::vector<LeaseGrant> leased_;
    std::size_t bytes_ = 0;
};

}  // namespace

void run_lease(CommandContext& context) {
    const auto options = LeaseParser(context).run();
    if (options) Lease(context, *options).run();
}

}  // namespace sluice
