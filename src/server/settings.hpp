// What an operator may choose about the RESP door, and what never changes while it runs.
#pragma once

#include <cstdint>
#include <string>

#include "event/time.hpp"

namespace sluice {

// Changed by the configuration file, flags, or CONFIG SET (config_parameters.cpp names them).
struct ServerSettings {
    std::string password;        // requirepass; empty: no authentication
    bool protected_mode = true;  // without a password only this machine is served
    std::uint64_t clients_max = 10'000;
    std::uint64_t idle_timeout_s = 0;  // a silent client is closed after this; 0: never

    std::uint64_t arguments_max = 65'536;             // of one command
    std::uint64_t argument_bytes_max = 512ULL << 20;  // of one argument
    std::uint64_t request_bytes_max = 1ULL << 30;     // of one command
    std::uint64_t output_bytes_max = 8ULL << 20;  // untaken replies that stop a client's commands
    std::uint64_t block_ms_max = 0;               // the longest BLOCK; 0: no cap

    std::uint64_t stream_node_entries_max = 100;  // what approximate trimming may leave behind
    std::uint64_t stream_node_bytes_max = 4096;
    std::uint64_t hash_listpack_entries_max = 512;  // what OBJECT ENCODING tells
    std::uint64_t hash_listpack_value_max = 64;
    std::uint64_t sorted_set_listpack_entries_max = 128;
    std::uint64_t sorted_set_listpack_value_max = 64;
    std::uint64_t keys_count_max = 100'000;  // KEYS is refused in tenants with more keys

    std::uint64_t metric_names_max = 1000;  // streams, and groups, that /metrics tells by name

    std::int64_t slow_log_us = 10'000;  // negative: off
    std::uint64_t slow_log_entries_max = 128;
    bool debug_commands = false;  // DEBUG exists: for tests
};

// Fixed when the process starts; told by INFO and HELLO.
struct ServerIdentity {
    std::string version = "0.1.0";
    std::string run_id = "0000000000000000000000000000000000000000";  // 40 hexadecimal digits
    std::string operating_system = "Linux";
    std::string executable;
    std::string config_file;
    std::string data_directory;
    std::int64_t process_id = 0;
    std::uint16_t port = 7370;
    WallTime started_wall{};
    MonoTime started{};
};

// What only the shell can measure.
struct ProcessFacts {
    std::uint64_t allocated_bytes = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t resident_bytes_peak = 0;
    std::uint64_t system_memory_bytes = 0;
    std::int64_t cpu_user_us = 0;
    std::int64_t cpu_system_us = 0;
};

}  // namespace sluice
