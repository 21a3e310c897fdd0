#include "server/run_command.hpp"

#include <string>

#include "server/error_replies.hpp"
#include "server/server.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

constexpr std::size_t shown_bytes_max = 128;  // of a client's words inside an error

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return upper;
}

std::string unknown_command(const Request& request) {
    std::string beginning;
    for (const auto arg : request.from(1)) {
        if (beginning.size() >= shown_bytes_max) break;
        beginning += "'" + printable(arg, shown_bytes_max - beginning.size()) + "' ";
    }
    return "ERR unknown command '" + printable(request.name(), shown_bytes_max) +
           "', with args beginning with: " + beginning;
}

std::string unknown_subcommand(const Command& container, std::string_view word) {
    return "ERR unknown subcommand '" + printable(word, shown_bytes_max) + "'. Try " +
           upper_case(container.spec->name) + " HELP.";
}

std::string wrong_arity(const Command& command) {
    return "ERR wrong number of arguments for '" + std::string(command.spec->name) + "' command";
}

bool arity_fits(const CommandSpec& spec, std::size_t size) {
    const auto count = static_cast<std::int64_t>(size);
    return spec.arity >= 0 ? count == spec.arity : count >= -std::int64_t{spec.arity};
}

// One request on its way to its handler.
class Run {
  public:
    Run(Server& server, Session& session, const Request& request)
        : server_(server), session_(session), request_(request) {}

    RunOutcome run() {
        mark_ = session_.output_size();
        server_.engine().begin_command();
        const RunOutcome outcome = check_and_call();
        if (outcome == RunOutcome::done) finish_reply();
        return outcome;
    }

  private:
    RunOutcome check_and_call() {
        if (!find_command()) return RunOutcome::done;
        if (!arity_fits(*command_->spec, request_.size())) return reject(wrong_arity(*command_));
        if (!session_.is_authenticated && !command_->has(flag_no_auth)) {
            return reject(std::string(error_text::no_authentication));
        }
        if (command_->has(flag_write)) {
            const auto admitted = server_.engine().admit_write(command_->has(flag_denyoom),
                                                               request_.bulk_bytes(0).size());
            if (!admitted.has_value()) return reject(error_reply_text(admitted.error()));
        }
        const bool is_queued = session_.transaction != nullptr && !command_->has(flag_immediate);
        if (!is_queued && server_.is_paused(*command_, session_)) return RunOutcome::postponed;
        if (is_queued) return queue();
        call_handler(server_, session_, *command_, request_);
        return RunOutcome::done;
    }

    bool find_command() {
        command_ = server_.commands().find(request_.name());
        if (command_ == nullptr) {
            reject(unknown_command(request_));
            return false;
        }
        if (!command_->is_container()) return true;
        if (request_.size() < 2) return true;  // itself, or an error of its arity
        const Command* const container = command_;
        command_ = CommandTable::find_subcommand(*container, request_[1]);
        if (command_ != nullptr) return true;
        reject(unknown_subcommand(*container, request_[1]));
        return false;
    }

    RunOutcome reject(std::string error) {
        if (command_ != nullptr) server_.statistics().count_rejected(*command_);
        if (command_ != nullptr && command_->spec->name == "exec") {
            error = abort(error);
        } else if (session_.transaction != nullptr) {
            session_.transaction->has_failed = true;
        }
        server_.statistics().count_error(error);
        session_.reply().error(error);
        return RunOutcome::done;
    }

    // An EXEC that is refused ends the transaction all the same.
    std::string abort(std::string_view error) {
        session_.transaction.reset();
        server_.watching().unwatch(session_.id());
        if (error.starts_with("ERR ")) error.remove_prefix(4);
        return "EXECABORT Transaction discarded because of: " + std::string(error);
    }

    RunOutcome queue() {
        if (command_->has(flag_no_multi)) {
            return reject("ERR Command not allowed inside a transaction");
        }
        Transaction& transaction = *session_.transaction;
        const std::string_view words = request_.bulk_bytes(0);
        const bool is_full = transaction.commands >= Transaction::commands_max ||
                             transaction.queue.size() + words.size() > Transaction::bytes_max;
        if (is_full) return reject("ERR Transaction is too large");
        transaction.queue.append("*" + std::to_string(request_.size()) + "\r\n");
        transaction.queue.append(words);
        ++transaction.commands;
        transaction.writes |= command_->has(flag_write);
        transaction.grows |= command_->has(flag_denyoom);
        session_.reply().raw("+QUEUED\r\n");
        return RunOutcome::done;
    }

    void finish_reply() {
        if (session_.reply_mode != ReplyMode::on) mute_reply();
        const Engine& engine = server_.engine();
        session_.hold_reply(engine.dependency(), engine.reached());
    }

    // CLIENT REPLY OFF and SKIP.
    void mute_reply() {
        session_.reply().truncate(mark_);
        if (session_.reply_mode == ReplyMode::skip) session_.reply_mode = ReplyMode::on;
        if (session_.reply_mode == ReplyMode::skip_next) session_.reply_mode = ReplyMode::skip;
    }

    Server& server_;
    Session& session_;
    const Request& request_;
    const Command* command_ = nullptr;
    std::size_t mark_ = 0;
};

std::size_t size_of(const Request& request) {
    const char* const begin = request.name().data();
    return static_cast<std::size_t>(request.args().back().data() - begin) +
           request.args().back().size();
}

}  // namespace

RunOutcome run_command(Server& server, Session& session, const Request& request) {
    return Run(server, session, request).run();
}

void call_handler(Server& server, Session& session, const Command& command,
                  const Request& request) {
    const std::size_t mark = session.output_size();
    call_handler_again(server, session, command, request);
    const std::size_t weight = size_of(request) + session.output_size() - mark;
    ServerStatistics& statistics = server.statistics();
    statistics.count_call(command);
    statistics.note_weight(weight, request, session.peer().address, session.name);
}

void call_handler_again(Server& server, Session& session, const Command& command,
                        const Request& request) {
    const std::size_t mark = session.output_size();
    ReplyWriter reply = session.reply();
    CommandContext context{server, session, server.engine(), request, reply, session.tenant};
    session.last_command = &command;
    command.spec->handler(context);
    const std::string_view written = session.output_from(mark);
    if (!written.starts_with('-')) return;
    server.statistics().count_failed(command);
    server.statistics().count_error(written.substr(1));
}

}  // namespace sluice
