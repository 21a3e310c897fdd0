// CONFIG GET, SET, RESETSTAT, REWRITE, HELP.

#include <string>
#include <vector>

#include "admin_commands/command_usage.hpp"
#include "admin_commands/config_parameters.hpp"
#include "admin_commands/server_handlers.hpp"
#include "event/glob.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::size_t shown_bytes_max = 128;

// Nothing, with the error replied, when a pattern is too complex.
std::optional<std::vector<Glob>> parse_patterns(CommandContext& context) {
    std::vector<Glob> patterns;
    for (const auto text : context.request.from(2)) {
        auto pattern = Glob::parse(text, Glob::Case::ignored);
        if (!pattern.has_value()) {
            context.reply.error("ERR " + pattern.error().message);
            return std::nullopt;
        }
        patterns.push_back(*std::move(pattern));
    }
    return patterns;
}

bool any_matches(const std::vector<Glob>& patterns, std::string_view name) {
    for (const auto& pattern : patterns) {
        if (pattern.matches(name).value_or(false)) return true;
    }
    return false;
}

void run_get(CommandContext& context) {
    const auto patterns = parse_patterns(context);
    if (!patterns.has_value()) return;
    std::vector<const ConfigParameter*> found;
    for (const auto& parameter : config_parameters()) {
        if (any_matches(*patterns, parameter.name)) found.push_back(&parameter);
    }
    context.reply.map(found.size());
    for (const auto* parameter : found) {
        context.reply.bulk(parameter->name);
        context.reply.bulk(parameter->read(context.server));
    }
}

std::string set_failed(std::string_view name, std::string_view reason) {
    return "ERR CONFIG SET failed (possibly related to argument '" + std::string(name) + "') - " +
           std::string(reason);
}

// Why this parameter may not be set to this value; empty when it may.
std::string refusal(CommandContext& context, std::size_t at) {
    const std::string_view name = context.request[at];
    const ConfigParameter* parameter = find_config_parameter(name);
    if (parameter == nullptr) {
        return "ERR Unknown option or number of arguments for CONFIG SET - '" +
               printable(name, shown_bytes_max) + "'";
    }
    for (std::size_t before = 2; before < at; before += 2) {
        if (find_config_parameter(context.request[before]) == parameter) {
            return set_failed(parameter->name, "duplicate parameter");
        }
    }
    const bool is_fixed = parameter->write == nullptr;
    if (is_fixed && parameter->read(context.server) != context.request[at + 1]) {
        return set_failed(parameter->name, parameter->is_protected ? "can't set protected config"
                                                                   : "can't set immutable config");
    }
    return "";
}

// All or nothing: a value that is refused takes back those before it.
void run_set(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() % 2 != 0) {
        return context.reply.error(error_text::syntax);
    }
    for (std::size_t at = 2; at < request.size(); at += 2) {
        if (const auto reason = refusal(context, at); !reason.empty()) {
            return context.reply.error(reason);
        }
    }
    const ServerSettings before = context.server.settings();
    for (std::size_t at = 2; at < request.size(); at += 2) {
        const ConfigParameter& parameter = *find_config_parameter(request[at]);
        if (parameter.write == nullptr) continue;
        const auto written = parameter.write(context.server, request[at + 1]);
        if (!written.has_value()) {
            context.server.settings() = before;
            context.server.apply_settings();
            return context.reply.error(set_failed(parameter.name, written.error().message));
        }
    }
    context.reply.ok();
}

void run_resetstat(CommandContext& context) {
    context.server.statistics().reset();
    context.reply.ok();
}

void run_rewrite(CommandContext& context) {
    context.reply.error(
        "ERR CONFIG REWRITE is refused: no client writes the configuration file of this server");
}

constexpr std::uint32_t operating = flag_admin | flag_noscript | flag_loading | flag_stale;

constexpr ArgumentDocs get_arguments[] = {{"parameter", "string", {}, false, true}};
constexpr ArgumentDocs set_pair[] = {{"parameter", "string"}, {"value", "string"}};
constexpr ArgumentDocs set_arguments[] = {{"data", "block", {}, false, true, set_pair}};

constexpr CommandSpec rows[] = {
    {"config|get",
     -3,
     operating,
     0,
     0,
     0,
     "server",
     "2.0.0",
     "The parameters that match these patterns.",
     "O(N) for N parameters",
     run_get,
     {},
     get_arguments},
    {"config|help", 2, flag_loading | flag_stale, 0, 0, 0, "server", "5.0.0",
     "The subcommands of CONFIG.", "O(1)", run_help},
    {"config|resetstat", 2, operating, 0, 0, 0, "server", "2.0.0",
     "Sets the counters of INFO to zero.", "O(1)", run_resetstat},
    {"config|rewrite", 2, operating, 0, 0, 0, "server", "2.8.0",
     "Refused: no client writes our configuration file.", "O(1)", run_rewrite},
    {"config|set",
     -4,
     operating,
     0,
     0,
     0,
     "server",
     "2.0.0",
     "Changes parameters until the server ends.",
     "O(N) for N parameters",
     run_set,
     {},
     set_arguments},
};

}  // namespace

std::span<const CommandSpec> config_subcommands() {
    return rows;
}

}  // namespace sluice
