#include "admin_commands/info_sections.hpp"

#include <cstdio>
#include <string>

#include "admin_commands/server_version.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

void field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(":").append(value).append("\r\n");
}

template <class Number>
void field_number(std::string& out, std::string_view name, Number value) {
    field(out, name, std::to_string(value));
}

void field_flag(std::string& out, std::string_view name, bool value) {
    field(out, name, value ? "1" : "0");
}

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// "1.50M", as people read sizes.
std::string human_bytes(std::uint64_t bytes) {
    constexpr std::uint64_t kilo = 1024;
    const auto value = static_cast<double>(bytes);
    if (bytes < kilo) return std::to_string(bytes) + "B";
    if (bytes < kilo * kilo) return fixed(value / 1024, 2) + "K";
    if (bytes < kilo * kilo * kilo) return fixed(value / 1048576, 2) + "M";
    return fixed(value / 1073741824, 2) + "G";
}

std::string ratio(std::uint64_t a, std::uint64_t b) {
    return b == 0 ? "0.00" : fixed(static_cast<double>(a) / static_cast<double>(b), 2);
}

void write_server(Server& server, std::string& out) {
    const ServerIdentity& identity = server.identity();
    const std::int64_t uptime_s = (server.mono() - identity.started).ms() / 1000;
    constexpr std::int64_t seconds_per_day = 86'400;
    field(out, "redis_version", redis_version);
    field(out, "sluice_version", identity.version);
    field(out, "redis_mode", "standalone");
    field(out, "server_mode", "standalone");
    field(out, "os", identity.operating_system);
    field(out, "arch_bits", "64");
    field(out, "monotonic_clock", "POSIX clock_gettime");
    field(out, "multiplexing_api", "epoll");
    field_number(out, "process_id", identity.process_id);
    field(out, "run_id", identity.run_id);
    field_number(out, "tcp_port", identity.port);
    field_number(out, "server_time_usec", server.wall().microseconds);
    field_number(out, "uptime_in_seconds", uptime_s);
    field_number(out, "uptime_in_days", uptime_s / seconds_per_day);
    field(out, "hz", "10");
    field(out, "configured_hz", "10");
    field(out, "executable", identity.executable);
    field(out, "config_file", identity.config_file);
    field(out, "io_threads_active", "0");
}

void write_clients(Server& server, std::string& out) {
    std::size_t output_max = 0;
    std::size_t input_max = 0;
    for (const auto& [id, session] : server.sessions()) {
        output_max = std::max(output_max, session->output_size());
        input_max = std::max(input_max, session->input_size());
    }
    field_number(out, "connected_clients", server.sessions().size());
    field(out, "cluster_connections", "0");
    field_number(out, "maxclients", server.settings().clients_max);
    field_number(out, "client_recent_max_input_buffer", input_max);
    field_number(out, "client_recent_max_output_buffer", output_max);
    field_number(out, "blocked_clients", server.blocking().session_count());
    field(out, "tracking_clients", "0");
    field(out, "pubsub_clients", "0");
    field_number(out, "watching_clients", server.watching().session_count());
    field(out, "clients_in_timeout_table", "0");
    field_number(out, "total_watched_keys", server.watching().key_count());
    field_number(out, "total_blocking_keys", server.blocking().key_count());
}

void write_memory(Server& server, std::string& out) {
    const ProcessFacts facts = server.process_facts();
    field_number(out, "used_memory", facts.allocated_bytes);
    field(out, "used_memory_human", human_bytes(facts.allocated_bytes));
    field_number(out, "used_memory_rss", facts.resident_bytes);
    field(out, "used_memory_rss_human", human_bytes(facts.resident_bytes));
    field_number(out, "used_memory_peak", facts.resident_bytes_peak);
    field(out, "used_memory_peak_human", human_bytes(facts.resident_bytes_peak));
    field(
        out, "used_memory_peak_perc",
        fixed(facts.resident_bytes_peak == 0 ? 0
                                             : 100.0 * static_cast<double>(facts.allocated_bytes) /
                                                   static_cast<double>(facts.resident_bytes_peak),
              2) +
            "%");
    field(out, "used_memory_lua", "0");
    field(out, "used_memory_scripts", "0");
    field_number(out, "total_system_memory", facts.system_memory_bytes);
    field(out, "total_system_memory_human", human_bytes(facts.system_memory_bytes));
    field(out, "maxmemory", "0");
    field(out, "maxmemory_human", "0B");
    field(out, "maxmemory_policy", "noeviction");
    field(out, "mem_fragmentation_ratio", ratio(facts.resident_bytes, facts.allocated_bytes));
    field(out, "mem_allocator", "libc");
    field(out, "active_defrag_running", "0");
    field(out, "lazyfree_pending_objects", "0");
}

