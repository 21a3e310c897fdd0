// SLUICE.READ.

#include <limits>
#include <vector>

#include "retention_commands/retention_handlers.hpp"
#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_reply.hpp"

namespace sluice {

namespace {

constexpr std::int64_t count_max = 1000;
constexpr std::int64_t count_default = 100;

struct GapReadOptions {
    std::size_t after = 0;  // the argument
    std::uint64_t count = count_default;
    std::optional<std::uint64_t> block_ms;
};

// The number behind an option; nothing when an error has been replied.
std::optional<std::uint64_t> number(CommandContext& context, std::size_t option, std::int64_t least,
                                    std::int64_t most) {
    const auto value = parse_integer(context.request[option + 1]);
    if (value && *value >= least && *value <= most) return static_cast<std::uint64_t>(*value);
    context.reply.error("ERR " + printable(context.request[option], 32) + " is a number from " +
                        std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<GapReadOptions> parse(CommandContext& context) {
    constexpr std::int64_t block_max = std::numeric_limits<std::int64_t>::max() / 1000;
    const Request& request = context.request;
    GapReadOptions parsed;
    for (std::size_t at = 2; at < request.size(); at += 2) {
        const bool has_value = at + 1 < request.size();
        if (has_value && is_word(request[at], "after")) {
            parsed.after = at + 1;
        } else if (has_value && is_word(request[at], "count")) {
            const auto count = number(context, at, 1, count_max);
            if (!count) return std::nullopt;
            parsed.count = *count;
        } else if (has_value && is_word(request[at], "block")) {
            parsed.block_ms = number(context, at, 0, block_max);
            if (!parsed.block_ms) return std::nullopt;
        } else {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
    }
    if (parsed.after != 0) return parsed;
    context.reply.error("ERR AFTER and the id of the last entry that was read are missing");
    return std::nullopt;
}

class GapRead {
  public:
    GapRead(CommandContext& context, const GapReadOptions& options)
        : context_(context), options_(options) {}

    void run() {
        const auto found = find_stream(context_, context_.request[1]);
        if (!found) return;
        stream_ = *found;
        if (!resolve()) return;
        // Who begins has no position that could be lost.
        if (stream_ && after_ > EntryId{}) gap_ = stream_.stream->trimmed_above(after_);
        collect();
        if (entries_.empty() && gap_.count == 0) return wait();
        write();
    }

  private:
    bool resolve() {
        const std::string_view text = context_.request[options_.after];
        if (is_word(text, "beginning")) return true;
        if (text == "$" || is_word(text, "end")) {
            if (is_retry(context_)) {
                after_ = blocked_state(context_).resolved_ids.front();
            } else if (stream_) {
                after_ = stream_.stream->last_id();
            }
            return true;
        }
        const auto id = id_argument(context_, options_.after);
        if (id) after_ = *id;
        return id.has_value();
    }

    void collect() {
        if (!stream_) return;
        const EntryIndex& index = stream_.stream->index();
        ReplyBudget budget(options_.count);
        for (auto at = index.upper_bound(after_); at != index.end(); at = index.next(at)) {
            const IndexEntry entry = index.at(at);
            if (!budget.take(reply_bytes(entry.ref))) return;
            entries_.push_back(entry);
        }
    }

    void write_gap() {
        if (gap_.count == 0) return context_.reply.null();
        context_.reply.map(4);
        context_.reply.bulk("from");
        context_.reply.entry_id(after_);
        context_.reply.bulk("through");
        context_.reply.entry_id(stream_.stream->trimmed_through());
        context_.reply.bulk("count");
        context_.reply.integer(static_cast<std::int64_t>(gap_.count));
        context_.reply.bulk("exact");
        context_.reply.integer(gap_.is_exact ? 1 : 0);
    }

    void write() {
        const std::size_t mark = context_.reply.mark();
        while (true) {
            context_.reply.array(2);
            write_gap();
            const auto failure = write_entries(context_, *stream_.key, entries_);
            if (!failure) return;
            // The reply ends before the damage; the next read begins at it and gets the error.
            context_.reply.truncate(mark);
            if (failure->at == 0) return reply_error(context_.reply, failure->error);
            entries_.resize(failure->at);
        }
    }

    void wait() {
        if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
        BlockedState state;
        state.resolved_ids = {after_};
        const std::string_view keys[] = {context_.request[1]};
        block(context_, keys, *options_.block_ms, std::move(state));
    }

    CommandContext& context_;
    const GapReadOptions& options_;
    StreamKey stream_;
    EntryId after_;
    TrimmedCount gap_;
    std::vector<IndexEntry> entries_;
};

}  // namespace

void run_gap_read(CommandContext& context) {
    const auto options = parse(context);
    if (options) GapRead(context, *options).run();
}

}  // namespace sluice
