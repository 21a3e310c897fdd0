#include "app/command_serve.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <unistd.h>
#include <utility>

#include "app/load_config.hpp"
#include "app/log.hpp"
#include "app/option_table.hpp"
#include "app/process.hpp"
#include "app/service.hpp"
#include "cli/output.hpp"

namespace sluice {
namespace {

struct ServeArguments {
    std::string config_file;
    bool print_config = false;
    std::vector<std::pair<std::string, std::string>> flags;
};

void add_flag(CLI::App& command, const OptionRow& row,
              const std::shared_ptr<ServeArguments>& arguments) {
    const std::string key(row.key);
    const std::string help = std::string(row.help) + "  [" + environment_name(row) + "]";
    if (is_switch(row)) {
        command.add_flag_callback(
            flag_name(row), [arguments, key] { arguments->flags.emplace_back(key, "true"); }, help);
        return;
    }
    auto* option = command.add_option_function<std::string>(
        flag_name(row),
        [arguments, key](const std::string& text) { arguments->flags.emplace_back(key, text); },
        help);
    option->type_name(std::string(option_values(row)));
    const std::string preset = option_text(ServeConfig{}, row);
    if (!preset.empty()) option->default_str(preset);
}

// What to type next, for a person who has just started the server by hand.
void greet(const Service& service) {
    const Address& resp = service.resp_address();
    const std::string redis_cli =
        resp.is_unix() ? "redis-cli -s " + resp.unix_path
                       : "redis-cli -h " + resp.host + " -p " + std::to_string(resp.port);
    std::fprintf(stderr,
                 "\n  Sluice is up. In another terminal, try:\n\n"
                 "    %s XADD orders '*' item tea\n"
                 "    %s XRANGE orders - +\n"
                 "    sluice demo\n"
                 "    curl http://%s/metrics\n\n"
                 "  Ctrl-C stops it; nothing that was acknowledged is lost.\n\n",
                 redis_cli.c_str(), redis_cli.c_str(), service.http_address().text().c_str());
}

ExitCode serve(const LoadedConfig& loaded) {
    harden_process({.allow_core_dumps = loaded.config.core_dumps});
    block_signals();
    open_log(loaded.config.log_level, loaded.config.log_format);
    for (const std::string& warning : loaded.warnings)
        log_event(LogLevel::warning, warning);
    auto service = Service::open(loaded.config);
    if (!service) return fail(service.error().code, service.error().sentence);
    std::printf("%s\n", (*service)->ready_line().c_str());
    // Nobody has to read it: a server that serves has not failed.
    if (auto told = flush_output(); !told) {
        log_event(LogLevel::warning, "ready line: " + told.error().message);
        std::clearerr(stdout);
    }
    if (isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1) greet(**service);
    return (*service)->run();
}

// A wrong flag is a mistake on the command line; everything else is one in the configuration.
Result<void> check_flags(const ServeArguments& arguments) {
    ServeConfig scratch;
    for (const auto& [key, text] : arguments.flags) {
        SLUICE_TRY(set_option(scratch, *find_option(key), text));
    }
    return {};
}

ExitCode run_serve(const ServeArguments& arguments) {
    if (auto checked = check_flags(arguments); !checked) {
        return fail(ExitCode::usage, checked.error().message);
    }
    ConfigSources sources{arguments.config_file, sluice_environment(), arguments.flags};
    const char* file = std::getenv("SLUICE_CONFIG");
    if (sources.file.empty() && file != nullptr) sources.file = file;
    const auto loaded = load_config(sources);
    if (!loaded) return fail(ExitCode::bad_config, loaded.error().message);
    if (arguments.print_config) {
        std::fputs(print_config(loaded->config).c_str(), stdout);
        return ExitCode::done;
    }
    return serve(*loaded);
}

}  // namespace

void add_serve(CLI::App& app, Plan& plan) {
    auto arguments = std::make_shared<ServeArguments>();
    auto* command = app.add_subcommand("serve", "Run the server");
    command->add_option("--config", arguments->config_file, "TOML file with the keys below")
        ->type_name("path");
    command->add_flag("--print-config", arguments->print_config,
                      "print the configuration that would be used, and end");
    for (const OptionRow& row : option_table())
        add_flag(*command, row, arguments);
    command->footer(
        "Flags win over the environment, the environment over the file.\n\nExamples:\n"
        "  sluice serve\n"
        "  sluice serve --data ./events --resp 127.0.0.1:6379\n"
        "  sluice serve --config /etc/sluice/sluice.toml\n"
        "  sluice serve --durability os --tail-cache-bytes 1GiB");
    command->callback(
        [&plan, arguments] { plan.action = [arguments] { return run_serve(*arguments); }; });
}

}  // namespace sluice
