#include "cli/command_tenant.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "bus/tenant_settings.hpp"
#include "cli/dead_letter_query.hpp"
#include "cli/server_flags.hpp"
#include "cli/table.hpp"
#include "event/stream_name.hpp"

namespace sluice {
namespace {

constexpr const char* tenant_help = R"(
Settings, as name=value; 0 is no limit:
  weight=3                       share of the dispatch against other tenants, 1 to 1000
  streams=N  storedbytes=N  storedevents=N        what it may have
  eventrate=N  eventburst=N  byterate=N  byteburst=N   what it may publish in a second, and at once
  eventbytes=N                   names and values of one event
  inflight=N                     leased at one time
  schedules=N                    events that wait for their time
  attribution=required|optional  whether each event names its agent

Examples:
  sluice tenant create acme weight=3 eventrate=500
  sluice tenant set acme storedevents=1000000
  sluice tenant list
  sluice tenant drop acme --with-streams

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct TenantOptions {
    ServerFlags server;
    std::string name;
    std::vector<std::string> settings;
    bool takes_streams = false;
    bool is_json = false;
};

// The words of the settings; an error names the one that is wrong.
Result<std::vector<std::string>> setting_words(const std::vector<std::string>& settings) {
    std::vector<std::string> words;
    TenantSettings checked;
    for (const std::string& setting : settings) {
        const std::size_t equals = setting.find('=');
        if (equals == setting.npos) {
            return Error{Errc::invalid, "'" + setting + "' is not of the form name=value"};
        }
        words.push_back(setting.substr(0, equals));
        words.push_back(setting.substr(equals + 1));
        SLUICE_TRY(checked.set(words[words.size() - 2], words.back()));
    }
    return words;
}

Result<void> change(Client& client, const TenantOptions& options, const char* verb) {
    std::vector<std::string> words = {"SLUICE.TENANT", verb, options.name};
    SLUICE_TRY_ASSIGN(const auto settings, setting_words(options.settings));
    words.insert(words.end(), settings.begin(), settings.end());
    SLUICE_TRY(ask_words(client, words));
    return {};
}

Result<void> create(Client& client, const TenantOptions& options) {
    return change(client, options, "CREATE");
}

Result<void> set(Client& client, const TenantOptions& options) {
    return change(client, options, "SET");
}

Result<void> drop(Client& client, const TenantOptions& options) {
    std::vector<std::string> words = {"SLUICE.TENANT", "DROP", options.name};
    if (options.takes_streams) words.push_back("WITHSTREAMS");
    SLUICE_TRY(ask_words(client, words));
    return {};
}

Result<void> show(Client& client, const TenantOptions& options) {
    SLUICE_TRY_ASSIGN(const Reply map, ask(client, {"SLUICE.TENANT", "SHOW", options.name}));
    const Terminal terminal = Terminal::of_stdout();
    std::string json;
    for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
        const std::string& name = map.elements[i].text;
        const Reply& value = map.elements[i + 1];
        const bool is_text = value.is_text();
        json += (json.empty() ? "{" : ",") + json_text(name) + ":" +
                (is_text ? json_text(value.text) : std::to_string(value.integer));
        if (options.is_json) continue;
        std::string heading = name;
        heading.resize(std::max<std::size_t>(heading.size(), 20), ' ');
        std::printf("%s%s\n", terminal.painted(heading, Colour::bold).c_str(),
                    is_text ? shown(value.text).c_str()
                            : shown_count(static_cast<std::uint64_t>(value.integer)).c_str());
    }
    if (options.is_json) std::puts((json + "}").c_str());
    return {};
}

Result<void> list(Client& client, const TenantOptions& options) {
    Table table{{"tenant", "tenant"},
                {"number", "number", Table::Align::right},
                {"weight", "weight", Table::Align::right},
                {"streams", "streams", Table::Align::right},
                {"stored", "stored_bytes", Table::Align::right},
                {"events", "stored_events", Table::Align::right}};
    std::string after;
    while (true) {
        SLUICE_TRY_ASSIGN(const Reply page, ask(client, {"SLUICE.TENANT", "LIST", "AFTER", after}));
        if (page.elements.empty()) break;
        for (const Reply& row : page.elements) {
            const auto number = [&](std::size_t at) {
                return static_cast<std::uint64_t>(row.elements[at].integer);
            };
            after = row.elements[0].text;
            table.add({text_cell(after), count_cell(number(1)), count_cell(number(2)),
                       count_cell(number(3)), bytes_cell(number(4)), count_cell(number(5))});
        }
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return {};
}

using Action = Result<void> (*)(Client&, const TenantOptions&);

std::string contradiction(const TenantOptions& options, Action action) {
    if (action == &list) return {};
    if (const auto checked = check_name("tenant", options.name); !checked) {
        return checked.error().message;
    }
    if (action == &set && options.settings.empty()) {
        return "nothing to set: give name=value, such as weight=3; see --help";
    }
    const auto words = setting_words(options.settings);
    return words ? std::string() : words.error().message;
}

ExitCode run(const TenantOptions& options, Action action) {
    if (const std::string wrong = contradiction(options, action); !wrong.empty()) {
        return fail(ExitCode::usage, wrong);
    }
    return act_on_server(options, action);
}

struct Subcommand {
    CLI::App* app = nullptr;
    std::shared_ptr<TenantOptions> options;
};

Subcommand add(CLI::App& tenant, Plan& plan, const char* name, const char* help, Action action) {
    Subcommand added{tenant.add_subcommand(name, help), std::make_shared<TenantOptions>()};
    if (action != &list) {
        added.app->add_option("tenant", added.options->name, "name of the tenant")->required();
    }
    add_server_flags(*added.app, added.options->server);
    added.app->callback([&plan, options = added.options, action] {
        plan.action = [options, action] { return run(*options, action); };
    });
    return added;
}

}  // namespace

void add_tenant(CLI::App& app, Plan& plan) {
    auto* tenant = app.add_subcommand("tenant", "Tenants: make them, limit them, look at them");
    tenant->require_subcommand(1);
    tenant->footer(tenant_help);
    const auto created = add(*tenant, plan, "create", "Make a tenant", create);
    created.app->add_option("settings", created.options->settings, "name=value ...");
    const auto changed = add(*tenant, plan, "set", "Change its weight and limits", set);
    changed.app->add_option("settings", changed.options->settings, "name=value ...");
    const auto looked = add(*tenant, plan, "show", "Its settings, and what it uses", show);
    add_json_flag(*looked.app, looked.options->is_json);
    const auto listed = add(*tenant, plan, "list", "All tenants", list);
    add_json_flag(*listed.app, listed.options->is_json);
    const auto dropped = add(*tenant, plan, "drop", "Remove a tenant and its schedules", drop);
    dropped.app->add_flag("--with-streams", dropped.options->takes_streams,
                          "and its streams, with all that is in them");
}

}  // namespace sluice
