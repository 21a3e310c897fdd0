// PING, ECHO, HELLO, AUTH, SELECT, QUIT, RESET; CLIENT is in client_commands.cpp.

#include <optional>
#include <string>

#include "admin_commands/admin_commands.hpp"
#include "admin_commands/client_handlers.hpp"
#include "admin_commands/command_usage.hpp"
#include "admin_commands/server_version.hpp"
#include "server/error_replies.hpp"
#include "server/login.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

void run_ping(CommandContext& context) {
    if (context.request.size() > 2) {
        return context.reply.error("ERR wrong number of arguments for 'ping' command");
    }
    if (context.request.size() == 2) return context.reply.bulk(context.request[1]);
    context.reply.raw("+PONG\r\n");
}

void run_echo(CommandContext& context) {
    context.reply.bulk(context.request[1]);
}

void run_auth(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() > 3) return context.reply.error(error_text::syntax);
    if (request.size() == 2 && context.server.settings().password.empty()) {
        return context.reply.error(
            "ERR AUTH <password> called without any password configured for the default user. Are "
            "you sure your configuration is correct?");
    }
    const std::string_view user = request.size() == 3 ? request[1] : default_user;
    if (log_in(context, user, request[request.size() - 1])) context.reply.ok();
}

// What HELLO was asked for.
struct Hello {
    std::optional<Protocol> protocol;
    std::optional<std::string_view> user;
    std::string_view password;
    std::optional<std::string_view> client_name;
};

// Nothing when the error was replied.
std::optional<Hello> parse_hello(CommandContext& context) {
    const Request& request = context.request;
    Hello hello;
    if (request.size() < 2) return hello;
    const auto version =
        integer_argument(context, 1, "ERR Protocol version is not an integer or out of range");
    if (!version.has_value()) return std::nullopt;
    if (*version < 2 || *version > 3) {
        context.reply.error("NOPROTO unsupported protocol version");
        return std::nullopt;
    }
    hello.protocol = *version == 3 ? Protocol::resp3 : Protocol::resp2;
    for (std::size_t at = 2; at < request.size();) {
        const std::size_t more = request.size() - at - 1;
        if (is_word(request[at], "auth") && more >= 2) {
            hello.user = request[at + 1];
            hello.password = request[at + 2];
            at += 3;
        } else if (is_word(request[at], "setname") && more >= 1) {
            hello.client_name = request[at + 1];
            at += 2;
        } else {
            context.reply.error("ERR Syntax error in HELLO option '" + printable(request[at], 128) +
                                "'");
            return std::nullopt;
        }
    }
    return hello;
}

void reply_hello(CommandContext& context) {
    ReplyWriter reply = context.session.reply();  // the protocol may be another one now
    reply.map(7);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(redis_version);
    reply.bulk("proto");
    reply.integer(static_cast<std::int64_t>(context.session.protocol));
    reply.bulk("id");
    reply.integer(static_cast<std::int64_t>(context.session.id()));
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
}

void run_hello(CommandContext& context) {
    const auto hello = parse_hello(context);
    if (!hello.has_value()) return;
    Session& session = context.session;
    if (hello->client_name.has_value() && !is_client_word(*hello->client_name)) {
        return context.reply.error(client_name_error);
    }
    if (hello->user.has_value() && !log_in(context, *hello->user, hello->password)) return;
    if (!session.is_authenticated) {
        return context.reply.error(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
            "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and "
            "select the RESP protocol version at the same time");
    }
    if (hello->client_name.has_value()) session.name = *hello->client_name;
    if (hello->protocol.has_value()) session.protocol = *hello->protocol;
    reply_hello(context);
}

void run_select(CommandContext& context) {
    const auto number = integer_argument(context, 1);
    if (!number.has_value()) return;
    if (*number < 0 || *number >= databases_count) {
        return context.reply.error("ERR DB index is out of range");
    }
    context.session.tenant = static_cast<TenantNumber>(*number);
    context.reply.ok();
}

void run_quit(CommandContext& context) {
    context.reply.ok();
    context.session.close_after_reply();
}

void run_reset(CommandContext& context) {
    Session& session = context.session;
    session.transaction.reset();
    context.server.watching().unwatch(session.id());
    session.protocol = Protocol::resp2;
    session.reply_mode = ReplyMode::on;
    session.tenant = 0;
    session.name.clear();
    session.no_evict = session.no_touch = false;
    context.server.forget_login(session);
    context.reply.raw("+RESET\r\n");
}

constexpr std::uint32_t greeting_flags =
    flag_noscript | flag_loading | flag_stale | flag_fast | flag_no_auth;

constexpr ArgumentDocs ping_arguments[] = {{"message", "string", {}, true}};
constexpr ArgumentDocs echo_arguments[] = {{"message", "string"}};
constexpr ArgumentDocs auth_arguments[] = {{"username", "string", {}, true},
                                           {"password", "string"}};
constexpr ArgumentDocs hello_auth_arguments[] = {{"username", "string"}, {"password", "string"}};
constexpr ArgumentDocs hello_options[] = {
    {"protover", "integer"},
    {"auth", "block", "AUTH", true, false, hello_auth_arguments},
    {"clientname", "string", "SETNAME", true}};
constexpr ArgumentDocs hello_arguments[] = {{"arguments", "block", {}, true, false, hello_options}};
constexpr ArgumentDocs select_arguments[] = {{"index", "integer"}};

}  // namespace

CommandFamily connection_commands() {
    static const CommandSpec rows[] = {
        {"ping",
         -1,
         flag_fast,
         0,
         0,
         0,
         "connection",
         "1.0.0",
         "Answers PONG, or the message.",
         "O(1)",
         run_ping,
         {},
         ping_arguments},
        {"echo",
         2,
         flag_loading | flag_stale | flag_fast,
         0,
         0,
         0,
         "connection",
         "1.0.0",
         "Answers the message.",
         "O(1)",
         run_echo,
         {},
         echo_arguments},
        {"auth",
         -2,
         greeting_flags,
         0,
         0,
         0,
         "connection",
         "1.0.0",
         "Logs the connection in.",
         "O(1)",
         run_auth,
         {},
         auth_arguments},
        {"hello",
         -1,
         greeting_flags,
         0,
         0,
         0,
         "connection",
         "6.0.0",
         "Greets the server: chooses RESP2 or RESP3, logs in, names the connection.",
         "O(1)",
         run_hello,
         {},
         hello_arguments},
        {"select",
         2,
         flag_loading | flag_stale | flag_fast,
         0,
         0,
         0,
         "connection",
         "1.0.0",
         "Chooses one of the databases 0 to 15.",
         "O(1)",
         run_select,
         {},
         select_arguments},
        {"quit", -1, greeting_flags | flag_immediate, 0, 0, 0, "connection", "1.0.0",
         "Closes the connection.", "O(1)", run_quit},
        {"reset", 1, greeting_flags | flag_immediate, 0, 0, 0, "connection", "6.2.0",
         "Brings the connection back to how it began.", "O(1)", run_reset},
        {"client", -2, flag_noscript | flag_loading | flag_stale, 0, 0, 0, "connection", "2.4.0",
         "Commands about connections.", "Depends on the subcommand", nullptr, client_subcommands()},
    };
    return rows;
}

}  // namespace sluice
