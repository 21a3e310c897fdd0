// XCLAIM.

#include <map>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

namespace {

struct ClaimOptions {
    std::int64_t idle_min_ms = 0;
    std::vector<EntryId> ids;
    std::optional<std::int64_t> delivered_ms;  // IDLE, TIME: monotonic
    std::optional<std::uint32_t> deliveries;   // RETRYCOUNT
    EntryId last_id;                           // LASTID
    bool creates = false;                      // FORCE
    bool shows_ids_only = false;               // JUSTID
};

class ClaimParser {
  public:
    explicit ClaimParser(CommandContext& context) : context_(context), request_(context.request) {}

    std::optional<ClaimOptions> run() {
        const auto idle =
            integer_argument(context_, 4, "ERR Invalid min-idle-time argument for XCLAIM");
        if (!idle) return std::nullopt;
        parsed_.idle_min_ms = std::max<std::int64_t>(*idle, 0);
        // Ids first; the first word that is none begins the options.
        for (; at_ < request_.size(); ++at_) {
            const auto id = EntryId::parse(request_[at_], 0);
            if (!id) break;
            parsed_.ids.push_back(*id);
        }
        for (; at_ < request_.size(); ++at_) {
            if (!read_option()) return std::nullopt;
        }
        return parsed_;
    }

  private:
    struct Option {
        std::string_view word;
        std::size_t following;
        bool (ClaimParser::*read)();
    };
    static const Option options[];

    bool read_option();
    bool read_force() { return parsed_.creates = true; }
    bool read_justid() { return parsed_.shows_ids_only = true; }

    bool read_idle() {
        const auto idle =
            integer_argument(context_, ++at_, "ERR Invalid IDLE option argument for XCLAIM");
        if (idle) set_idle(*idle);
        return idle.has_value();
    }

    bool read_time() {
        const auto time =
            integer_argument(context_, ++at_, "ERR Invalid TIME option argument for XCLAIM");
        if (!time) return false;
        // A time from before 1970 is bogus.
        set_idle(*time < 0 ? -1 : context_.engine.wall().ms() - *time);
        return true;
    }

    // An idle time that cannot be, like one that began before 1970 or has yet to begin, is zero:
    // clients compute it from clocks of their own.
    void set_idle(std::int64_t idle) {
        const bool is_sane = idle >= 0 && idle <= context_.engine.wall().ms();
        parsed_.delivered_ms = now_ms(context_) - (is_sane ? idle : 0);
    }

    bool read_retry_count() {
        const auto count =
            integer_argument(context_, ++at_, "ERR Invalid RETRYCOUNT option argument for XCLAIM");
        // A negative count is as if none was given.
        if (count && *count >= 0) parsed_.deliveries = kept_deliveries(*count);
        return count.has_value();
    }

    bool read_last_id() {
        const auto id = id_argument(context_, ++at_);
        if (id) parsed_.last_id = *id;
        return id.has_value();
    }

    CommandContext& context_;
    const Request& request_;
    ClaimOptions parsed_;
    std::size_t at_ = 5;
};

constexpr ClaimParser::Option ClaimParser::options[] = {
    {"force", 0, &ClaimParser::read_force},
    {"justid", 0, &ClaimParser::read_justid},
    {"idle", 1, &ClaimParser::read_idle},
    {"time", 1, &ClaimParser::read_time},
    {"retrycount", 1, &ClaimParser::read_retry_count},
    {"lastid", 1, &ClaimParser::read_last_id},
};

bool ClaimParser::read_option() {
    for (const Option& option : options) {
        if (request_.size() - at_ - 1 < option.following) continue;
        if (is_word(request_[at_], option.word)) return (this->*option.read)();
    }
    context_.reply.error("ERR Unrecognized XCLAIM option '" + printable(request_[at_], 128) + "'");
    return false;
}

class Claim {
  public:
    Claim(CommandContext& context, const GroupKey& found, const ClaimOptions& options)
        : context_(context), found_(found), options_(options) {}

