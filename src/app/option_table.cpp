#include "app/option_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice {
namespace {

using C = ServeConfig;
constexpr auto bytes = OptionUnit::bytes;
constexpr auto count = OptionUnit::count;
constexpr std::uint64_t kib = 1ULL << 10;
constexpr std::uint64_t mib = 1ULL << 20;
constexpr std::uint64_t gib = 1ULL << 30;

// The order is that of --help and of docs/operations.md.
constexpr auto rows = std::to_array<OptionRow>({
    {"data", &C::data, "folder that holds everything; made when missing"},
    {"resp", &C::resp, "where Redis clients connect; port 0 picks a free one"},
    {"http", &C::http, "where /healthz, /readyz and /metrics answer"},
    {"resp_unix", &C::resp_unix, "a unix socket for Redis clients as well: unix:PATH"},
    {"resp_tls", &C::resp_tls, "where Redis clients connect with TLS (rediss://)"},
    {"tls_cert", &C::tls_cert, "PEM file: certificate and chain of the TLS door"},
    {"tls_key", &C::tls_key, "PEM file: private key of the TLS door; nobody else may read it"},
    {"tls_client_ca", &C::tls_client_ca, "PEM file: clients must show a certificate of this CA"},
    {"password", &C::password, "what clients give to AUTH; none: only this machine may connect",
     OptionUnit::none, 0, 512, true},
    {"open_without_password", &C::open_without_password,
     "listen beyond this machine although there is no password"},

    {"clients_max", &C::clients_max, "connections of Redis clients at one time", count, 1,
     1'000'000},
    {"arguments_max", &C::arguments_max, "arguments of one command", count, 16, 1'048'576},
    {"argument_bytes_max", &C::argument_bytes_max, "size of one argument", bytes, kib, 512 * mib},
    {"request_bytes_max", &C::request_bytes_max, "size of one command", bytes, 64 * kib, 2 * gib},
    {"output_bytes_max", &C::output_bytes_max,
     "replies that wait for a slow reader before its commands are no longer read", bytes, 64 * kib,
     gib},
    {"block_max", &C::block_max, "longest wait of a blocking command; 0: no limit"},
    {"idle_timeout", &C::idle_timeout, "silence after which a client is closed; 0: never"},

    {"durability", &C::durability,
     "what an answer promises for new keys: applied, in the kernel, on the disk"},
    {"segment_bytes", &C::segment_bytes, "size of one journal file", bytes, mib, 4 * gib},
    {"tail_cache_bytes", &C::tail_cache_bytes, "newest part of the journal that stays in memory",
     bytes, mib, 64 * gib},
    {"checkpoint_bytes", &C::checkpoint_bytes,
     "journal between two checkpoints: what a restart reads at most", bytes, mib, 64 * gib},
    {"reserve_bytes", &C::reserve_bytes,
     "free disk space that new data may not take, so that reads, acks and trims go on", bytes, mib,
     64 * gib},
    {"flush_interval", &C::flush_interval,
     "how long data of durability memory and os may stay off the disk"},
    {"busy_poll", &C::busy_poll,
     "how long to look for the next request before sleeping, while clients are quick; 0: not"},
    {"stream_node_entries_max", &C::stream_node_entries_max,
     "steps in which MAXLEN ~ trims a stream; Redis calls it stream-node-max-entries", count, 1,
     1'000'000},
    {"metric_names_max", &C::metric_names_max,
     "streams, and groups, that /metrics tells by name; 0: none", count, 0, 100'000},
    {"force_network_fs", &C::force_network_fs, "accept a data folder on a network file system"},

    {"log_level", &C::log_level, "the least that is worth a log line"},
    {"log_format", &C::log_format, "automatic: text on a terminal, JSON lines elsewhere"},
    {"core_dumps", &C::core_dumps, "let a crash write a core file; it may hold payloads"},
    {"debug_commands", &C::debug_commands, "allow DEBUG; for tests, not for production"},
});

std::string default_text(const OptionRow& row) {
    if (row.key == "data") return "see below";
    const std::string text = option_text(ServeConfig{}, row);
    return text.empty() ? "none" : "`" + text + "`";
}

}  // namespace

std::span<const OptionRow> option_table() {
    return rows;
}

const OptionRow* find_option(std::string_view key) {
    const auto* row = std::ranges::find(rows, key, &OptionRow::key);
    return row == rows.end() ? nullptr : row;
}

std::vector<std::string> option_keys() {
    std::vector<std::string> keys;
    for (const OptionRow& row : rows)
        keys.emplace_back(row.key);
    return keys;
}

bool is_switch(const OptionRow& row) {
    return std::holds_alternative<bool ServeConfig::*>(row.target);
}

std::string flag_name(const OptionRow& row) {
    std::string name = "--" + std::string(row.key);
    std::ranges::replace(name, '_', '-');
    return name;
}

std::string environment_name(const OptionRow& row) {
    std::string name = "SLUICE_" + std::string(row.key);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

std::string option_table_markdown() {
    std::string table = "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const OptionRow& row : rows) {
        table += "| `" + std::string(row.key) + "` | " + std::string(option_values(row)) + " | " +
                 default_text(row) + " | " + std::string(row.help) + " |\n";
    }
    return table;
}

}  // namespace sluice
