// XREAD.

#include "server/blocking.hpp"
#include "server/error_replies.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_read_options.hpp"
#include "stream_commands/stream_read_reply.hpp"

namespace sluice {

namespace {

class Read {
  public:
    Read(CommandContext& context, const ReadOptions& options)
        : context_(context), options_(options) {}

    void run() {
        if (!find_streams()) return;
        std::vector<StreamRead> reads = collect();
        const auto written = write_reads(context_, reads);
        if (!written) return reply_error(context_.reply, written.error());
        if (*written) return;
        if (!options_.block_ms || !may_block(context_)) return context_.reply.null_array();
        BlockedState state;
        state.resolved_ids = after_;
        block(context_, options_.keys, *options_.block_ms, std::move(state));
    }

  private:
    // Finds each stream and the id behind which it is read.
    bool find_streams() {
        for (std::size_t i = 0; i < options_.keys.size(); ++i) {
            const auto found = find_stream(context_, options_.keys[i]);
            if (!found) return false;
            streams_.push_back(*found);
            const auto after = resolve(i);
            if (!after) return false;
            after_.push_back(*after);
        }
        return true;
    }

    std::optional<EntryId> resolve(std::size_t i) {
        const std::string_view text = context_.request[options_.first_id + i];
        const StreamKey& stream = streams_[i];
        if (text == "$") {
            if (is_retry(context_)) return blocked_state(context_).resolved_ids[i];
            return stream ? stream.stream->last_id() : EntryId{};
        }
        if (text == "+") {
            const bool has_last = stream && stream.stream->size() > 0;
            return has_last ? stream.stream->index().back().id.previous() : EntryId{};
        }
        if (text == ">") {
            context_.reply.error(
                "ERR The > ID can be specified only when calling XREADGROUP using the GROUP "
                "<group> <consumer> option.");
            return std::nullopt;
        }
        return id_argument(context_, options_.first_id + i);
    }

    std::vector<StreamRead> collect() {
        ReadLimits limits(options_.count_total, options_.bytes_total);
        std::vector<StreamRead> reads(streams_.size());
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            reads[i].name = options_.keys[i];
            if (!streams_[i]) continue;
            reads[i].key = streams_[i].key;
            const EntryIndex& index = streams_[i].stream->index();
            for (auto at = index.upper_bound(after_[i]); at != index.end(); at = index.next(at)) {
                if (options_.count > 0 && reads[i].entries.size() == options_.count) break;
                const IndexEntry entry = index.at(at);
                if (!limits.take(context_, *reads[i].key, entry)) break;
                reads[i].entries.push_back({.entry = entry});
            }
        }
        return reads;
    }

    CommandContext& context_;
    const ReadOptions& options_;
    std::vector<StreamKey> streams_;
    std::vector<EntryId> after_;
};

}  // namespace

void run_xread(CommandContext& context) {
    const auto options = parse_read(context, ReadCommand::xread);
    if (options) Read(context, *options).run();
}

}  // namespace sluice
