// DEBUG: for tests, and only where the configuration allows it (enable-debug-command).

#include <string>

#include "admin_commands/command_usage.hpp"
#include "admin_commands/server_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

// False, with the error replied, where DEBUG is off.
bool is_allowed(CommandContext& context) {
    if (context.server.settings().debug_commands) return true;
    context.reply.error(
        "ERR DEBUG command not allowed. If the enable-debug-command option is set to \"yes\" in "
        "the "
        "configuration of the server, it is.");
    return false;
}

// The whole state is read again from the disk, as after a restart.
void run_reload(CommandContext& context) {
    if (!is_allowed(context)) return;
    context.server.request_reopen(context.session);
}

void run_journal(CommandContext& context) {
    if (!is_allowed(context)) return;
    const auto engine = context.engine.statistics();
    context.reply.simple("journal_bytes:" + std::to_string(engine.journal_bytes) +
                         " segments:" + std::to_string(engine.segments));
}

// Tests of Redis switch its own background work off and on; ours has no such switch to need.
void run_accepted(CommandContext& context) {
    if (!is_allowed(context)) return;
    context.reply.ok();
}

constexpr std::uint32_t operating = flag_admin | flag_noscript | flag_no_multi;

constexpr ArgumentDocs switch_arguments[] = {{"value", "string"}};

constexpr CommandSpec rows[] = {
    {"debug|help", 2, operating, 0, 0, 0, "server", "1.0.0", "The subcommands of DEBUG.", "O(1)",
     run_help},
    {"debug|journal", 2, operating, 0, 0, 0, "server", "1.0.0", "How large the journal is.", "O(1)",
     run_journal},
    {"debug|loadaof", 2, operating, 0, 0, 0, "server", "1.0.0",
     "Reads the whole state again from the disk.", "O(N) for N keys", run_reload},
    {"debug|reload", -2, operating, 0, 0, 0, "server", "1.0.0",
     "Reads the whole state again from the disk.", "O(N) for N keys", run_reload},
    {"debug|set-active-expire",
     3,
     operating,
     0,
     0,
     0,
     "server",
     "1.0.0",
     "Accepted and ignored: expired keys are never seen.",
     "O(1)",
     run_accepted,
     {},
     switch_arguments},
};

}  // namespace

std::span<const CommandSpec> debug_subcommands() {
    return rows;
}

}  // namespace sluice
