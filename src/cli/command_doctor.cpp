#include "cli/command_doctor.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/health_checks.hpp"
#include "cli/server_flags.hpp"
#include "cli/table.hpp"

namespace sluice {
namespace {

constexpr const char* doctor_help = R"(
Looks at the connection, the version, durability, the journal, disk, memory, access, clients, the
clock, and every group of the first 200 streams. What is not well comes with a way to mend it.
Nothing is changed.

Levels: fine; note: good to know; warning: will hurt one day; broken: hurts now.

Examples:
  sluice doctor
  sluice doctor --server db-3:7370 --json | jq 'select(.level != "fine")'

Exit codes: 0 nothing is broken, 1 something is, 64 usage, 69 server not reachable.
)";

struct DoctorOptions {
    ServerFlags server;
    bool is_json = false;
};

Colour colour_of(HealthLevel level) {
    switch (level) {
        case HealthLevel::fine:
            return Colour::green;
        case HealthLevel::note:
            return Colour::cyan;
        case HealthLevel::warning:
            return Colour::yellow;
        case HealthLevel::broken:
            break;
    }
    return Colour::red;
}

void print_json(const Finding& finding) {
    std::printf("{\"level\":\"%s\",\"subject\":%s,\"finding\":%s,\"remedy\":%s}\n",
                std::string(name_of(finding.level)).c_str(), json_text(finding.subject).c_str(),
                json_text(finding.text).c_str(),
                finding.remedy.empty() ? "null" : json_text(finding.remedy).c_str());
}

void print_line(const Finding& finding, const Terminal& terminal) {
    std::string level(name_of(finding.level));
    level.resize(8, ' ');
    std::string subject = finding.subject;
    if (subject.size() < 12) subject.resize(12, ' ');
    std::printf("%s %s %s\n", terminal.painted(level, colour_of(finding.level)).c_str(),
                terminal.painted(subject, Colour::bold).c_str(), finding.text.c_str());
    if (!finding.remedy.empty()) {
        std::printf("%22s%s\n", "", terminal.painted("-> " + finding.remedy, Colour::grey).c_str());
    }
}

ExitCode run_doctor(const DoctorOptions& options) {
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto findings = examine(*client);
    if (!findings) return end_with(findings.error());
    const Terminal terminal = Terminal::of_stdout();
    for (const Finding& finding : *findings) {
        if (options.is_json) {
            print_json(finding);
        } else {
            print_line(finding, terminal);
        }
    }
    const auto is_broken = [](const Finding& f) { return f.level == HealthLevel::broken; };
    return std::ranges::any_of(*findings, is_broken) ? ExitCode::failed : ExitCode::done;
}

}  // namespace

void add_doctor(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<DoctorOptions>();
    auto* command = app.add_subcommand("doctor", "Examine a running server and say what to mend");
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(doctor_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_doctor(*options); }; });
}

}  // namespace sluice
