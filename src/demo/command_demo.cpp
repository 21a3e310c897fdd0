#include "demo/command_demo.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <poll.h>

#include "cli/server_flags.hpp"
#include "cli/terminal.hpp"
#include "demo/demo_agents.hpp"
#include "demo/demo_view.hpp"
#include "demo/demo_webhooks.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr const char* demo_help = R"(
GitHub webhooks come into demo:github; a triage consumer makes a task of each in demo:tasks; three
agents work on them: ada is quick, grace is slow, edsger fails one time in three, and what he leaves
is claimed by ada. Their tool calls, model usage and results go to demo:tools, demo:usage and
demo:results. Every event names its cause, so one flow can be followed through all of them.

The webhooks are the real examples of the npm package @octokit/webhooks-examples, when it is
installed (npm install @octokit/webhooks-examples, here or above); else a few made-up ones.
Each demo stream keeps about 50,000 entries.

Examples:
  sluice demo
  sluice demo --rate 500
  sluice demo --events 1000 --quiet

Exit codes: 0 done, 1 refused by the server, 64 usage, 65 no webhooks in the file, 69 server not
reachable.
)";

constexpr int pause_ms = 40;

struct DemoOptions {
    ServerFlags server;
    double rate = 20;
    std::uint64_t events = 0;
    std::uint64_t seed = 0;
    std::string webhooks;
    bool is_quiet = false;
};

struct WebhookSource {
    std::vector<Webhook> webhooks;
    std::string sentence;  // where they come from
};

Result<WebhookSource> choose_webhooks(const DemoOptions& options) {
    const auto found = options.webhooks.empty() ? find_webhook_examples() : options.webhooks;
    if (!found) {
        return WebhookSource{built_in_webhooks(),
                             "The webhooks are made up. For GitHub's real ones: "
                             "npm install @octokit/webhooks-examples"};
    }
    SLUICE_TRY_ASSIGN(auto webhooks, load_webhooks(*found));
    const std::string sentence =
        shown_count(webhooks.size()) + " real webhook payloads from " + shown(*found);
    return WebhookSource{std::move(webhooks), sentence};
}

Result<void> play(Client& client, const DemoOptions& options, WebhookSource source) {
    const ServerFlags standard;
    const bool is_elsewhere = options.server.server != standard.server;
    DemoView view(Terminal::of_stdout(),
                  is_elsewhere ? " --server " + options.server.server : std::string(),
                  options.is_quiet);
    SystemClock clock;
    DemoStory story(std::move(source.webhooks), options.seed == 0 ? system_seed() : options.seed);
    DemoAgents agents(client, story, options.rate,
                      [&](const DemoEvent& event) { view.show(event, clock.mono()); });
    SLUICE_TRY(agents.prepare());
    view.greet(source.sentence, client.address().text());
    while (!is_interrupted()) {
        SLUICE_TRY(agents.turn(clock.wall(), clock.mono()));
        view.show_totals(agents.counts(), clock.mono());
        if (options.events > 0 && agents.counts().events >= options.events) break;
        ::poll(nullptr, 0, pause_ms);  // ends early at Ctrl-C
    }
    view.say_goodbye(agents.counts());
    return {};
}

ExitCode run_demo(const DemoOptions& options) {
    is_interrupted();
    auto source = choose_webhooks(options);
    if (!source) return fail(ExitCode::bad_data, source.error().message);
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto played = play(*client, options, std::move(*source));
    return played ? ExitCode::done : end_with(played.error());
}

}  // namespace

void add_demo(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<DemoOptions>();
    auto* command =
        app.add_subcommand("demo", "Feed a lively agent workload into a running server");
    command->add_option("--rate", options->rate, "events a second, about")
        ->check(CLI::Range(0.1, 5000.0))
        ->capture_default_str();
    command->add_option("--events", options->events, "stop after so many; at Ctrl-C when missing");
    command->add_option("--webhooks", options->webhooks, "index.json of the webhook examples");
    command->add_option("--seed", options->seed, "the same number tells the same story");
    command->add_flag("-q,--quiet", options->is_quiet, "only the totals");
    add_server_flags(*command, options->server);
    command->footer(demo_help);
    command->callback([&plan, options] { plan.action = [options] { return run_demo(*options); }; });
}

}  // namespace sluice
