#include "http/http_metrics.hpp"

#include "http/http_problem.hpp"
#include "http/metrics_text.hpp"
#include "http/service_state.hpp"
#include "http/stream_metrics.hpp"
#include "server/login.hpp"
#include "server/server.hpp"

namespace sluice {
namespace {

double seconds(std::int64_t microseconds) {
    return static_cast<double>(microseconds) / 1e6;
}
double real(std::uint64_t value) {
    return static_cast<double>(value);
}

void write_build(MetricsText& out, const Server& server) {
    out.family("sluice_build_info", MetricType::gauge, "What is running; always 1.");
    out.sample(std::uint64_t{1}, {{"version", server.identity().version}});
    out.gauge("sluice_start_time_seconds", seconds(server.identity().started_wall.microseconds),
              "When the process started, in seconds since 1970.");
}

void write_engine(MetricsText& out, Server& server) {
    const Engine::Statistics engine = server.engine().statistics();
    out.counter("sluice_journal_appended_bytes_total", engine.journal_bytes,
                "Bytes appended to the journal since the store was created.");
    out.gauge("sluice_journal_segments", real(engine.segments), "Files of the journal.");
    out.gauge("sluice_journal_disk_bytes", real(engine.segment_bytes),
              "Bytes that the files of the journal take.");
    out.gauge("sluice_journal_live_entry_bytes", real(engine.live_entry_bytes),
              "Bytes of the journal that hold entries which can still be read.");
    out.counter("sluice_journal_flushes_total", engine.flushes,
                "Batches of the journal that were handed to the disk.");
    out.counter("sluice_checkpoints_total", engine.checkpoints, "Checkpoints written.");
    out.counter("sluice_checkpoint_failures_total", engine.checkpoint_failures,
                "Checkpoints that failed; each is tried again.");
    out.gauge("sluice_checkpoint_failed", server.engine().checkpoint_failure().empty() ? 0 : 1,
              "1 while the last checkpoint is one that failed.");
    out.counter("sluice_compacted_segments_total", engine.compacted_segments,
                "Files of the journal that compaction has freed.");
    out.counter("sluice_expired_keys_total", engine.expired_keys,
                "Keys removed because their time was over.");
    out.gauge("sluice_recovered_records", real(engine.recovered_records),
              "Journal records read when the store was opened.");
    out.gauge("sluice_recovery_duration_seconds", real(engine.recovery_us) / 1e6,
              "Time that opening the store took.");
    out.gauge("sluice_last_checkpoint_time_seconds", real(engine.last_checkpoint_wall_ms) / 1e3,
              "When the last checkpoint was written, in seconds since 1970; 0: never.");
    out.gauge("sluice_disk_full", engine.disk_full ? 1 : 0,
              "1 while new data is refused because the disk is full.");
    out.gauge("sluice_journal_failed", engine.poisoned ? 1 : 0,
              "1 after writing the journal failed: only reads until a restart.");
    out.gauge("sluice_damaged_ranges", real(engine.damaged_ranges),
              "Ranges of the journal whose checksums do not match.");
}

void write_commits(MetricsText& out, const ServiceState& service) {
    out.family("sluice_commit_duration_seconds", MetricType::histogram,
               "Time that one write and sync of the journal took.");
    out.histogram(service.commit_seconds);
    out.counter("sluice_inline_commits_total", service.inline_commits,
                "Commits done without a hand-over between threads.");
}

void write_clients(MetricsText& out, Server& server, const ServiceState& service) {
    const ServerStatistics& counted = server.statistics();
    out.gauge("sluice_resp_connections", real(server.sessions().size()),
              "Connections of Redis clients.");
    out.gauge("sluice_resp_connections_max", real(server.settings().clients_max),
              "Connections of Redis clients that are allowed.");
    out.counter("sluice_resp_connections_accepted_total", counted.connections_received,
                "Connections of Redis clients that came.");
    out.counter("sluice_resp_connections_rejected_total", counted.connections_rejected,
                "Connections of Redis clients that were refused.");
    out.counter("sluice_resp_received_bytes_total", counted.input_bytes,
                "Bytes received from Redis clients.");
    out.counter("sluice_resp_sent_bytes_total", counted.output_bytes,
                "Bytes sent to Redis clients.");
    out.counter("sluice_resp_protocol_errors_total", counted.protocol_errors,
                "Connections closed because what they sent is not RESP.");
    out.counter("sluice_resp_auth_failures_total", counted.auth_failures, "Wrong passwords.");
    out.counter("sluice_resp_slow_reader_closes_total", counted.output_limit_closes,
                "Connections closed because they did not take their replies.");
    out.counter("sluice_resp_idle_closes_total", counted.idle_closes,
                "Connections closed because they were silent.");
    out.counter("sluice_accept_pauses_total", service.accept_pauses,
                "Times that accepting paused, for want of descriptors or memory.");
    out.gauge("sluice_http_connections", real(service.http_connections),
              "Connections of the HTTP door.");
    out.counter("sluice_http_requests_total", service.http_requests, "HTTP requests answered.");
}

template <class Visit>
void visit_commands(const Server& server, const Visit& visit) {
    for (const Command& command : server.commands().all()) {
        visit(command);
        for (const Command& subcommand : command.subcommands)
            visit(subcommand);
    }
}

// One sample per command that was ever called, so that the page stays short.
template <class Value>
void write_per_command(MetricsText& out, Server& server, const Value& value) {
    visit_commands(server, [&](const Command& command) {
        const CommandStatistics& counted = server.statistics().of(command);
        if (counted.calls + counted.rejected == 0) return;
        out.sample(value(counted), {{"command", command.spec->name}});
    });
}

void write_commands(MetricsText& out, Server& server) {
    using S = const CommandStatistics&;
    out.counter("sluice_commands_processed_total", server.statistics().commands_processed,
                "Commands of Redis clients that were run.");
    out.family("sluice_command_calls_total", MetricType::counter, "Calls of a command.");
    write_per_command(out, server, [](S counted) { return counted.calls; });
    out.family("sluice_command_duration_seconds_total", MetricType::counter,
               "Time spent in a command, without waiting for the disk.");
    write_per_command(out, server, [](S counted) { return real(counted.us) / 1e6; });
    out.family("sluice_command_failures_total", MetricType::counter,
               "Calls of a command that were answered with an error.");
    write_per_command(out, server, [](S counted) { return counted.failed; });
    out.family("sluice_command_rejections_total", MetricType::counter,
               "Calls of a command that were refused before they ran.");
    write_per_command(out, server, [](S counted) { return counted.rejected; });
    out.counter("sluice_keyspace_hits_total", server.statistics().keyspace_hits,
                "Reads that found their key.");
    out.counter("sluice_keyspace_misses_total", server.statistics().keyspace_misses,
                "Reads that did not find their key.");
}

void write_keys(MetricsText& out, Server& server) {
    out.family("sluice_keys", MetricType::gauge, "Keys in a database.");
    for (TenantNumber tenant = 0; tenant < databases_count; ++tenant) {
        const std::uint64_t count = server.engine().key_count(tenant);
        if (count == 0 && tenant != 0) continue;
        out.sample(count, {{"database", std::to_string(tenant)}});
    }
}

void write_residents(MetricsText& out, const Server& server) {
    for (const auto& resident : server.residents()) {
        for (const Metric& metric : resident->measure()) {
            const bool is_counter = metric.kind == Metric::Kind::counter;
            out.family(metric.name, is_counter ? MetricType::counter : MetricType::gauge,
                       metric.help);
            out.sample(metric.value);
        }
    }
}

// Names of the Prometheus client libraries, so that common dashboards find them.
void write_process(MetricsText& out, const Server& server, const ServiceState& service) {
    const ProcessFacts facts = server.process_facts();
    out.family("process_cpu_seconds_total", MetricType::counter, "CPU time, user and system.");
    out.sample(seconds(facts.cpu_user_us + facts.cpu_system_us));
    out.gauge("process_resident_memory_bytes", real(facts.resident_bytes), "Resident memory.");
    out.gauge("process_start_time_seconds", seconds(server.identity().started_wall.microseconds),
              "When the process started, in seconds since 1970.");
    const FileCount files = service.count_files();
    out.gauge("process_open_fds", real(files.open), "Open file descriptors.");
    out.gauge("process_max_fds", real(files.most), "Open file descriptors that are allowed.");
}

// Whoever is not on this machine shows the password, when there is one.
bool may_read(const HttpContext& context) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string& password = context.server.settings().password;
    if (password.empty() || context.request.is_local) return true;
    const std::string* header = context.request.header("authorization");
    if (header == nullptr || !header->starts_with(scheme)) return false;
    return equal_in_constant_time(std::string_view(*header).substr(scheme.size()), password);
}

}  // namespace

HttpResponse get_metrics(HttpContext& context) {
    if (!may_read(context)) {
        HttpResponse refusal = problem_response(Problem::unauthorized);
        refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"sluice\"");
        return refusal;
    }
    MetricsText out;
    write_build(out, context.server);
    write_engine(out, context.server);
    write_commits(out, context.service);
    write_clients(out, context.server, context.service);
    write_commands(out, context.server);
    write_keys(out, context.server);
    write_stream_metrics(out, context.server);
    write_residents(out, context.server);
    write_process(out, context.server, context.service);
    HttpResponse response = plain_text(out.take());
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
}

}  // namespace sluice
