#include "cli/command_schedule.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "bus/schedule.hpp"
#include "cli/dead_letter_query.hpp"
#include "cli/event_flags.hpp"
#include "cli/publish_input.hpp"
#include "cli/server_flags.hpp"
#include "cli/table.hpp"
#include "cli/tenant_publish.hpp"
#include "cli/values.hpp"
#include "event/event_fields.hpp"
#include "event/time_text.hpp"
#include "io/clock.hpp"

namespace sluice {
namespace {

constexpr const char* schedule_help = R"(
When:
  --at TIME            once: 2026-02-11T12:58:38Z, Unix milliseconds, or +5m from now
  --every 15m          again and again, at multiples of it since 1970
  --cron '0 9 * * mon-fri' --zone Europe/Zurich    by the calendar, in UTC when no zone is said

Times that were missed while the server was down:
  --catchup once       the newest of them is fired (the default)
  --catchup none       they are left out
  --catchup all        each is fired, the oldest thousand of them

Examples:
  sluice schedule set report reports --tenant acme --cron '0 9 * * *' --zone Europe/Zurich \
      --event-type report.due --agent clock kind=daily
  sluice schedule show report --tenant acme --next 10
  sluice schedule pause report --tenant acme
  sluice schedule list --tenant acme

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

struct ScheduleOptions {
    ServerFlags server;
    std::string tenant = "default";
    std::string name;
    std::string stream;
    std::string at;
    std::string every;
    std::string cron;
    std::string zone;
    std::string catch_up;
    EventFlags event;
    std::vector<std::string> words;
    std::uint64_t next = 5;
    bool is_json = false;
};

std::string time_or_dash(const Reply* time) {
    const bool is_time = time != nullptr && time->kind == Reply::Kind::integer;
    return is_time ? time_text(WallTime::from_ms(time->integer)) : "-";
}

// The fields that each firing has in common: neither id nor time.
Result<Fields> template_fields(const ScheduleOptions& options) {
    SLUICE_TRY_ASSIGN(std::string data, json_of_words(options.words));
    Event example = options.event.example();
    example.tenant_id = options.tenant;
    EventMaker maker(std::move(example));
    SLUICE_TRY_ASSIGN(Fields fields, maker.make(std::move(data), json_content_type));
    std::erase_if(fields, [](const Field& field) {
        return field.name == "event_id" || field.name == "timestamp";
    });
    return fields;
}

Result<void> set(Client& client, const ScheduleOptions& options) {
    Words words = {"SLUICE.SCHEDULE", "SET", options.tenant, options.name, options.stream};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) words.insert(words.end(), {name, value});
    };
    const auto at = parse_due_time(options.at, SystemClock().wall());
    add("AT", at ? std::to_string(at->ms()) : "");
    add("EVERY", options.every);
    add("CRON", options.cron);
    add("ZONE", options.zone);
    add("CATCHUP", options.catch_up);
    SLUICE_TRY_ASSIGN(const Fields fields, template_fields(options));
    add("FIELDS", std::to_string(fields.size()));
    for (const Field& field : fields)
        words.insert(words.end(), {field.name, field.value});
    SLUICE_TRY_ASSIGN(const Reply next, ask_words(client, words));
    std::printf("next %s\n", time_or_dash(&next).c_str());
    return {};
}

std::string json_of(const Reply& value) {
    if (value.is_nothing()) return "null";
    if (value.is_text()) return json_text(value.text);
    if (!value.is_aggregate()) return std::to_string(value.integer);
    std::string json = "[";
    for (const Reply& element : value.elements)
        json += (json.size() > 1 ? "," : "") + json_of(element);
    return json + "]";
}

Result<void> show(Client& client, const ScheduleOptions& options) {
    const std::string next = std::to_string(options.next);
    SLUICE_TRY_ASSIGN(const Reply map, ask(client, {"SLUICE.SCHEDULE", "SHOW", options.tenant,
                                                    options.name, "NEXT", next}));
    const Terminal terminal = Terminal::of_stdout();
    std::string json;
    for (std::size_t i = 0; i + 1 < map.elements.size(); i += 2) {
        const std::string& name = map.elements[i].text;
        const Reply& value = map.elements[i + 1];
        json += (json.empty() ? "{" : ",") + json_text(name) + ":" + json_of(value);
        if (options.is_json || name == "upcoming") continue;
        std::string heading = name;
        heading.resize(std::max<std::size_t>(heading.size(), 14), ' ');
        const bool is_time = name.ends_with("-ms");
        const std::string text = is_time           ? time_or_dash(&value)
                                 : value.is_text() ? shown(value.text)
                                                   : std::to_string(value.integer);
        std::printf("%s%s\n", terminal.painted(heading, Colour::bold).c_str(), text.c_str());
    }
    if (options.is_json) {
        std::puts((json + "}").c_str());
        return {};
    }
    const Reply* const upcoming = map.find("upcoming");
    for (std::size_t i = 0; upcoming != nullptr && i < upcoming->elements.size(); ++i) {
        const std::string heading = i == 0 ? "upcoming      " : "              ";
        std::printf("%s%s\n", terminal.painted(heading, Colour::bold).c_str(),
                    time_or_dash(&upcoming->elements[i]).c_str());
    }
    return {};
}

