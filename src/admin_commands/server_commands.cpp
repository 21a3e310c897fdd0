// The commands about the server as a whole: INFO, TIME, FLUSHALL, SAVE, WAIT and their kin.

#include <string>

#include "admin_commands/admin_commands.hpp"
#include "admin_commands/info_sections.hpp"
#include "admin_commands/server_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

bool is_asked(const Request& request, const InfoSection& section) {
    if (request.size() == 1) return section.by_default;
    for (const auto word : request.from(1)) {
        if (is_word(word, section.name)) return true;
        if (is_word(word, "all") || is_word(word, "everything")) return true;
        if (is_word(word, "default") && section.by_default) return true;
    }
    return false;
}

void run_time(CommandContext& context) {
    constexpr std::int64_t microseconds_per_second = 1'000'000;
    const std::int64_t now = context.server.wall().microseconds;
    context.reply.array(2);
    context.reply.bulk_integer(now / microseconds_per_second);
    context.reply.bulk_integer(now % microseconds_per_second);
}

void run_dbsize(CommandContext& context) {
    context.reply.integer(static_cast<std::int64_t>(context.engine.key_count(context.tenant)));
}

// [ASYNC|SYNC]: the same here, because keys are removed by one record.
bool has_flush_mode(CommandContext& context) {
    const Request& request = context.request;
    const bool is_known =
        request.size() == 1 ||
        (request.size() == 2 && (is_word(request[1], "async") || is_word(request[1], "sync")));
    if (!is_known) context.reply.error(error_text::syntax);
    return is_known;
}

void run_flushdb(CommandContext& context) {
    if (!has_flush_mode(context)) return;
    context.engine.flush_tenant(context.tenant);
    context.reply.ok();
}

void run_flushall(CommandContext& context) {
    if (!has_flush_mode(context)) return;
    for (TenantNumber tenant = 0; tenant < databases_count; ++tenant) {
        if (context.engine.key_count(tenant) > 0) context.engine.flush_tenant(tenant);
    }
    context.reply.ok();
}

void run_lastsave(CommandContext& context) {
    const std::uint64_t ms = context.engine.statistics().last_checkpoint_wall_ms;
    // Before the first checkpoint the start of the server, as in Redis: clients take 0 for nothing.
    const std::int64_t started_ms = context.server.identity().started_wall.ms();
    context.reply.integer((ms > 0 ? static_cast<std::int64_t>(ms) : started_ms) / 1000);
}

void run_save(CommandContext& context) {
    if (const auto admitted = context.engine.admit_write(true); !admitted.has_value()) {
        return reply_error(context.reply, admitted.error());
    }
    context.engine.request_checkpoint();
    context.reply.ok();
}

void run_bgsave(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() > 2 || (request.size() == 2 && !is_word(request[1], "schedule"))) {
        return context.reply.error(error_text::syntax);
    }
    context.engine.request_checkpoint();
    context.reply.simple("Background saving started");
}

void run_bgrewriteaof(CommandContext& context) {
    context.engine.request_checkpoint();
    context.engine.request_compaction();
    context.reply.simple("Background append only file rewriting started");
}

void run_role(CommandContext& context) {
    context.reply.array(3);
    context.reply.bulk("master");
    context.reply.integer(static_cast<std::int64_t>(context.engine.reached().synced));
    context.reply.array(0);
}

// There is nothing of this kind to remove, so all of it is gone.
void run_function_flush(CommandContext& context) {
    const Request& request = context.request;
    const bool has_mode =
        request.size() == 3 && (is_word(request[2], "async") || is_word(request[2], "sync"));
    if (request.size() != 2 && !has_mode) {
        return context.reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
    }
    context.reply.ok();
}

// Nothing, with the error replied, for anything but a timeout.
std::optional<std::int64_t> timeout_argument(CommandContext& context, std::size_t at) {
    const auto timeout_ms = integer_argument(context, at, error_text::timeout_not_integer);
    if (timeout_ms.has_value() && *timeout_ms < 0) {
        context.reply.error(error_text::timeout_negative);
        return std::nullopt;
    }
    return timeout_ms;
}

constexpr std::uint32_t operating = flag_admin | flag_noscript;
constexpr std::uint32_t telling = flag_loading | flag_stale;

constexpr ArgumentDocs flush_choices[] = {{"async", "pure-token", "ASYNC"},
                                          {"sync", "pure-token", "SYNC"}};
constexpr ArgumentDocs flush_arguments[] = {
    {"flush-type", "oneof", {}, true, false, flush_choices}};
constexpr ArgumentDocs info_arguments[] = {{"section", "string", {}, true, true}};
constexpr ArgumentDocs bgsave_arguments[] = {{"schedule", "pure-token", "SCHEDULE", true}};
constexpr ArgumentDocs wait_arguments[] = {{"numreplicas", "integer"}, {"timeout", "integer"}};
constexpr ArgumentDocs waitaof_arguments[] = {
    {"numlocal", "integer"}, {"numreplicas", "integer"}, {"timeout", "integer"}};

constexpr CommandSpec function_rows[] = {
    {"function|flush",
     -2,
     flag_write | flag_noscript,
     0,
     0,
     0,
     "scripting",
     "7.0.0",
     "Does nothing: there are no functions.",
     "O(1)",
     run_function_flush,
     {},
     flush_arguments},
};

}  // namespace