void write_persistence(Server& server, std::string& out) {
    const auto engine = server.engine().statistics();
    const std::uint64_t saved_s = engine.last_checkpoint_wall_ms / 1000;
    const std::string& failure = server.engine().checkpoint_failure();
    const std::string_view saving = engine.poisoned || !failure.empty() ? "err" : "ok";
    field(out, "loading", "0");
    field(out, "async_loading", "0");
    field_flag(out, "rdb_bgsave_in_progress", engine.checkpoint_running);
    field(out, "rdb_changes_since_last_save", "0");
    field_number(out, "rdb_last_save_time", saved_s);
    field(out, "rdb_last_bgsave_status", saving);
    field(out, "rdb_last_bgsave_time_sec", "0");
    field(out, "rdb_current_bgsave_time_sec", engine.checkpoint_running ? "0" : "-1");
    field_number(out, "rdb_saves", engine.checkpoints);
    field(out, "aof_enabled", "1");
    field_flag(out, "aof_rewrite_in_progress", engine.checkpoint_running);
    field_flag(out, "aof_rewrite_scheduled", engine.checkpoint_owed);
    field(out, "aof_last_rewrite_time_sec", "0");
    field(out, "aof_current_rewrite_time_sec", engine.checkpoint_running ? "0" : "-1");
    field(out, "aof_last_bgrewrite_status", saving);
    field(out, "aof_last_write_status", engine.poisoned || engine.disk_full ? "err" : "ok");
    field_number(out, "aof_current_size", engine.segment_bytes);
    field_number(out, "aof_base_size", engine.live_entry_bytes);
    field(out, "aof_pending_rewrite", "0");
    field(out, "sluice_durability", name_of(server.engine().options().durability));
    field_number(out, "sluice_journal_bytes", engine.journal_bytes);
    field_number(out, "sluice_journal_flushes", engine.flushes);
    field_number(out, "sluice_checkpoint_failures", engine.checkpoint_failures);
    field(out, "sluice_checkpoint_failure", failure);
    field_number(out, "sluice_segments", engine.segments);
    field_number(out, "sluice_compacted_segments", engine.compacted_segments);
    field_number(out, "sluice_recovered_records", engine.recovered_records);
    field_number(out, "sluice_recovery_usec", engine.recovery_us);
    field_number(out, "sluice_damaged_ranges", engine.damaged_ranges);
    field_flag(out, "sluice_disk_full", engine.disk_full);
    field_flag(out, "sluice_poisoned", engine.poisoned);
}

void write_stats(Server& server, std::string& out) {
    const ServerStatistics& counted = server.statistics();
    constexpr double kilo = 1024;
    field_number(out, "total_connections_received", counted.connections_received);
    field_number(out, "total_commands_processed", counted.commands_processed);
    field_number(out, "instantaneous_ops_per_sec", counted.commands_per_second());
    field_number(out, "total_net_input_bytes", counted.input_bytes);
    field_number(out, "total_net_output_bytes", counted.output_bytes);
    field(out, "instantaneous_input_kbps",
          fixed(static_cast<double>(counted.input_bytes_per_second()) / kilo, 2));
    field(out, "instantaneous_output_kbps",
          fixed(static_cast<double>(counted.output_bytes_per_second()) / kilo, 2));
    field_number(out, "rejected_connections", counted.connections_rejected);
    field(out, "sync_full", "0");
    field(out, "sync_partial_ok", "0");
    field(out, "sync_partial_err", "0");
    field_number(out, "expired_keys", server.engine().statistics().expired_keys);
    field(out, "evicted_keys", "0");
    field(out, "evicted_clients", "0");
    field_number(out, "keyspace_hits", counted.keyspace_hits);
    field_number(out, "keyspace_misses", counted.keyspace_misses);
    field(out, "pubsub_channels", "0");
    field(out, "pubsub_patterns", "0");
    field(out, "latest_fork_usec", "0");
    field(out, "total_forks", "0");
    field_number(out, "total_error_replies", counted.error_count());
    field_number(out, "acl_access_denied_auth", counted.auth_failures);
    field_number(out, "client_output_buffer_limit_disconnections", counted.output_limit_closes);
    field_number(out, "sluice_protocol_errors", counted.protocol_errors);
    field_number(out, "sluice_idle_closes", counted.idle_closes);
}

