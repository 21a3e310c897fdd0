// The one table of `sluice serve`'s options. From it come the flags (--tls-cert), the keys of the
// TOML file (tls_cert), the environment (SLUICE_TLS_CERT), --help, and docs/operations.md.
//
// Units      sizes are written 4096, 512KiB, 64MiB, 1GiB; times 200ms, 5s, 10m, 24h; 0 is 0
// Errors     invalid: one sentence that names the key and what is allowed
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/serve_config.hpp"
#include "event/result.hpp"

namespace sluice {

// The member that a row fills; its type says how the text is read.
using OptionTarget =
    std::variant<std::string ServeConfig::*, bool ServeConfig::*, std::uint64_t ServeConfig::*,
                 Duration ServeConfig::*, Address ServeConfig::*,
                 std::optional<Address> ServeConfig::*, Durability ServeConfig::*,
                 LogLevel ServeConfig::*, LogFormat ServeConfig::*>;

enum class OptionUnit : std::uint8_t { none, bytes, count };

struct OptionRow {
    std::string_view key;  // as in TOML
    OptionTarget target;
    std::string_view help;
    OptionUnit unit = OptionUnit::none;
    std::uint64_t least = 0;  // of a number
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    bool is_secret = false;  // never printed; also read from the file that SLUICE_<KEY>_FILE names
};

std::span<const OptionRow> option_table();
const OptionRow* find_option(std::string_view key);
std::vector<std::string> option_keys();

// Reads `text` into the row's member.
Result<void> set_option(ServeConfig& config, const OptionRow& row, std::string_view text);
// The value as it would be written in TOML, without quotes.
std::string option_text(const ServeConfig& config, const OptionRow& row);
// What the text may be: "HOST:PORT", "size", "memory, os or disk".
std::string_view option_values(const OptionRow& row);
bool is_switch(const OptionRow& row);

std::string flag_name(const OptionRow& row);         // "--tls-cert"
std::string environment_name(const OptionRow& row);  // "SLUICE_TLS_CERT"

// The table for docs/operations.md.
std::string option_table_markdown();

}  // namespace sluice
