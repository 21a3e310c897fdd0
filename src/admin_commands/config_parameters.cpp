#include "admin_commands/config_parameters.hpp"

#include <algorithm>

#include "server/number_argument.hpp"

namespace sluice {

namespace {

Error wrong(std::string_view sentence) {
    return {Errc::invalid, std::string(sentence)};
}

// "512mb", "1k", "1024": Redis's memory units.
std::optional<std::uint64_t> parse_memory(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    if (!number.has_value()) return std::nullopt;
    struct Unit {
        std::string_view name;
        std::uint64_t bytes;
    };
    constexpr Unit units[] = {{"", 1},           {"b", 1},          {"k", 1000},
                              {"kb", 1024},      {"m", 1000000},    {"mb", 1048576},
                              {"g", 1000000000}, {"gb", 1073741824}};
    for (const auto& unit : units) {
        std::uint64_t bytes = 0;
        if (!is_word(text.substr(digits), unit.name)) continue;
        if (__builtin_mul_overflow(static_cast<std::uint64_t>(*number), unit.bytes, &bytes)) break;
        return bytes;
    }
    return std::nullopt;
}

// --- how a setting is read and written ---

template <auto Member>
std::string read_number(Server& server) {
    return std::to_string(server.settings().*Member);
}

template <auto Member, std::int64_t Min, std::int64_t Max>
Result<void> write_number(Server& server, std::string_view value) {
    const auto number = parse_integer(value);
    if (!number.has_value()) return wrong("argument couldn't be parsed into an integer");
    if (*number < Min || *number > Max) {
        return wrong("argument must be between " + std::to_string(Min) + " and " +
                     std::to_string(Max) + " inclusive");
    }
    auto& setting = server.settings().*Member;
    setting = static_cast<std::remove_reference_t<decltype(setting)>>(*number);
    server.apply_settings();
    return {};
}

template <auto Member, std::uint64_t Min, std::uint64_t Max>
Result<void> write_memory(Server& server, std::string_view value) {
    const auto bytes = parse_memory(value);
    if (!bytes.has_value()) return wrong("argument must be a memory value");
    if (*bytes < Min || *bytes > Max) {
        return wrong("argument must be between " + std::to_string(Min) + " and " +
                     std::to_string(Max) + " inclusive");
    }
    server.settings().*Member = *bytes;
    server.apply_settings();
    return {};
}

template <auto Member>
std::string read_switch(Server& server) {
    return server.settings().*Member ? "yes" : "no";
}

std::string read_password(Server& server) {
    return server.settings().password;
}

Result<void> write_password(Server& server, std::string_view value) {
    constexpr std::size_t password_bytes_max = 512;
    if (value.size() > password_bytes_max) return wrong("the password is longer than 512 bytes");
    server.settings().password = value;
    if (!value.empty()) return {};
    // Nobody is a stranger any more.
    for (const auto& [id, session] : server.sessions()) {
        server.set_authenticated(*session);
    }
    return {};
}

std::string read_protected_mode(Server& server) {
    return read_switch<&ServerSettings::protected_mode>(server);
}

Result<void> write_protected_mode(Server& server, std::string_view value) {
    const bool on = is_word(value, "yes");
    if (!on && !is_word(value, "no")) return wrong("argument must be 'yes' or 'no'");
    server.settings().protected_mode = on;
    return {};
}

std::string read_yes(Server&) {
    return "yes";
}
std::string read_no(Server&) {
    return "no";
}
std::string read_zero(Server&) {
    return "0";
}
std::string read_empty(Server&) {
    return "";
}
std::string read_port(Server& server) {
    return std::to_string(server.identity().port);
}
std::string read_directory(Server& server) {
    return server.identity().data_directory;
}
std::string read_append_fsync(Server& server) {
    return server.engine().options().durability == Durability::disk ? "always" : "everysec";
}

constexpr std::int64_t count_max = std::int64_t{1} << 48;
constexpr std::uint64_t bytes_max = 1ULL << 40;
using S = ServerSettings;

constexpr ConfigParameter parameters[] = {
    {"activedefrag", read_no},
    {"appendfsync", read_append_fsync},
    {"appendonly", read_yes},
    {"client-output-buffer-limit",
     [](Server& server) {
         const auto bytes = std::to_string(server.settings().output_bytes_max);
         return "normal " + bytes + " 0 0 slave 0 0 0 pubsub 0 0 0";
     }},
    {"client-query-buffer-limit", read_number<&S::request_bytes_max>,
     write_memory<&S::request_bytes_max, 1'048'576, bytes_max>},
    {"databases", [](Server&) { return std::to_string(databases_count); }},
    {"dbfilename", read_empty, nullptr, true},
    {"dir", read_directory, nullptr, true},
    {"enable-debug-command", read_switch<&S::debug_commands>, nullptr, true},
    {"hash-max-listpack-entries", read_number<&S::hash_listpack_entries_max>,
     write_number<&S::hash_listpack_entries_max, 0, count_max>},
    {"hash-max-listpack-value", read_number<&S::hash_listpack_value_max>,
     write_number<&S::hash_listpack_value_max, 0, count_max>},
    {"hash-max-ziplist-entries", read_number<&S::hash_listpack_entries_max>,
     write_number<&S::hash_listpack_entries_max, 0, count_max>},
    {"hash-max-ziplist-value", read_number<&S::hash_listpack_value_max>,
     write_number<&S::hash_listpack_value_max, 0, count_max>},
    {"hz", [](Server&) { return std::string("10"); }},
    {"io-threads", [](Server&) { return std::string("1"); }},
    {"latency-monitor-threshold", read_zero},
    {"lazyfree-lazy-user-del", read_no},
    {"lfu-decay-time", [](Server&) { return std::string("1"); }},
    {"list-max-listpack-size", [](Server&) { return std::string("-2"); }},
    {"loglevel", [](Server&) { return std::string("notice"); }},
    {"maxclients", read_number<&S::clients_max>, write_number<&S::clients_max, 1, 1'000'000>},
    {"maxmemory", read_zero},
    {"maxmemory-policy", [](Server&) { return std::string("noeviction"); }},
    {"maxmemory-samples", [](Server&) { return std::string("5"); }},
    {"notify-keyspace-events", read_empty},
    {"port", read_port},
    {"protected-mode", read_protected_mode, write_protected_mode},
    {"proto-max-bulk-len", read_number<&S::argument_bytes_max>,
     write_memory<&S::argument_bytes_max, 1'048'576, 512ULL << 20>},
    {"replica-read-only", read_yes},
    {"requirepass", read_password, write_password},
    {"save", read_empty},
    {"set-max-intset-entries", [](Server&) { return std::string("512"); }},
    {"slave-read-only", read_yes},
    {"slowlog-log-slower-than", read_number<&S::slow_log_us>,
     write_number<&S::slow_log_us, -1, count_max>},
    {"slowlog-max-len", read_number<&S::slow_log_entries_max>,
     write_number<&S::slow_log_entries_max, 0, 100'000>},
    {"stream-node-max-bytes", read_number<&S::stream_node_bytes_max>,
     write_memory<&S::stream_node_bytes_max, 0, bytes_max>},
    {"stream-node-max-entries", read_number<&S::stream_node_entries_max>,
     write_number<&S::stream_node_entries_max, 0, count_max>},
    {"timeout", read_number<&S::idle_timeout_s>,
     write_number<&S::idle_timeout_s, 0, 2'147'483'647>},
    {"zset-max-listpack-entries", read_number<&S::sorted_set_listpack_entries_max>,
     write_number<&S::sorted_set_listpack_entries_max, 0, count_max>},
    {"zset-max-listpack-value", read_number<&S::sorted_set_listpack_value_max>,
     write_number<&S::sorted_set_listpack_value_max, 0, count_max>},
    {"zset-max-ziplist-entries", read_number<&S::sorted_set_listpack_entries_max>,
     write_number<&S::sorted_set_listpack_entries_max, 0, count_max>},
    {"zset-max-ziplist-value", read_number<&S::sorted_set_listpack_value_max>,
     write_number<&S::sorted_set_listpack_value_max, 0, count_max>},
};
static_assert(std::ranges::is_sorted(parameters, {}, &ConfigParameter::name));

}  // namespace

std::span<const ConfigParameter> config_parameters() {
    return parameters;
}

const ConfigParameter* find_config_parameter(std::string_view name) {
    for (const auto& parameter : parameters) {
        if (is_word(name, parameter.name)) return &parameter;
    }
    return nullptr;
}

}  // namespace sluice
