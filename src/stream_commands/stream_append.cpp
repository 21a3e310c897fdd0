// XADD.

#include "server/error_replies.hpp"
#include "server/server.hpp"
#include "stream_commands/content_hash.hpp"
#include "stream_commands/entry_append.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_append_options.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_retention.hpp"

namespace sluice {

namespace {

constexpr std::string_view id_too_small =
    "ERR The ID specified in XADD is equal or smaller than the target stream top item";

// The id that follows `last`; nothing when there is none of the wanted kind.
std::optional<EntryId> wanted_id(const NewId& wanted, EntryId last, WallTime wall) {
    switch (wanted.kind) {
        case NewId::Kind::automatic:
            return next_id(last, wall);
        case NewId::Kind::automatic_seq: {
            if (wanted.id.ms != last.ms) break;
            const auto next = last.next();
            return next && next->ms == last.ms ? next : std::nullopt;
        }
        case NewId::Kind::given:
            break;
    }
    return wanted.id > last ? std::optional(wanted.id) : std::nullopt;
}

class Append {
  public:
    Append(CommandContext& context, const AppendOptions& options)
        : context_(context), options_(options) {}

    void run() {
        const auto found = find_stream(context_, context_.request[1]);
        if (!found) return;
        stream_ = *found;
        if (!stream_ && !options_.creates_stream) return context_.reply.null();
        if (!options_.producer.empty() && answer_duplicate()) return;
        if (!admits_more(context_, stream_)) return;
        const EntryId last = stream_ ? stream_.stream->last_id() : EntryId{};
        if (last == EntryId::max()) {
            return context_.reply.error(
                "ERR The stream has exhausted the last possible ID, unable to add more items");
        }
        const auto id = wanted_id(options_.id, last, context_.engine.wall());
        if (!id) return context_.reply.error(id_too_small);
        const bool is_chosen = options_.id.kind != NewId::Kind::automatic;
        if (is_chosen && !admits_id(context_, stream_, context_.request[1], *id)) return;
        const auto bytes = context_.request.bulk_bytes(options_.first_field).size();
        if (!admits_append(context_, stream_, {1, bytes})) return;
        if (!stream_) stream_ = create_stream(context_, context_.request[1]);
        append(*id);
        context_.reply.entry_id(*id);
    }

  private:
    // True when this was published before: the reply is the id of then.
    bool answer_duplicate() {
        key_ = options_.key.empty() ? content_hash(context_.request.from(options_.first_field))
                                    : std::string(options_.key);
        if (!stream_) return false;
        const auto known = find_published(context_, stream_, publish_key());
        if (!known) return false;
        count_duplicate(context_, stream_);
        context_.reply.entry_id(*known);
        return true;
    }

    void append(EntryId id) {
        const Request& request = context_.request;
        const std::size_t first = options_.first_field;
        append_entry(
            context_, stream_,
            {id, static_cast<std::uint32_t>(request.size() - first), request.bulk_bytes(first)});
        if (!options_.producer.empty()) remember(context_, stream_, publish_key(), id);
        trim(context_, stream_, options_.trim, LossCause::xadd);
    }

    PublishKey publish_key() const { return {options_.producer, key_}; }

    CommandContext& context_;
    const AppendOptions& options_;
    StreamKey stream_;
    std::string key_;  // of the publish, when it has a producer
};

}  // namespace

void run_xadd(CommandContext& context) {
    const auto options = parse_xadd(context);
    if (options) Append(context, *options).run();
}

}  // namespace sluice
