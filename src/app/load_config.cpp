#include "app/load_config.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "app/config_file.hpp"
#include "app/option_table.hpp"
#include "cli/cli.hpp"
#include "io/read_file.hpp"

extern char** environ;

namespace sluice {
namespace {

constexpr std::string_view environment_prefix = "SLUICE_";

std::string unknown_key(std::string_view key, std::string_view where) {
    const std::string nearest = nearest_word(key, option_keys());
    std::string sentence = "unknown key '" + std::string(key) + "' in " + std::string(where);
    if (!nearest.empty()) return sentence + "; did you mean " + nearest + "?";
    return sentence + "; `sluice serve --help` lists the known ones";
}

// Nothing where a secret should be is a mistake, not the wish to have none.
Result<void> take(ServeConfig& config, const OptionRow& row, std::string_view text) {
    if (row.is_secret && text.empty()) {
        return Error{Errc::invalid,
                     std::string(row.key) + " is empty; leave it out if there is to be none"};
    }
    return set_option(config, row, text);
}

Result<void> apply_file(ServeConfig& config, const std::string& path) {
    SLUICE_TRY_ASSIGN(const auto entries, read_config_file(path));
    for (const auto& [key, text] : entries) {
        const OptionRow* row = find_option(key);
        if (row == nullptr) return Error{Errc::invalid, unknown_key(key, path)};
        if (auto set = take(config, *row, text); !set) return set.error().within(path);
    }
    return {};
}

// The first line of the file that holds a secret.
Result<std::string> read_secret(const std::string& path) {
    constexpr std::size_t file_bytes_max = 64UL << 10;
    auto text = read_file(path, file_bytes_max);
    if (!text) return Error{Errc::invalid, "the secret: " + text.error().message};
    std::string line = text->substr(0, text->find('\n'));
    if (line.empty()) return Error{Errc::invalid, "there is no secret in " + path};
    return line;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// A variable that we do not know is only worth a warning: orchestrators set SLUICE_PORT and such
// for a service of our name.
Result<void> apply_variable(LoadedConfig& loaded, const std::string& name,
                            const std::string& text) {
    std::string key = lower(std::string_view(name).substr(environment_prefix.size()));
    const bool is_file = key.ends_with("_file") && find_option(key) == nullptr;
    if (is_file) key.resize(key.size() - std::string_view("_file").size());
    const OptionRow* row = find_option(key);
    if (row == nullptr || (is_file && !row->is_secret)) {
        loaded.warnings.push_back(unknown_key(name, "the environment"));
        return {};
    }
    std::string value = text;
    if (is_file) {
        SLUICE_TRY_ASSIGN(value, read_secret(text));
    }
    if (auto set = take(loaded.config, *row, value); !set) return set.error().within(name);
    return {};
}

Result<void> check_doors(const ServeConfig& config) {
    const bool has_tls_file =
        !config.tls_cert.empty() || !config.tls_key.empty() || !config.tls_client_ca.empty();
    if (!config.resp_tls && has_tls_file) {
        return Error{Errc::invalid,
                     "tls_cert, tls_key and tls_client_ca need resp_tls, the address of the TLS "
                     "door; without it nothing is encrypted"};
    }
    if (config.resp_tls && (config.tls_cert.empty() || config.tls_key.empty())) {
        return Error{Errc::invalid, "resp_tls needs tls_cert and tls_key"};
    }
    if (config.resp_unix && !config.resp_unix->is_unix()) {
        return Error{Errc::invalid, "resp_unix is a path: unix:/run/sluice/resp.sock"};
    }
    if (config.http.is_unix() || (config.resp_tls && config.resp_tls->is_unix())) {
        return Error{Errc::invalid, "only resp and resp_unix can be a unix socket"};
    }
    const bool is_tls_open = config.resp_tls && !config.resp_tls->is_loopback();
    const bool is_open = !config.resp.is_loopback() || !config.http.is_loopback() ||
                         (is_tls_open && config.tls_client_ca.empty());
    if (is_open && config.password.empty() && !config.open_without_password) {
        return Error{Errc::invalid,
                     "without a password Sluice listens on this machine only; set password, or "
                     "open_without_password if the network keeps strangers out"};
    }
    return {};
}

Result<void> check_sizes(const ServeConfig& config) {
    if (config.argument_bytes_max > config.request_bytes_max) {
        return Error{Errc::invalid, "argument_bytes_max must not exceed request_bytes_max"};
    }
    if (config.flush_interval.ms() < 1 || config.flush_interval.ms() > 5000) {
        return Error{Errc::invalid, "flush_interval is a time from 1ms to 5s"};
    }
    if (config.busy_poll > Duration::from_ms(1)) {
        return Error{Errc::invalid, "busy_poll is a time from 0 to 1ms"};
    }
    return {};
}

}  // namespace

Result<LoadedConfig> load_config(const ConfigSources& sources) {
    LoadedConfig loaded;
    loaded.config.data = default_data_folder();
    if (!sources.file.empty()) SLUICE_TRY(apply_file(loaded.config, sources.file));
    for (const auto& [name, text] : sources.environment) {
        SLUICE_TRY(apply_variable(loaded, name, text));
    }
    for (const auto& [key, text] : sources.flags) {
        SLUICE_TRY(take(loaded.config, *find_option(key), text));
    }
    SLUICE_TRY(check_doors(loaded.config));
    SLUICE_TRY(check_sizes(loaded.config));
    return loaded;
}

std::vector<std::pair<std::string, std::string>> sluice_environment() {
    std::vector<std::pair<std::string, std::string>> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const auto equals = text.find('=');
        if (!text.starts_with(environment_prefix) || equals == text.npos) continue;
        // SLUICE_CONFIG names the file itself; the other is for commands that are clients.
        const std::string_view name = text.substr(0, equals);
        if (name == "SLUICE_CONFIG" || name == "SLUICE_SERVER") continue;
        variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::string print_config(const ServeConfig& config) {
    std::string text;
    for (const OptionRow& row : option_table()) {
        if (row.is_secret) continue;
        text += "# " + std::string(row.help) + "\n" + std::string(row.key) + " = " +
                toml_value(row, option_text(config, row)) + "\n";
    }
    return text;
}

std::string default_data_folder() {
    const char* state = std::getenv("XDG_STATE_HOME");
    if (state != nullptr && state[0] == '/') return std::string(state) + "/sluice";
    if (geteuid() == 0) return "/var/lib/sluice";
    const char* home = std::getenv("HOME");
    return home == nullptr ? "sluice-data" : std::string(home) + "/.local/state/sluice";
}

}  // namespace sluice
