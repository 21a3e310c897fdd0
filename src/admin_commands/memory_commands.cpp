// MEMORY USAGE, STATS, DOCTOR, PURGE.

#include <string>

#include "admin_commands/command_usage.hpp"
#include "admin_commands/server_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

std::size_t memory_of(const Key& key) {
    const std::size_t own = sizeof(Key) + key.name.capacity();
    return own + std::visit(
                     [](const auto& value) -> std::size_t {
                         if constexpr (requires { value.memory_bytes(); }) {
                             return value.memory_bytes();
                         } else {
                             return value.capacity();
                         }
                     },
                     key.value);
}

void run_usage(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() != 3) {
        // SAMPLES says how exact an estimate of Redis is; ours counts what is allocated.
        if (request.size() != 5 || !is_word(request[3], "samples")) {
            return context.reply.error(error_text::syntax);
        }
        const auto samples = integer_argument(context, 4);
        if (!samples.has_value()) return;
        if (*samples < 0) return context.reply.error(error_text::syntax);
    }
    const Key* key = context.engine.find(context.tenant, request[2]);
    if (key == nullptr) return context.reply.null();
    context.reply.integer(static_cast<std::int64_t>(memory_of(*key)));
}

std::size_t clients_memory(const Server& server) {
    std::size_t bytes = 0;
    for (const auto& [id, session] : server.sessions()) {
        bytes += session->memory_bytes();
    }
    return bytes;
}

void run_stats(CommandContext& context) {
    const ProcessFacts facts = context.server.process_facts();
    std::size_t keys = 0;
    for (TenantNumber tenant = 0; tenant < 16; ++tenant) {
        keys += context.engine.key_count(tenant);
    }
    struct Row {
        std::string_view name;
        std::uint64_t value;
    };
    const Row rows[] = {
        {"peak.allocated", facts.resident_bytes_peak},
        {"total.allocated", facts.allocated_bytes},
        {"clients.normal", clients_memory(context.server)},
        {"keys.count", keys},
        {"allocator.resident", facts.resident_bytes},
    };
    context.reply.map(std::size(rows));
    for (const auto& row : rows) {
        context.reply.bulk(row.name);
        context.reply.integer(static_cast<std::int64_t>(row.value));
    }
}

void run_doctor(CommandContext& context) {
    const auto engine = context.engine.statistics();
    std::string text =
        "Sluice keeps stream entries on disk and an index in memory. The process has allocated " +
        std::to_string(context.server.process_facts().allocated_bytes) + " bytes, of which " +
        std::to_string(context.server.sessions().size()) + " clients take " +
        std::to_string(clients_memory(context.server)) + " bytes.";
    if (engine.disk_full) text += " The disk is full: publishing waits until there is space.";
    if (engine.poisoned) text += " The journal is poisoned by a failed sync: restart the server.";
    context.reply.verbatim(text);
}

void run_purge(CommandContext& context) {
    context.reply.ok();
}

constexpr ArgumentDocs usage_arguments[] = {{"key", "key"}, {"count", "integer", "SAMPLES", true}};

constexpr CommandSpec rows[] = {
    {"memory|doctor", 2, 0, 0, 0, 0, "server", "4.0.0", "Where the memory is, in a sentence.",
     "O(N) for N connections", run_doctor},
    {"memory|help", 2, flag_loading | flag_stale, 0, 0, 0, "server", "4.0.0",
     "The subcommands of MEMORY.", "O(1)", run_help},
    {"memory|purge", 2, 0, 0, 0, 0, "server", "4.0.0", "Accepted: nothing is held back.", "O(1)",
     run_purge},
    {"memory|stats", 2, 0, 0, 0, 0, "server", "4.0.0", "Where the memory is, in numbers.",
     "O(N) for N connections", run_stats},
    {"memory|usage",
     -3,
     flag_readonly,
     2,
     2,
     1,
     "server",
     "4.0.0",
     "The memory that a key takes; the entries of a stream are on disk.",
     "O(1)",
     run_usage,
     {},
     usage_arguments},
};

}  // namespace

std::span<const CommandSpec> memory_subcommands() {
    return rows;
}

}  // namespace sluice