    void run() {
        decide();
        const std::size_t mark = context_.reply.mark();
        if (auto written = reply(); !written) {
            context_.reply.truncate(mark);
            return reply_error(context_.reply, written.error());
        }
        apply();
    }

  private:
    void decide();
    void decide_one(const IndexEntry& entry);
    Result<void> reply();
    void apply();
    // The entry as it will be after the ids before this one.
    std::optional<Pending> pending(EntryId id) const {
        if (const auto decided = claimed_.find(id); decided != claimed_.end()) {
            return decided->second;
        }
        const Pending* const there = found_.group->pending().find(id);
        return there == nullptr ? std::nullopt : std::optional(*there);
    }

    CommandContext& context_;
    GroupKey found_;
    const ClaimOptions& options_;
    std::string_view consumer_name_ = context_.request[3];
    std::optional<ConsumerNumber> consumer_;
    ReplyBudget budget_;
    std::map<EntryId, Pending> claimed_;
    std::vector<IndexEntry> shown_;  // in the order of the request, with repetitions
    std::vector<EntryId> gone_;      // pending, but no longer in the stream
};

void Claim::decide() {
    consumer_ = consumer_or_new(context_, found_, consumer_name_);
    for (const EntryId id : options_.ids) {
        const auto ref = found_.stream->find(id);
        if (ref) {
            decide_one({id, *ref});
        } else if (pending(id)) {
            gone_.push_back(id);
        }
    }
}

void Claim::decide_one(const IndexEntry& entry) {
    const auto there = pending(entry.id);
    if (!there && !options_.creates) return;
    const bool is_owned = there && there->consumer != no_consumer;
    const bool is_young = is_owned && options_.idle_min_ms > 0 &&
                          now_ms(context_) - there->delivered_ms < options_.idle_min_ms;
    if (is_young) return;
    if (!options_.shows_ids_only && !budget_.take(reply_bytes(entry.ref))) return;
    // An entry that FORCE creates counts as delivered once before.
    const std::uint32_t before = there ? there->deliveries : 1;
    const std::uint32_t counted = options_.shows_ids_only ? before : one_more_delivery(before);
    claimed_[entry.id] = {entry.id, options_.delivered_ms.value_or(now_ms(context_)),
                          options_.deliveries.value_or(counted), *consumer_};
    shown_.push_back(entry);
}

Result<void> Claim::reply() {
    context_.reply.array(shown_.size());
    for (const IndexEntry& entry : shown_) {
        if (options_.shows_ids_only) {
            context_.reply.entry_id(entry.id);
        } else {
            SLUICE_TRY(write_entry(context_, *found_.key, entry));
        }
    }
    return {};
}

void Claim::apply() {
    Group& group = *found_.group;
    group.consumer(*consumer_).seen_ms = now_ms(context_);
    if (options_.last_id > group.last_delivered()) {
        Reach reach = group.reach();
        reach.move_to(options_.last_id);
        move_group(context_, found_, {options_.last_id, group.entries_read()}, reach);
    }
    IdListCommit acknowledged(context_, *found_.key, Engine::Wait::yes,
                              [&] { return IdListEffect::acknowledge(group.name()); });
    for (const EntryId id : gone_) {
        if (group.acknowledge(id)) acknowledged.add(id);
    }
    IdListCommit claims(context_, *found_.key, Engine::Wait::yes,
                        [&] { return IdListEffect::claim(group.name(), consumer_name_); });
    if (!claimed_.empty()) group.set_active(*consumer_, now_ms(context_));
    for (const auto& [id, pending] : claimed_) {
        group.claim(pending);
        claims.add(id, pending.deliveries);
    }
}

}  // namespace

void run_xclaim(CommandContext& context) {
    const auto found = find_group(context, context.request[1], context.request[2]);
    if (!found) return;
    const auto options = ClaimParser(context).run();
    if (options) Claim(context, *found, *options).run();
}

}  // namespace sluice
