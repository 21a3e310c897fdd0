// SLOWLOG and LATENCY.

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "admin_commands/command_usage.hpp"
#include "admin_commands/server_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

constexpr std::int64_t slow_entries_default = 10;

void reply_slow(ReplyWriter& reply, const SlowCommand& slow) {
    reply.array(6);
    reply.integer(static_cast<std::int64_t>(slow.number));
    reply.integer(slow.wall_s);
    reply.integer(slow.us);
    reply.array(slow.args.size());
    for (const auto& arg : slow.args) {
        reply.bulk(arg);
    }
    reply.bulk(slow.peer);
    reply.bulk(slow.client_name);
}

void run_get(CommandContext& context) {
    std::int64_t count = slow_entries_default;
    if (context.request.size() > 3) {
        return context.reply.error(subcommand_syntax_text(context.request[1], "SLOWLOG"));
    }
    if (context.request.size() == 3) {
        const auto given = integer_argument(context, 2,
                                            "ERR count should be greater than or "
                                            "equal to -1");
        if (!given.has_value()) return;
        if (*given < -1) {
            return context.reply.error("ERR count should be greater than or equal to -1");
        }
        count = *given;
    }
    const auto& log = context.server.statistics().slow_log();
    const auto all = static_cast<std::int64_t>(log.size());
    count = count < 0 ? all : std::min(count, all);
    context.reply.array(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        reply_slow(context.reply, log[static_cast<std::size_t>(i)]);
    }
}

void run_len(CommandContext& context) {
    context.reply.integer(static_cast<std::int64_t>(context.server.statistics().slow_log().size()));
}

void run_reset(CommandContext& context) {
    context.server.statistics().clear_slow_log();
    context.reply.ok();
}

// No latency events are recorded: INFO latencystats and /metrics have the distributions.
void run_no_events(CommandContext& context) {
    context.reply.array(0);
}

std::size_t filled_buckets(const CommandStatistics& counted) {
    return static_cast<std::size_t>(
        std::ranges::count_if(counted.calls_by_us, [](std::uint64_t calls) { return calls > 0; }));
}

// The calls that took no longer than each power of two of microseconds.
void reply_histogram(ReplyWriter& reply, const CommandStatistics& counted) {
    reply.map(2);
    reply.bulk("calls");
    reply.integer(static_cast<std::int64_t>(counted.calls));
    reply.bulk("histogram_usec");
    reply.map(filled_buckets(counted));
    std::uint64_t calls = 0;
    for (std::size_t i = 0; i < CommandStatistics::buckets_count; ++i) {
        if (counted.calls_by_us[i] == 0) continue;
        calls += counted.calls_by_us[i];
        reply.integer(std::int64_t{1} << i);
        reply.integer(static_cast<std::int64_t>(calls));
    }
}

void add_timed(CommandContext& context, std::span<const Command> commands,
               std::vector<const Command*>& timed) {
    for (const auto& command : commands) {
        const bool is_timed = filled_buckets(context.server.statistics().of(command)) > 0;
        if (is_timed) timed.push_back(&command);
        add_timed(context, command.subcommands, timed);
    }
}

void run_histogram(CommandContext& context) {
    const CommandTable& commands = context.server.commands();
    std::vector<const Command*> timed;
    if (context.request.size() == 2) add_timed(context, commands.all(), timed);
    for (const auto name : context.request.from(2)) {
        const Command* command = commands.find_full(name);
        if (command != nullptr) add_timed(context, std::span(command, 1), timed);
    }
    context.reply.map(timed.size());
    for (const Command* command : timed) {
        context.reply.bulk(command->spec->name);
        reply_histogram(context.reply, context.server.statistics().of(*command));
    }
}

void run_latency_reset(CommandContext& context) {
    context.reply.integer(0);
}

constexpr std::uint32_t operating = flag_admin | flag_loading | flag_stale;

constexpr ArgumentDocs get_arguments[] = {{"count", "integer", {}, true}};
constexpr ArgumentDocs event_arguments[] = {{"event", "string"}};
constexpr ArgumentDocs events_arguments[] = {{"event", "string", {}, true, true}};

constexpr ArgumentDocs commands_arguments[] = {{"command", "string", {}, true, true}};

constexpr CommandSpec slowlog_rows[] = {
    {"slowlog|get",
     -2,
     operating,
     0,
     0,
     0,
     "server",
     "2.2.12",
     "The latest slow commands.",
     "O(N) for N commands",
     run_get,
     {},
     get_arguments},
    {"slowlog|help", 2, flag_loading | flag_stale, 0, 0, 0, "server", "6.2.0",
     "The subcommands of SLOWLOG.", "O(1)", run_help},
    {"slowlog|len", 2, operating, 0, 0, 0, "server", "2.2.12", "How many slow commands are kept.",
     "O(1)", run_len},
    {"slowlog|reset", 2, operating, 0, 0, 0, "server", "2.2.12", "Forgets the slow commands.",
     "O(N) for N commands", run_reset},
};

constexpr CommandSpec latency_rows[] = {
    {"latency|help", 2, flag_loading | flag_stale, 0, 0, 0, "server", "2.8.13",
     "The subcommands of LATENCY.", "O(1)", run_help},
    {"latency|histogram",
     -2,
     operating,
     0,
     0,
     0,
     "server",
     "7.0.0",
     "How long commands took, as averages of the turns that ran them.",
     "O(N) for N commands",
     run_histogram,
     {},
     commands_arguments},
    {"latency|history",
     3,
     operating,
     0,
     0,
     0,
     "server",
     "2.8.13",
     "Always empty.",
     "O(1)",
     run_no_events,
     {},
     event_arguments},
    {"latency|latest", 2, operating, 0, 0, 0, "server", "2.8.13", "Always empty.", "O(1)",
     run_no_events},
    {"latency|reset",
     -2,
     operating,
     0,
     0,
     0,
     "server",
     "2.8.13",
     "Always 0.",
     "O(1)",
     run_latency_reset,
     {},
     events_arguments},
};

}  // namespace

std::span<const CommandSpec> slowlog_subcommands() {
    return slowlog_rows;
}
std::span<const CommandSpec> latency_subcommands() {
    return latency_rows;
}

}  // namespace sluice
