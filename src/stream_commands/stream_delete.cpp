// XDEL, XDELEX and XACKDEL.

#include <algorithm>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_access.hpp"
#include "stream_commands/stream_handlers.hpp"
#include "stream_commands/stream_ids.hpp"
#include "stream_commands/stream_loss.hpp"

namespace sluice {

namespace {

// What became of one id, as the reply says it.
enum class Outcome : std::int8_t { absent = -1, deleted = 1, still_referenced = 2 };

struct DeleteOptions {
    References references = References::keep;
    std::size_t first_id = 0;
    std::size_t id_count = 0;
};

class DeleteParser {
  public:
    DeleteParser(CommandContext& context, std::size_t first) : context_(context), at_(first) {}

    std::optional<DeleteOptions> run() {
        while (at_ < context_.request.size()) {
            if (!read_option()) return std::nullopt;
        }
        if (parsed_.first_id > 0) return parsed_;
        context_.reply.error("ERR IDS option is required");
        return std::nullopt;
    }

  private:
    bool fail(std::string_view error) {
        context_.reply.error(error);
        return false;
    }

    bool read_option() {
        constexpr std::pair<std::string_view, References> words[] = {
            {"keepref", References::keep},
            {"delref", References::remove},
            {"acked", References::respect},
        };
        const Request& request = context_.request;
        for (const auto& [word, references] : words) {
            if (has_references_ || !is_word(request[at_], word)) continue;
            parsed_.references = references;
            has_references_ = true;
            ++at_;
            return true;
        }
        if (is_word(request[at_], "ids") && at_ + 1 < request.size()) return read_ids();
        return fail(error_text::syntax);
    }

    bool read_ids() {
        const auto count = parse_integer(context_.request[at_ + 1]);
        if (!count || *count < 1) return fail("ERR Number of IDs must be a positive integer");
        const std::size_t room = context_.request.size() - at_ - 2;
        if (static_cast<std::uint64_t>(*count) > room) {
            return fail("ERR The `numids` parameter must match the number of arguments");
        }
        parsed_.first_id = at_ + 2;
        parsed_.id_count = static_cast<std::size_t>(*count);
        at_ = parsed_.first_id + parsed_.id_count;
        return true;
    }

    CommandContext& context_;
    std::size_t at_;
    bool has_references_ = false;
    DeleteOptions parsed_;
};

// Deletes ids one after another and records what changed when it goes out of scope.
class Deletion {
  public:
    Deletion(CommandContext& context, StreamKey stream, References references)
        : context_(context),
          stream_(stream),
          references_(references),
          losses_(context.server, stream, LossCause::deleted),
          erased_(context, *stream.key, Engine::Wait::yes, [] { return IdListEffect::erase(); }),
          unreferenced_(context, *stream.key, Engine::Wait::yes,
                        [] { return IdListEffect::unreference(); }) {}

    Outcome run(EntryId id) {
        if (references_ == References::respect && stream_.stream->is_referenced(id)) {
            return Outcome::still_referenced;
        }
        losses_.note(id);
        if (references_ == References::remove && stream_.stream->unreference(id)) {
            unreferenced_.add(id);
        }
        const auto ref = stream_.stream->find(id);
        if (!ref) return Outcome::absent;
        context_.engine.release_entry(*ref);
        stream_.stream->erase(id);
        erased_.add(id);
        return Outcome::deleted;
    }
    void finish() {
        unreferenced_.flush();
        erased_.flush();
        losses_.finish();
    }

  private:
    using Begin = IdListEffect (*)();

    CommandContext& context_;
    StreamKey stream_;
    References references_;
    LossAccount losses_;
    IdListCommit<Begin> erased_;
    IdListCommit<Begin> unreferenced_;
};

void reply_outcome(CommandContext& context, Outcome outcome) {
    context.reply.integer(static_cast<std::int64_t>(outcome));
}

void reply_all_absent(CommandContext& context, std::size_t count) {
    context.reply.array(count);
    for (std::size_t i = 0; i < count; ++i) {
        reply_outcome(context, Outcome::absent);
    }
}

}  // namespace

void run_xdel(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    if (!*found) return context.reply.integer(0);
    const auto ids = id_arguments(context, 2, context.request.size() - 2);
    if (!ids) return;
    Deletion deletion(context, *found, References::keep);
    context.reply.integer(std::ranges::count_if(
        *ids, [&](EntryId id) { return deletion.run(id) == Outcome::deleted; }));
    deletion.finish();
}

void run_xdelex(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    const auto options = DeleteParser(context, 2).run();
    if (!options) return;
    if (!*found) return reply_all_absent(context, options->id_count);
    const auto ids = id_arguments(context, options->first_id, options->id_count);
    if (!ids) return;
    Deletion deletion(context, *found, options->references);
    context.reply.array(ids->size());
    for (const EntryId id : *ids) {
        reply_outcome(context, deletion.run(id));
    }
    deletion.finish();
}

void run_xackdel(CommandContext& context) {
    const auto found = find_stream(context, context.request[1]);
    if (!found) return;
    const auto options = DeleteParser(context, 3).run();
    if (!options) return;
    Group* const group = *found ? found->stream->find_group(context.request[2]) : nullptr;
    if (group == nullptr) return reply_all_absent(context, options->id_count);
    const auto ids = id_arguments(context, options->first_id, options->id_count);
    if (!ids) return;
    IdListCommit acknowledged(context, *found->key, Engine::Wait::yes,
                              [&] { return IdListEffect::acknowledge(group->name()); });
    Deletion deletion(context, *found, options->references);
    context.reply.array(ids->size());
    for (const EntryId id : *ids) {
        if (!group->acknowledge(id)) {
            reply_outcome(context, Outcome::absent);
            continue;
        }
        acknowledged.add(id);
        // What was pending but had left the stream before counts as deleted.
        const Outcome outcome = deletion.run(id);
        reply_outcome(context, outcome == Outcome::absent ? Outcome::deleted : outcome);
    }
    deletion.finish();
}

}  // namespace sluice
