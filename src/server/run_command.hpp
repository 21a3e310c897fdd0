// Runs one request: finds the command, checks what is the same for all, calls the handler, counts.
//
// Order      name, subcommand, arity, login, full disk or poisoned journal, CLIENT PAUSE, MULTI;
//            as in Redis, so that a client that does two things wrong hears the same error
#pragma once

#include "resp/request.hpp"
#include "server/command_table.hpp"

namespace sluice {

class Server;
class Session;

enum class RunOutcome : unsigned char {
    done,       // the reply is written, or the session is blocked
    postponed,  // CLIENT PAUSE: nothing happened, run it again later
};

RunOutcome run_command(Server& server, Session& session, const Request& request);

// Calls the handler of a command that passed all checks, and counts it; EXEC does so for its queue.
void call_handler(Server& server, Session& session, const Command& command, const Request& request);
// The same for a command that waited and was counted when it began.
void call_handler_again(Server& server, Session& session, const Command& command,
                        const Request& request);

}  // namespace sluice