void run_info(CommandContext& context) {
    std::string text;
    for (const auto& section : info_sections()) {
        if (!is_asked(context.request, section)) continue;
        if (!text.empty()) text += "\r\n";
        text.append(section.title).append("\r\n");
        section.write(context.server, text);
    }
    context.reply.verbatim(text);
}

// There are no replicas; whoever waits for some learns at once that none has it.
void run_wait(CommandContext& context) {
    if (!integer_argument(context, 1).has_value()) return;
    if (!timeout_argument(context, 2).has_value()) return;
    context.reply.integer(0);
}

// The reply itself waits until everything written so far is on the device, also to keys of lower
// durability; the sync that takes is begun at once. Who asks for no local copy is told how it is.
void run_waitaof(CommandContext& context) {
    const auto local = integer_argument(context, 1);
    if (!local.has_value()) return;
    if (*local < 0 || *local > 1) {
        return context.reply.error("ERR value is out of range, value must between 0 and 1");
    }
    const auto replicas = integer_argument(context, 2);
    if (!replicas.has_value()) return;
    if (*replicas < 0) return context.reply.error(error_text::not_positive);
    if (!timeout_argument(context, 3).has_value()) return;
    const Dependency everything = context.engine.everything();
    const bool is_on_disk = everything.synced <= context.engine.reached().synced;
    if (*local == 1 && !is_on_disk) {
        context.session.also_wait_for(everything);
        context.engine.request_sync();
    }
    context.reply.array(2);
    context.reply.integer(*local == 1 || is_on_disk ? 1 : 0);
    context.reply.integer(0);
}

CommandFamily server_commands() {
    static const CommandSpec rows[] = {
        {"bgrewriteaof", 1, operating, 0, 0, 0, "server", "1.0.0",
         "Takes a checkpoint and gives back the space of what was deleted.", "O(1)",
         run_bgrewriteaof},
        {"bgsave",
         -1,
         operating,
         0,
         0,
         0,
         "server",
         "1.0.0",
         "Takes a checkpoint.",
         "O(1)",
         run_bgsave,
         {},
         bgsave_arguments},
        {"command", -1, telling, 0, 0, 0, "server", "2.8.13", "Arity, flags and keys of all.",
         "O(N) for N commands", run_command_list, command_subcommands()},
        {"config", -2, operating | telling, 0, 0, 0, "server", "2.0.0",
         "Commands about the configuration.", "Depends on the subcommand", nullptr,
         config_subcommands()},
        {"dbsize", 1, flag_readonly | flag_fast, 0, 0, 0, "server", "1.0.0",
         "How many keys this database has.", "O(1)", run_dbsize},
        {"debug", -2, operating | telling, 0, 0, 0, "server", "1.0.0",
         "Commands for tests; they exist only where the configuration says so.",
         "Depends on the subcommand", nullptr, debug_subcommands()},
        {"flushall",
         -1,
         flag_write,
         0,
         0,
         0,
         "server",
         "1.0.0",
         "Removes all keys.",
         "O(N) for N keys",
         run_flushall,
         {},
         flush_arguments},
        {"flushdb",
         -1,
         flag_write,
         0,
         0,
         0,
         "server",
         "1.0.0",
         "Removes all keys of this database.",
         "O(N) for N keys",
         run_flushdb,
         {},
         flush_arguments},
        {"function", -2, flag_noscript, 0, 0, 0, "scripting", "7.0.0",
         "Only FLUSH, which does nothing: there are no functions.", "O(1)", nullptr, function_rows},
        {"info",
         -1,
         telling,
         0,
         0,
         0,
         "server",
         "1.0.0",
         "Numbers about the server.",
         "O(1)",
         run_info,
         {},
         info_arguments},
        {"lastsave", 1, telling | flag_fast, 0, 0, 0, "server", "1.0.0",
         "When the last checkpoint was complete.", "O(1)", run_lastsave},
        {"latency", -2, operating | telling, 0, 0, 0, "server", "2.8.13",
         "Commands about latency events; none are recorded.", "Depends on the subcommand", nullptr,
         latency_subcommands()},
        {"memory", -2, flag_readonly, 0, 0, 0, "server", "4.0.0", "Commands about memory.",
         "Depends on the subcommand", nullptr, memory_subcommands()},
        {"role", 1, flag_noscript | telling | flag_fast, 0, 0, 0, "server", "2.8.12",
         "Always master, without replicas.", "O(1)", run_role},
        {"save", 1, operating | flag_no_multi, 0, 0, 0, "server", "1.0.0",
         "Takes a checkpoint; every acknowledged write is safe already.", "O(1)", run_save},
        {"slowlog", -2, operating | telling, 0, 0, 0, "server", "2.2.12",
         "Commands about the slow log.", "Depends on the subcommand", nullptr,
         slowlog_subcommands()},
        {"time", 1, telling | flag_fast, 0, 0, 0, "server", "2.6.0",
         "The time of the server: seconds and microseconds.", "O(1)", run_time},
        {"wait",
         3,
         flag_blocking,
         0,
         0,
         0,
         "generic",
         "3.0.0",
         "Always 0: there are no replicas.",
         "O(1)",
         run_wait,
         {},
         wait_arguments},
        {"waitaof",
         4,
         flag_blocking,
         0,
         0,
         0,
         "generic",
         "7.2.0",
         "Answers 1 local when all writes of this connection are on the device.",
         "O(1)",
         run_waitaof,
         {},
         waitaof_arguments},
    };
    return rows;
}

}  // namespace sluice
