// CLIENT LIST, the line that describes a client, and CLIENT KILL with its filters.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "admin_commands/client_handlers.hpp"
#include "server/blocked_command.hpp"
#include "server/error_replies.hpp"
#include "server/login.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"
#include "server/transaction.hpp"

namespace sluice {

namespace {

std::string flags_of(const Server& server, const Session& session) {
    std::string flags;
    if (session.blocked != nullptr) flags += 'b';
    if (session.transaction != nullptr) flags += 'x';
    if (server.watching().is_dirty(session.id())) flags += 'd';
    if (session.wants_close()) flags += 'c';
    if (session.no_evict) flags += 'e';
    if (session.no_touch) flags += 'T';
    if (flags.empty()) flags = "N";
    return flags;
}

class Line {
  public:
    Line& add(std::string_view key, std::string_view value) {
        if (!text_.empty()) text_ += ' ';
        text_.append(key).append("=").append(value);
        return *this;
    }
    template <class Number>
    Line& add_number(std::string_view key, Number value) {
        return add(key, std::to_string(value));
    }
    std::string take() { return std::move(text_) + "\n"; }

  private:
    std::string text_;
};

}  // namespace

std::string describe_client(const Server& server, const Session& session) {
    const MonoTime now = server.mono();
    const auto& transaction = session.transaction;
    Line line;
    line.add_number("id", session.id());
    line.add("addr", session.peer().address).add("laddr", session.peer().local_address);
    line.add_number("fd", session.peer().descriptor).add("name", session.name);
    line.add_number("age", (now - session.created).ms() / 1000);
    line.add_number("idle", (now - session.last_active).ms() / 1000);
    line.add("flags", flags_of(server, session)).add_number("db", session.tenant);
    line.add("sub", "0").add("psub", "0").add("ssub", "0");
    line.add_number("multi", transaction ? static_cast<int>(transaction->commands) : -1);
    line.add_number("watch", server.watching().key_count_of(session.id()));
    line.add_number("qbuf", session.input_size()).add_number("qbuf-free", session.input_room());
    line.add_number("argv-mem", session.blocked ? session.blocked->bytes.size() : 0);
    line.add_number("multi-mem", transaction ? transaction->queue.size() : 0);
    line.add_number("rbs", session.output_room()).add_number("rbp", session.output_room());
    line.add_number("obl", session.output_size()).add("oll", "0").add("omem", "0");
    line.add_number("tot-mem", session.memory_bytes()).add("events", "r");
    line.add("cmd", session.last_command ? session.last_command->spec->name : "NULL");
    line.add("user", session.is_authenticated ? default_user : "(not logged in)");
    line.add("redir", "-1").add_number("resp", static_cast<int>(session.protocol));
    line.add("lib-name", session.library_name).add("lib-ver", session.library_version);
    return line.take();
}

namespace {

bool is_client_type(std::string_view word) {
    return is_word(word, "normal") || is_word(word, "master") || is_word(word, "slave") ||
           is_word(word, "replica") || is_word(word, "pubsub");
}

std::string unknown_type(std::string_view word) {
    return "ERR Unknown client type '" + printable(word, 128) + "'";
}

// Which connections a command means; what is empty means all.
struct ClientFilter {
    std::optional<SessionId> id;
    std::optional<std::string_view> address;
    std::optional<std::string_view> local_address;
    std::optional<std::int64_t> age_s_min;
    bool normal_only_matches = true;  // false: a type or user that no connection of ours has
    bool skip_me = true;