Result<void> list(Client& client, const ScheduleOptions& options) {
    Table table{{"name", "name"},   {"stream", "stream"}, {"when", "when"},
                {"state", "state"}, {"next", "next"},     {"fired", "fired", Table::Align::right}};
    std::string after;
    while (true) {
        SLUICE_TRY_ASSIGN(const Reply page,
                          ask(client, {"SLUICE.SCHEDULE", "LIST", options.tenant, "AFTER", after}));
        if (page.elements.empty()) break;
        for (const Reply& row : page.elements) {
            after = row.elements[0].text;
            table.add({text_cell(after), text_cell(row.elements[1].text),
                       text_cell(row.elements[2].text), text_cell(row.elements[3].text),
                       text_cell(time_or_dash(&row.elements[4])),
                       count_cell(static_cast<std::uint64_t>(row.elements[5].integer))});
        }
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return {};
}

Result<void> pause(Client& client, const ScheduleOptions& options) {
    SLUICE_TRY(ask(client, {"SLUICE.SCHEDULE", "PAUSE", options.tenant, options.name}));
    return {};
}

Result<void> resume(Client& client, const ScheduleOptions& options) {
    SLUICE_TRY(ask(client, {"SLUICE.SCHEDULE", "RESUME", options.tenant, options.name}));
    return {};
}

Result<void> drop(Client& client, const ScheduleOptions& options) {
    SLUICE_TRY_ASSIGN(const Reply count,
                      ask(client, {"SLUICE.SCHEDULE", "DROP", options.tenant, options.name}));
    if (count.integer == 0) return Error{Errc::not_found, "no such schedule of this tenant"};
    return {};
}

using Action = Result<void> (*)(Client&, const ScheduleOptions&);

// The server has the last word on a zone where this machine knows none.
std::string recurrence_objection(const ScheduleOptions& options) {
    if (options.every.empty() && options.cron.empty()) return {};
    std::string text = "every " + options.every;
    if (options.every.empty()) {
        text = options.zone.empty() ? options.cron : "TZ=" + options.zone + " " + options.cron;
    }
    const auto schedule = Schedule::parse(text);
    const bool is_wrong = !schedule && schedule.error().code == Errc::invalid;
    return is_wrong ? schedule.error().message : std::string();
}

std::string contradiction(const ScheduleOptions& options, Action action) {
    if (action != &set) return {};
    const int said = (options.at.empty() ? 0 : 1) + (options.every.empty() ? 0 : 1) +
                     (options.cron.empty() ? 0 : 1);
    if (said != 1) return "say when: one of --at, --every and --cron";
    if (!options.at.empty() && !parse_due_time(options.at, SystemClock().wall())) {
        return "--at " + std::string(due_time_rule);
    }
    if (!options.zone.empty() && options.cron.empty()) return "--zone goes with --cron";
    if (std::string wrong = recurrence_objection(options); !wrong.empty()) return wrong;
    if (options.event.event.type.empty()) return "say what: --event-type is needed";
    const auto fields = template_fields(options);
    return fields ? std::string() : fields.error().message;
}

ExitCode run(const ScheduleOptions& options, Action action) {
    if (const std::string wrong = contradiction(options, action); !wrong.empty()) {
        return fail(ExitCode::usage, wrong);
    }
    return act_on_server(options, action);
}

struct Subcommand {
    CLI::App* app = nullptr;
    std::shared_ptr<ScheduleOptions> options;
};

Subcommand add(CLI::App& schedule, Plan& plan, const char* name, const char* help, Action action) {
    Subcommand added{schedule.add_subcommand(name, help), std::make_shared<ScheduleOptions>()};
    ScheduleOptions& options = *added.options;
    if (action != &list) {
        added.app->add_option("name", options.name, "name of the schedule")
            ->required()
            ->check(check_name, "");
    }
    added.app->add_option("--tenant", options.tenant, "whose it is")->capture_default_str();
    add_server_flags(*added.app, options.server);
    added.app->callback([&plan, shared = added.options, action] {
        plan.action = [shared, action] { return run(*shared, action); };
    });
    return added;
}

void add_set(CLI::App& schedule, Plan& plan) {
    const auto added = add(schedule, plan, "set", "Store an event when its time comes", set);
    ScheduleOptions& options = *added.options;
    CLI::App& command = *added.app;
    command.add_option("stream", options.stream, "name of the tenant's stream")
        ->required()
        ->check(check_name, "");
    command.add_option("fields", options.words, "field=value ... of the payload");
    command.add_option("--at", options.at, "once, at this time");
    command.add_option("--every", options.every, "again and again, such as 15m");
    command.add_option("--cron", options.cron, "by the calendar: five fields, or @daily");
    command.add_option("--zone", options.zone, "time zone of --cron, such as Europe/Zurich");
    command.add_option("--catchup", options.catch_up, "what becomes of missed times")
        ->check(CLI::IsMember({"none", "once", "all"}));
    add_event_flags(command, options.event);
}

}  // namespace

void add_schedule(CLI::App& app, Plan& plan) {
    auto* schedule =
        app.add_subcommand("schedule", "Events that wait for their time, once or recurring");
    schedule->require_subcommand(1);
    schedule->footer(schedule_help);
    add_set(*schedule, plan);
    const auto looked = add(*schedule, plan, "show", "One of them, and its next times", show);
    looked.app->add_option("--next", looked.options->next, "how many of its next times")
        ->check(whole_number(0, 100), "");
    add_json_flag(*looked.app, looked.options->is_json);
    const auto listed = add(*schedule, plan, "list", "All of a tenant", list);
    add_json_flag(*listed.app, listed.options->is_json);
    add(*schedule, plan, "pause", "Keep it from firing", pause);
    add(*schedule, plan, "resume", "Let it fire again, from now on", resume);
    add(*schedule, plan, "drop", "Remove it", drop);
}

}  // namespace sluice
