// XAUTOCLAIM.

#include <limits>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

namespace {

constexpr std::uint64_t count_default = 100;
// Pending entries looked at for each one wanted.
constexpr std::uint64_t attempts_per_entry = 10;
constexpr std::int64_t count_max = std::numeric_limits<std::int64_t>::max() / 16;

struct AutoclaimOptions {
    std::int64_t idle_min_ms = 0;
    EntryId start;
    std::uint64_t count = count_default;
    bool shows_ids_only = false;  // JUSTID
};

std::optional<AutoclaimOptions> parse_xautoclaim(CommandContext& context) {
    const Request& request = context.request;
    AutoclaimOptions parsed;
    const auto idle =
        integer_argument(context, 4, "ERR Invalid min-idle-time argument for XAUTOCLAIM");
    if (!idle) return std::nullopt;
    parsed.idle_min_ms = std::max<std::int64_t>(*idle, 0);
    const auto start = interval_start(context, 5);
    if (!start) return std::nullopt;
    parsed.start = *start;
    for (std::size_t at = 6; at < request.size(); ++at) {
        if (is_word(request[at], "justid")) {
            parsed.shows_ids_only = true;
        } else if (is_word(request[at], "count") && at + 1 < request.size()) {
            const auto count = parse_integer(request[++at]);
            if (!count || *count < 1 || *count > count_max) {
                context.reply.error("ERR COUNT must be > 0");
                return std::nullopt;
            }
            parsed.count = static_cast<std::uint64_t>(*count);
        } else {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
    }
    return parsed;
}

class Autoclaim {
  public:
    Autoclaim(CommandContext& context, const GroupKey& found, const AutoclaimOptions& options)
        : context_(context), found_(found), options_(options) {}

    void run() {
        consumer_ = consumer_or_new(context_, found_, context_.request[3]);
        found_.group->consumer(consumer_).seen_ms = now_ms(context_);
        decide();
        if (!write_what_can_be_read()) return;
        apply();
    }

  private:
    void decide();
    bool visit(const Pending& pending);
    bool write_what_can_be_read();
    std::optional<EntryFailure> write();
    void apply();

    CommandContext& context_;
    GroupKey found_;
    const AutoclaimOptions& options_;
    ConsumerNumber consumer_ = no_consumer;
    std::uint64_t wanted_ = options_.count;
    std::uint64_t attempts_ = options_.count * attempts_per_entry;
    ReplyBudget budget_;
    EntryId next_;                   // where the next call begins; 0-0 at the end
    std::vector<IndexEntry> shown_;  // claimed, in id order
    std::vector<Pending> claimed_;   // the same, as they will be
    std::vector<EntryId> gone_;      // pending, but no longer in the stream
};

void Autoclaim::decide() {
    found_.group->pending().scan(options_.start, {}, [this](const Pending& pending) {
        if (attempts_ > 0 && wanted_ > 0 && visit(pending)) return true;
        next_ = pending.id;
        return false;
    });
}

// False when the entry has no room in this reply.
bool Autoclaim::visit(const Pending& pending) {
    --attempts_;
    const auto ref = found_.stream->find(pending.id);
    if (!ref) {
        gone_.push_back(pending.id);
        --wanted_;
        return true;
    }
    const bool is_young = pending.consumer != no_consumer && options_.idle_min_ms > 0 &&
                          now_ms(context_) - pending.delivered_ms < options_.idle_min_ms;
    if (is_young) return true;
    if (!options_.shows_ids_only && !budget_.take(reply_bytes(*ref))) return false;
    const std::uint32_t deliveries =
        options_.shows_ids_only ? pending.deliveries : one_more_delivery(pending.deliveries);
    shown_.push_back({pending.id, *ref});
    claimed_.push_back({pending.id, now_ms(context_), deliveries, consumer_});
    --wanted_;
    return true;
}

// Ends the reply before an entry that is damaged; false when that is the first one.
bool Autoclaim::write_what_can_be_read() {
    const std::size_t mark = context_.reply.mark();
    while (const auto failure = write()) {
        context_.reply.truncate(mark);
        if (failure->at == 0) {
            reply_error(context_.reply, failure->error);
            return false;
        }
        next_ = shown_[failure->at].id;
        std::erase_if(gone_, [this](EntryId id) { return id > next_; });
        shown_.resize(failure->at);
        claimed_.resize(failure->at);
    }
    return true;
}

std::optional<EntryFailure> Autoclaim::write() {
    context_.reply.array(3);
    context_.reply.entry_id(next_);
    if (!options_.shows_ids_only) {
        if (auto failure = write_entries(context_, *found_.key, shown_)) return failure;
    } else {
        context_.reply.array(shown_.size());
        for (const IndexEntry& entry : shown_) {
            context_.reply.entry_id(entry.id);
        }
    }
    context_.reply.array(gone_.size());
    for (const EntryId id : gone_) {
        context_.reply.entry_id(id);
    }
    return std::nullopt;
}

void Autoclaim::apply() {
    Group& group = *found_.group;
    IdListCommit acknowledged(context_, *found_.key, Engine::Wait::yes,
                              [&] { return IdListEffect::acknowledge(group.name()); });
    for (const EntryId id : gone_) {
        group.acknowledge(id);
        acknowledged.add(id);
    }
    IdListCommit claims(context_, *found_.key, Engine::Wait::yes, [&] {
        return IdListEffect::claim(group.name(), group.consumer(consumer_).name);
    });
    if (!claimed_.empty()) group.set_active(consumer_, now_ms(context_));
    for (const Pending& pending : claimed_) {
        group.claim(pending);
        claims.add(pending.id, pending.deliveries);
    }
}

}  // namespace

void run_xautoclaim(CommandContext& context) {
    const auto options = parse_xautoclaim(context);
    if (!options) return;
    const auto found = find_group(context, context.request[1], context.request[2]);
    if (found) Autoclaim(context, *found, *options).run();
}

}  // namespace sluice