    bool takes(const Server& server, const Session& session) const {
        if (!normal_only_matches) return false;
        if (id.has_value() && *id != session.id()) return false;
        if (address.has_value() && *address != session.peer().address) return false;
        if (local_address.has_value() && *local_address != session.peer().local_address) {
            return false;
        }
        const std::int64_t age_s = (server.mono() - session.created).ms() / 1000;
        return !age_s_min.has_value() || age_s >= *age_s_min;
    }
};

// The filter words of CLIENT KILL, two arguments each. Nothing when the error was replied.
std::optional<ClientFilter> parse_filter(CommandContext& context) {
    const Request& request = context.request;
    ClientFilter filter;
    const auto refuse = [&](std::string_view text) -> std::optional<ClientFilter> {
        context.reply.error(text);
        return std::nullopt;
    };
    if (request.size() % 2 != 0) return refuse(error_text::syntax);
    for (std::size_t at = 2; at < request.size(); at += 2) {
        const std::string_view word = request[at];
        const std::string_view value = request[at + 1];
        if (is_word(word, "id")) {
            const auto id = parse_integer(value);
            if (!id.has_value() || *id < 1) {
                return refuse("ERR client-id should be greater than 0");
            }
            filter.id = static_cast<SessionId>(*id);
        } else if (is_word(word, "type")) {
            if (!is_client_type(value)) return refuse(unknown_type(value));
            filter.normal_only_matches &= is_word(value, "normal");
        } else if (is_word(word, "user")) {
            if (value != default_user) {
                return refuse("ERR No such user '" + printable(value, 128) + "'");
            }
        } else if (is_word(word, "addr")) {
            filter.address = value;
        } else if (is_word(word, "laddr")) {
            filter.local_address = value;
        } else if (is_word(word, "maxage")) {
            filter.age_s_min = parse_integer(value);
            if (!filter.age_s_min.has_value()) {
                return refuse("ERR maxage is not an integer or out of range");
            }
            if (*filter.age_s_min <= 0) return refuse("ERR maxage should be greater than 0");
        } else if (is_word(word, "skipme") && (is_word(value, "yes") || is_word(value, "no"))) {
            filter.skip_me = is_word(value, "yes");
        } else {
            return refuse(error_text::syntax);
        }
    }
    return filter;
}

std::int64_t kill_matching(CommandContext& context, const ClientFilter& filter) {
    std::int64_t killed = 0;
    for (const auto& [id, session] : context.server.sessions()) {
        const bool is_me = session.get() == &context.session;
        if (is_me && filter.skip_me) continue;
        if (session->wants_close() || !filter.takes(context.server, *session)) continue;
        ++killed;
        if (is_me) {
            session->close_after_reply();
        } else {
            context.server.kill(*session);
        }
    }
    return killed;
}

}  // namespace

void run_client_kill(CommandContext& context) {
    if (context.request.size() == 3) {
        ClientFilter filter;
        filter.address = context.request[2];
        filter.skip_me = false;
        if (kill_matching(context, filter) == 0) {
            return context.reply.error("ERR No such client");
        }
        return context.reply.ok();
    }
    const auto filter = parse_filter(context);
    if (!filter.has_value()) return;
    context.reply.integer(kill_matching(context, *filter));
}

void run_client_list(CommandContext& context) {
    const Request& request = context.request;
    std::vector<SessionId> ids;
    bool takes_normal = true;
    if (request.size() == 4 && is_word(request[2], "type")) {
        if (!is_client_type(request[3])) return context.reply.error(unknown_type(request[3]));
        takes_normal = is_word(request[3], "normal");
    } else if (request.size() >= 4 && is_word(request[2], "id")) {
        for (std::size_t at = 3; at < request.size(); ++at) {
            const auto id = integer_argument(context, at, "ERR Invalid client ID");
            if (!id.has_value()) return;
            ids.push_back(static_cast<SessionId>(*id));
        }
    } else if (request.size() != 2) {
        return context.reply.error(error_text::syntax);
    }
    std::string lines;
    for (const auto& [id, session] : context.server.sessions()) {
        const bool is_asked = ids.empty() || std::ranges::find(ids, id) != ids.end();
        if (takes_normal && is_asked) lines += describe_client(context.server, *session);
    }
    context.reply.verbatim(lines);
}

}  // namespace sluice