void write_replication(Server& server, std::string& out) {
    field(out, "role", "master");
    field(out, "connected_slaves", "0");
    field(out, "master_failover_state", "no-failover");
    field(out, "master_replid", server.identity().run_id);
    field(out, "master_replid2", std::string(40, '0'));
    field_number(out, "master_repl_offset", server.engine().reached().synced);
    field(out, "second_repl_offset", "-1");
    field(out, "repl_backlog_active", "0");
    field(out, "repl_backlog_size", "0");
    field(out, "repl_backlog_first_byte_offset", "0");
    field(out, "repl_backlog_histlen", "0");
}

void write_cpu(Server& server, std::string& out) {
    const ProcessFacts facts = server.process_facts();
    field(out, "used_cpu_sys", fixed(static_cast<double>(facts.cpu_system_us) / 1e6, 6));
    field(out, "used_cpu_user", fixed(static_cast<double>(facts.cpu_user_us) / 1e6, 6));
    field(out, "used_cpu_sys_children", "0.000000");
    field(out, "used_cpu_user_children", "0.000000");
}

// Calls `visit` for each command and subcommand that was ever run or refused.
template <class Visit>
void for_each_counted(Server& server, std::span<const Command> commands, const Visit& visit) {
    for (const auto& command : commands) {
        const CommandStatistics& counted = server.statistics().of(command);
        if (counted.calls + counted.rejected > 0) visit(command, counted);
        for_each_counted(server, command.subcommands, visit);
    }
}

void write_command_stats(Server& server, std::string& out) {
    const auto write = [&](const Command& command, const CommandStatistics& counted) {
        const std::string name = "cmdstat_" + std::string(command.spec->name);
        field(out, name,
              "calls=" + std::to_string(counted.calls) + ",usec=" + std::to_string(counted.us) +
                  ",usec_per_call=" + ratio(counted.us, counted.calls) +
                  ",rejected_calls=" + std::to_string(counted.rejected) +
                  ",failed_calls=" + std::to_string(counted.failed));
    };
    for_each_counted(server, server.commands().all(), write);
}

void write_error_stats(Server& server, std::string& out) {
    for (const auto& [word, count] : server.statistics().errors()) {
        field(out, "errorstat_" + word, "count=" + std::to_string(count));
    }
}

void write_latency_stats(Server& server, std::string& out) {
    const auto write = [&](const Command& command, const CommandStatistics& counted) {
        if (counted.calls == 0) return;
        const std::string name = "latency_percentiles_usec_" + std::string(command.spec->name);
        field(out, name,
              "p50=" + fixed(counted.percentile_us(0.5), 3) +
                  ",p99=" + fixed(counted.percentile_us(0.99), 3) +
                  ",p99.9=" + fixed(counted.percentile_us(0.999), 3));
    };
    for_each_counted(server, server.commands().all(), write);
}

void write_cluster(Server&, std::string& out) {
    field(out, "cluster_enabled", "0");
}

void write_keyspace(Server& server, std::string& out) {
    for (TenantNumber tenant = 0; tenant < databases_count; ++tenant) {
        const std::size_t keys = server.engine().key_count(tenant);
        if (keys == 0) continue;
        field(out, "db" + std::to_string(tenant),
              "keys=" + std::to_string(keys) + ",expires=" +
                  std::to_string(server.engine().expiring_count(tenant)) + ",avg_ttl=0");
    }
}

constexpr InfoSection sections[] = {
    {"server", "# Server", true, write_server},
    {"clients", "# Clients", true, write_clients},
    {"memory", "# Memory", true, write_memory},
    {"persistence", "# Persistence", true, write_persistence},
    {"stats", "# Stats", true, write_stats},
    {"replication", "# Replication", true, write_replication},
    {"cpu", "# CPU", true, write_cpu},
    {"modules", "# Modules", true, [](Server&, std::string&) {}},
    {"commandstats", "# Commandstats", false, write_command_stats},
    {"errorstats", "# Errorstats", true, write_error_stats},
    {"latencystats", "# Latencystats", false, write_latency_stats},
    {"cluster", "# Cluster", true, write_cluster},
    {"keyspace", "# Keyspace", true, write_keyspace},
};

}  // namespace

std::span<const InfoSection> info_sections() {
    return sections;
}

}  // namespace sluice
