// What `sluice serve` is told: one value per row of the option table, with its default.
//
// Invariant  a config that load_config() returned is complete and each value within its range
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/durability.hpp"
#include "event/time.hpp"
#include "net/address.hpp"

namespace sluice {

enum class LogFormat : std::uint8_t { automatic, json, text };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct ServeConfig {
    // doors
    std::string data;  // the default depends on who runs it: default_data_folder()
    Address resp{.host = "127.0.0.1", .port = 7370, .unix_path = {}};
    Address http{.host = "127.0.0.1", .port = 7371, .unix_path = {}};
    std::optional<Address> resp_unix;
    std::optional<Address> resp_tls;
    std::string tls_cert;
    std::string tls_key;
    std::string tls_client_ca;
    std::string password;
    bool open_without_password = false;

    // clients
    std::uint64_t clients_max = 10'000;
    std::uint64_t arguments_max = 65'536;
    std::uint64_t argument_bytes_max = 512ULL << 20;
    std::uint64_t request_bytes_max = 1ULL << 30;
    std::uint64_t output_bytes_max = 8ULL << 20;
    Duration block_max = Duration::from_seconds(0);
    Duration idle_timeout = Duration::from_seconds(0);

    // store
    Durability durability = Durability::disk;
    std::uint64_t segment_bytes = 64ULL << 20;
    std::uint64_t tail_cache_bytes = 128ULL << 20;
    std::uint64_t checkpoint_bytes = 64ULL << 20;
    std::uint64_t reserve_bytes = 64ULL << 20;
    Duration flush_interval = Duration::from_ms(200);
    Duration busy_poll{50};
    std::uint64_t stream_node_entries_max = 100;
    std::uint64_t metric_names_max = 1000;
    bool force_network_fs = false;

    // process
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::automatic;
    bool core_dumps = false;
    bool debug_commands = false;
};

// $XDG_STATE_HOME/sluice or ~/.local/state/sluice; /var/lib/sluice for root.
std::string default_data_folder();

}  // namespace sluice
