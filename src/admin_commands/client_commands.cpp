// CLIENT: the subcommands that are small; LIST, INFO and KILL are in client_list.cpp.

#include <string>

#include "admin_commands/client_handlers.hpp"
#include "admin_commands/command_usage.hpp"
#include "server/blocked_command.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

bool is_client_word(std::string_view text) {
    for (const char c : text) {
        if (c < '!' || c > '~') return false;
    }
    return true;
}

namespace {

void refuse_shape(CommandContext& context) {
    context.reply.error(subcommand_syntax_text(context.request[1], "CLIENT"));
}

void run_id(CommandContext& context) {
    context.reply.integer(static_cast<std::int64_t>(context.session.id()));
}

void run_getname(CommandContext& context) {
    if (context.session.name.empty()) return context.reply.null();
    context.reply.bulk(context.session.name);
}

void run_setname(CommandContext& context) {
    const std::string_view name = context.request[2];
    if (!is_client_word(name)) return context.reply.error(client_name_error);
    context.session.name = name;
    context.reply.ok();
}

void run_setinfo(CommandContext& context) {
    const std::string_view option = context.request[2];
    const std::string_view value = context.request[3];
    const bool is_name = is_word(option, "lib-name");
    if (!is_name && !is_word(option, "lib-ver")) {
        return context.reply.error("ERR Unrecognized option '" + printable(option, 128) + "'");
    }
    if (!is_client_word(value)) {
        return context.reply.error(std::string("ERR ") + (is_name ? "lib-name" : "lib-ver") +
                                   " cannot contain spaces, newlines or special characters.");
    }
    (is_name ? context.session.library_name : context.session.library_version) = value;
    context.reply.ok();
}

void run_info(CommandContext& context) {
    context.reply.verbatim(describe_client(context.server, context.session));
}

void run_unblock(CommandContext& context) {
    const Request& request = context.request;
    auto how = Server::Unblock::timeout;
    if (request.size() > 4) return refuse_shape(context);
    if (request.size() == 4) {
        if (is_word(request[3], "error")) {
            how = Server::Unblock::error;
        } else if (!is_word(request[3], "timeout")) {
            return context.reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        }
    }
    const auto id = integer_argument(context, 2);
    if (!id.has_value()) return;
    Session* session = context.server.find_session(static_cast<SessionId>(*id));
    const bool unblocked = session != nullptr && context.server.unblock(*session, how);
    context.reply.integer(unblocked ? 1 : 0);
}

void run_pause(CommandContext& context) {
    const Request& request = context.request;
    auto what = Server::Pause::all;
    if (request.size() > 4) return refuse_shape(context);
    if (request.size() == 4) {
        if (is_word(request[3], "write")) {
            what = Server::Pause::writes;
        } else if (!is_word(request[3], "all")) {
            return context.reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");
        }
    }
    const auto pause_ms = integer_argument(context, 2, error_text::timeout_not_integer);
    if (!pause_ms.has_value()) return;
    if (*pause_ms < 0) return context.reply.error(error_text::timeout_negative);
    constexpr std::int64_t pause_ms_max = std::int64_t{1} << 40;
    if (*pause_ms > pause_ms_max) return context.reply.error(error_text::timeout_not_integer);
    context.server.pause(what, context.server.mono() + Duration::from_ms(*pause_ms));
    context.reply.ok();
}

void run_unpause(CommandContext& context) {
    context.server.unpause();
    context.reply.ok();
}

void run_reply(CommandContext& context) {
    const std::string_view mode = context.request[2];
    ReplyMode& reply_mode = context.session.reply_mode;
    if (is_word(mode, "on")) {
        reply_mode = ReplyMode::on;
        context.reply.ok();
    } else if (is_word(mode, "off")) {
        reply_mode = ReplyMode::off;
    } else if (is_word(mode, "skip")) {
        if (reply_mode != ReplyMode::off) reply_mode = ReplyMode::skip_next;
    } else {
        context.reply.error(error_text::syntax);
    }
}

// Nothing, with the error replied, for anything but ON and OFF.
std::optional<bool> switch_argument(CommandContext& context) {
    if (is_word(context.request[2], "on")) return true;
    if (is_word(context.request[2], "off")) return false;
    context.reply.error(error_text::syntax);
    return std::nullopt;
}

void run_no_evict(CommandContext& context) {
    const auto on = switch_argument(context);
    if (!on.has_value()) return;
    context.session.no_evict = *on;
    context.reply.ok();
}

void run_no_touch(CommandContext& context) {
    const auto on = switch_argument(context);
    if (!on.has_value()) return;
    context.session.no_touch = *on;
    context.reply.ok();
}

void run_tracking(CommandContext& context) {
    const auto on = switch_argument(context);
    if (!on.has_value()) return;
    if (*on) {
        return context.reply.error("ERR client side caching is not supported: TRACKING stays OFF");
    }
    context.reply.ok();
}

void run_caching(CommandContext& context) {
    context.reply.error(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
        "OPTOUT mode enabled");
}

void run_trackinginfo(CommandContext& context) {
    context.reply.map(3);
    context.reply.bulk("flags");
    context.reply.set(1);
    context.reply.bulk("off");
    context.reply.bulk("redirect");
    context.reply.integer(-1);
    context.reply.bulk("prefixes");
    context.reply.array(0);
}

void run_getredir(CommandContext& context) {
    context.reply.integer(-1);
}

constexpr std::uint32_t plain = flag_noscript | flag_loading | flag_stale;
constexpr std::uint32_t operating = plain | flag_admin;

constexpr ArgumentDocs name_arguments[] = {{"connection-name", "string"}};
constexpr ArgumentDocs info_choices[] = {{"libname", "string", "LIB-NAME"},
                                         {"libver", "string", "LIB-VER"}};
constexpr ArgumentDocs setinfo_arguments[] = {{"attr", "oneof", {}, false, false, info_choices}};
constexpr ArgumentDocs reason_choices[] = {{"timeout", "pure-token", "TIMEOUT"},
                                           {"error", "pure-token", "ERROR"}};
constexpr ArgumentDocs unblock_arguments[] = {
    {"client-id", "integer"}, {"unblock-type", "oneof", {}, true, false, reason_choices}};
constexpr ArgumentDocs pause_choices[] = {{"write", "pure-token", "WRITE"},
                                          {"all", "pure-token", "ALL"}};
constexpr ArgumentDocs pause_arguments[] = {{"timeout", "integer"},
                                            {"mode", "oneof", {}, true, false, pause_choices}};
constexpr ArgumentDocs reply_choices[] = {
    {"on", "pure-token", "ON"}, {"off", "pure-token", "OFF"}, {"skip", "pure-token", "SKIP"}};
constexpr ArgumentDocs reply_arguments[] = {{"action", "oneof", {}, false, false, reply_choices}};
constexpr ArgumentDocs switch_choices[] = {{"on", "pure-token", "ON"},
                                           {"off", "pure-token", "OFF"}};
constexpr ArgumentDocs switch_arguments[] = {{"status", "oneof", {}, false, false, switch_choices}};
constexpr ArgumentDocs caching_choices[] = {{"yes", "pure-token", "YES"},
                                            {"no", "pure-token", "NO"}};
constexpr ArgumentDocs caching_arguments[] = {{"mode", "oneof", {}, false, false, caching_choices}};
constexpr ArgumentDocs type_choices[] = {{"normal", "pure-token", "NORMAL"},
                                         {"master", "pure-token", "MASTER"},
                                         {"replica", "pure-token", "REPLICA"},
                                         {"pubsub", "pure-token", "PUBSUB"}};
constexpr ArgumentDocs list_arguments[] = {
    {"client-type", "oneof", "TYPE", true, false, type_choices},
    {"client-id", "integer", "ID", true, true}};
constexpr ArgumentDocs kill_arguments[] = {
    {"ip:port", "string", {}, true},
    {"client-id", "integer", "ID", true},
    {"client-type", "oneof", "TYPE", true, false, type_choices},
    {"username", "string", "USER", true},
    {"addr", "string", "ADDR", true},
    {"laddr", "string", "LADDR", true},
    {"skipme", "string", "SKIPME", true},
    {"maxage", "integer", "MAXAGE", true}};

constexpr CommandSpec rows[] = {
    {"client|caching",
     3,
     plain,
     0,
     0,
     0,
     "connection",
     "6.0.0",
     "Refused: there is no client side caching.",
     "O(1)",
     run_caching,
     {},
     caching_arguments},
    {"client|getname", 2, plain, 0, 0, 0, "connection", "2.6.9", "The name of this connection.",
     "O(1)", run_getname},
    {"client|getredir", 2, plain, 0, 0, 0, "connection", "6.0.0",
     "Always -1: there is no client side caching.", "O(1)", run_getredir},
    {"client|help", 2, flag_loading | flag_stale, 0, 0, 0, "connection", "5.0.0",
     "The subcommands of CLIENT.", "O(1)", run_help},
    {"client|id", 2, plain, 0, 0, 0, "connection", "5.0.0", "The number of this connection.",
     "O(1)", run_id},
    {"client|info", 2, plain, 0, 0, 0, "connection", "6.2.0", "The CLIENT LIST line of this one.",
     "O(1)", run_info},
    {"client|kill",
     -3,
     operating,
     0,
     0,
     0,
     "connection",
     "2.4.0",
     "Closes other connections.",
     "O(N) for N connections",
     run_client_kill,
     {},
     kill_arguments},
    {"client|list",
     -2,
     operating,
     0,
     0,
     0,
     "connection",
     "2.4.0",
     "One line for each connection.",
     "O(N) for N connections",
     run_client_list,
     {},
     list_arguments},
    {"client|no-evict",
     3,
     operating,
     0,
     0,
     0,
     "connection",
     "7.0.0",
     "Accepted: no client is ever evicted for its memory.",
     "O(1)",
     run_no_evict,
     {},
     switch_arguments},
    {"client|no-touch",
     3,
     plain,
     0,
     0,
     0,
     "connection",
     "7.2.0",
     "Accepted: OBJECT IDLETIME counts the reads of all connections.",
     "O(1)",
     run_no_touch,
     {},
     switch_arguments},
    {"client|pause",
     -3,
     operating,
     0,
     0,
     0,
     "connection",
     "3.0.0",
     "Makes commands wait for a while.",
     "O(1)",
     run_pause,
     {},
     pause_arguments},
    {"client|reply",
     3,
     plain,
     0,
     0,
     0,
     "connection",
     "3.2.0",
     "Whether commands of this connection are answered.",
     "O(1)",
     run_reply,
     {},
     reply_arguments},
    {"client|setinfo",
     4,
     plain,
     0,
     0,
     0,
     "connection",
     "7.2.0",
     "Tells the client library and its version.",
     "O(1)",
     run_setinfo,
     {},
     setinfo_arguments},
    {"client|setname",
     3,
     plain,
     0,
     0,
     0,
     "connection",
     "2.6.9",
     "Names this connection.",
     "O(1)",
     run_setname,
     {},
     name_arguments},
    {"client|tracking",
     -3,
     plain,
     0,
     0,
     0,
     "connection",
     "6.0.0",
     "OFF is accepted; there is no client side caching.",
     "O(1)",
     run_tracking,
     {},
     switch_arguments},
    {"client|trackinginfo", 2, plain, 0, 0, 0, "connection", "6.2.0",
     "Always off: there is no client side caching.", "O(1)", run_trackinginfo},
    {"client|unblock",
     -3,
     operating,
     0,
     0,
     0,
     "connection",
     "5.0.0",
     "Ends the wait of a blocked connection.",
     "O(log N) for N connections",
     run_unblock,
     {},
     unblock_arguments},
    {"client|unpause", 2, operating, 0, 0, 0, "connection", "6.2.0", "Ends CLIENT PAUSE.",
     "O(N) for N paused connections", run_unpause},
};

}  // namespace

std::span<const CommandSpec> client_subcommands() {
    return rows;
}

}  // namespace sluice
