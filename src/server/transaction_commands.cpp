// MULTI, EXEC, DISCARD, WATCH, UNWATCH.

#include "server/transaction_commands.hpp"

#include <memory>
#include <string>

#include "server/command.hpp"
#include "server/error_replies.hpp"
#include "server/run_command.hpp"
#include "server/server.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

constexpr std::size_t watched_keys_max = 65'536;  // of one session

void end_transaction(CommandContext& context) {
    context.session.transaction.reset();
    context.server.watching().unwatch(context.session.id());
}

void run_multi(CommandContext& context) {
    if (context.session.transaction != nullptr) {
        return context.reply.error("ERR MULTI calls can not be nested");
    }
    context.session.transaction = std::make_unique<Transaction>();
    context.reply.ok();
}

void run_discard(CommandContext& context) {
    if (context.session.transaction == nullptr) {
        return context.reply.error("ERR DISCARD without MULTI");
    }
    end_transaction(context);
    context.reply.ok();
}

void run_watch(CommandContext& context) {
    if (context.session.transaction != nullptr) {
        return context.reply.error("ERR WATCH inside MULTI is not allowed");
    }
    const std::size_t watched = context.server.watching().key_count_of(context.session.id());
    if (watched + context.request.size() > watched_keys_max) {
        return context.reply.error("ERR too many watched keys");
    }
    for (const auto name : context.request.from(1)) {
        // An expired key goes now, so that its going does not count as a change later.
        context.engine.peek(context.tenant, name);
        context.server.watching().watch(context.session.id(), context.tenant, name);
        context.server.mark_watched(context.tenant, name);
    }
    context.reply.ok();
}

void run_unwatch(CommandContext& context) {
    context.server.watching().unwatch(context.session.id());
    context.reply.ok();
}

// True when a watched key changed, or has expired by now.
bool lost_the_race(CommandContext& context) {
    WatchRegistry& watching = context.server.watching();
    if (watching.key_count_of(context.session.id()) == 0) return false;
    for (const auto& key : watching.keys_of(context.session.id())) {
        context.engine.peek(key.tenant, key.name);
    }
    return watching.is_dirty(context.session.id());
}

// A transaction runs to its end whatever it replies; what it replies is bounded in two steps.
class ReplyBound {
  public:
    ReplyBound(CommandContext& context)
        : session_(context.session),
          mark_(session_.output_size()),
          soft_max_(context.server.settings().output_bytes_max),
          hard_max_(soft_max_ * hard_factor) {}

    // A command that only reads is not run any more: what it would say can be asked again.
    bool refuses(CommandContext& context, const Command& command) const {
        if (size() <= soft_max_ || !command.has(flag_readonly)) return false;
        context.reply.error("ERR not run: the replies of this transaction are too large already");
        return true;
    }
    // What a command that writes replied is kept, until not even that can be.
    void note() {
        if (size() <= hard_max_) return;
        is_over_ = true;
        session_.reply().truncate(mark_);
    }
    void finish(CommandContext& context) {
        if (!is_over_) return;
        session_.reply().truncate(mark_);
        context.reply.error("ERR the transaction was run, but its reply is too large");
    }

  private:
    static constexpr std::size_t hard_factor = 128;  // 1 GiB, of 8 MiB

    std::size_t size() const { return is_over_ ? hard_max_ : session_.output_size() - mark_; }

    Session& session_;
    std::size_t mark_;
    std::size_t soft_max_;
    std::size_t hard_max_;
    bool is_over_ = false;
};

void run_queue(CommandContext& context, Transaction& transaction) {
    Session& session = context.session;
    ReplyBound bound(context);
    session.in_exec = true;
    context.reply.array(transaction.commands);
    const RequestLimits limits{.arguments_max = Transaction::bytes_max};
    RequestParser parser(limits);
    while (parser.next(transaction.queue) == ParseStatus::ready) {
        const Request& request = parser.request();
        const Command* command = context.server.commands().find(request.name());
        if (command->is_container() && request.size() > 1) {
            command = CommandTable::find_subcommand(*command, request[1]);
        }
        if (bound.refuses(context, *command)) continue;
        call_handler(context.server, session, *command, request);
        bound.note();
    }
    session.in_exec = false;
    bound.finish(context);
}

void run_exec(CommandContext& context) {
    Session& session = context.session;
    if (session.transaction == nullptr) return context.reply.error("ERR EXEC without MULTI");
    // The queue outlives the transaction, so that its commands see a session outside MULTI.
    const std::unique_ptr<Transaction> transaction = std::move(session.transaction);
    const bool lost = lost_the_race(context);
    context.server.watching().unwatch(session.id());
    if (transaction->has_failed) {
        return context.reply.error("EXECABORT Transaction discarded because of previous errors.");
    }
    if (lost) return context.reply.null_array();
    if (transaction->writes) {
        const auto admitted =
            context.engine.admit_write(transaction->grows, transaction->queue.size());
        if (!admitted.has_value()) {
            return context.reply.error("EXECABORT Transaction discarded because of: " +
                                       error_reply_text(admitted.error()));
        }
    }
    run_queue(context, *transaction);
}

constexpr std::uint32_t control_flags =
    flag_noscript | flag_loading | flag_stale | flag_fast | flag_immediate;

constexpr ArgumentDocs watch_arguments[] = {{"key", "key", {}, false, true}};

constexpr CommandSpec rows[] = {
    {"multi", 1, control_flags, 0, 0, 0, "transactions", "1.2.0",
     "Begins to queue commands, to be run by EXEC as one.", "O(1)", run_multi},
    {"exec", 1, flag_noscript | flag_loading | flag_stale | flag_immediate, 0, 0, 0, "transactions",
     "1.2.0", "Runs the queued commands as one: all or none survive a crash.",
     "Depends on the commands in the queue", run_exec},
    {"discard", 1, control_flags, 0, 0, 0, "transactions", "2.0.0", "Forgets the queued commands.",
     "O(N) for N queued commands", run_discard},
    {"watch",
     -2,
     control_flags,
     1,
     -1,
     1,
     "transactions",
     "2.2.0",
     "Makes EXEC do nothing if one of these keys changes before it.",
     "O(1) for each key",
     run_watch,
     {},
     watch_arguments},
    {"unwatch", 1, flag_noscript | flag_loading | flag_stale | flag_fast, 0, 0, 0, "transactions",
     "2.2.0", "Forgets the watched keys.", "O(1)", run_unwatch},
};

}  // namespace

CommandFamily transaction_commands() {
    return rows;
}

}  // namespace sluice
