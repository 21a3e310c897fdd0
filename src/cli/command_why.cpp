#include "cli/command_why.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/entry_text.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/why_text.hpp"
#include "event/entry_id.hpp"

namespace sluice {
namespace {

constexpr const char* why_help = R"(
Says in one sentence where an event is: running, parked until its retry, behind another one of its
key, waiting because nobody asks for work, dead-lettered, done, or not in the stream.

Examples:
  sluice why orders billing 1700000000000-0
  sluice why orders billing 0198c3f2-7a10-7bb1-9b5e-5d3a1c2e4f60    by its event id
  sluice why orders billing 1700000000000-0 --json

Exit codes: 0 done, 1 refused by the server, or no such event, 64 usage, 69 server not reachable.
)";

constexpr Duration live_within = Duration::from_seconds(60);
// By its event id, an event is looked for among so many newest entries.
constexpr std::size_t looked_at_max = 100'000;
constexpr std::size_t page = 1000;

struct WhyOptions {
    ServerFlags server;
    std::string stream;
    std::string group;
    std::string id;
    bool is_json = false;
};

bool has_event_id(const StreamEntry& entry, const std::string& event_id) {
    const auto field = std::ranges::find(entry.fields, "event_id", &Field::name);
    if (field != entry.fields.end()) return field->value == event_id;
    const auto event = event_in(entry);
    return event && event->event_id == event_id;
}

// From the newest on: people ask about what happened just now.
Result<std::string> find_event(Client& client, const WhyOptions& options) {
    if (EntryId::parse(options.id, 0)) return options.id;
    std::string end = "+";
    for (std::size_t looked_at = 0; looked_at < looked_at_max; looked_at += page) {
        SLUICE_TRY_ASSIGN(const Reply reply, ask(client, {"XREVRANGE", options.stream, end, "-",
                                                          "COUNT", std::to_string(page)}));
        const auto entries = entries_of(reply);
        for (const StreamEntry& entry : entries) {
            if (has_event_id(entry, options.id)) return entry.id;
        }
        if (entries.size() < page) break;
        end = "(" + entries.back().id;
    }
    return Error{Errc::not_found, "no event " + shown(options.id) + " among the newest " +
                                      shown_count(looked_at_max) + " entries of " +
                                      shown(options.stream)};
}

std::uint64_t count_behind(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    const auto number = value == nullptr ? std::nullopt : value->as_integer();
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

Result<GroupFacts> facts_of(Client& client, const WhyOptions& options) {
    SLUICE_TRY_ASSIGN(const Reply map,
                      ask(client, {"SLUICE.GROUP", "SHOW", options.stream, options.group}));
    SLUICE_TRY_ASSIGN(const auto consumers,
                      survey_consumers(client, options.stream, options.group));
    const auto live = std::ranges::count_if(
        consumers, [](const ConsumerSummary& each) { return each.idle < live_within; });
    return GroupFacts{.live_consumers = static_cast<std::uint64_t>(live),
                      .leased = count_behind(map, "leased"),
                      .in_flight_max = count_behind(map, "inflight"),
                      .lag = count_behind(map, "lag")};
}

std::string json_of(const std::string& id, const Reply& why, const std::string& sentence) {
    std::string out = "{\"id\":" + json_text(id);
    for (std::size_t i = 0; i + 1 < why.elements.size(); i += 2) {
        const Reply& value = why.elements[i + 1];
        out += "," + json_text(why.elements[i].text) + ":" +
               (value.is_text() ? json_text(value.text) : std::to_string(value.integer));
    }
    return out + ",\"sentence\":" + json_text(sentence) + "}";
}

// The server calls everything done that is behind the group and not in work, there or not.
Result<bool> is_in_stream(Client& client, const WhyOptions& options, const std::string& id) {
    const std::string exact = EntryId::parse(id, 0).value_or(EntryId{}).text();
    SLUICE_TRY_ASSIGN(const Reply found, ask(client, {"XRANGE", options.stream, exact, exact}));
    return !found.elements.empty();
}

// Answers whether there is such an event.
Result<bool> print_why(Client& client, const WhyOptions& options) {
    SLUICE_TRY_ASSIGN(const WallTime now, server_time(client));
    SLUICE_TRY_ASSIGN(GroupFacts facts, facts_of(client, options));
    SLUICE_TRY_ASSIGN(const std::string id, find_event(client, options));
    SLUICE_TRY_ASSIGN(facts.is_in_stream, is_in_stream(client, options, id));
    SLUICE_TRY_ASSIGN(const Reply why,
                      ask(client, {"SLUICE.WHY", options.stream, options.group, id}));
    const std::string sentence = why_sentence(id, options.group, why, facts, now);
    std::puts((options.is_json ? json_of(id, why, sentence) : sentence + ".").c_str());
    const Reply* const state = why.find("state");
    const bool is_unknown = state == nullptr || state->text == "unknown" ||
                            (state->text == "settled" && !facts.is_in_stream);
    return !is_unknown;
}

ExitCode run_why(const WhyOptions& options) {
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto printed = print_why(*client, options);
    if (!printed) return end_with(printed.error());
    return *printed ? ExitCode::done : ExitCode::failed;
}

}  // namespace

void add_why(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<WhyOptions>();
    auto* command = app.add_subcommand("why", "Say why an event is not being worked on");
    command->add_option("stream", options->stream, "name of the stream")->required();
    command->add_option("group", options->group, "name of the group")->required();
    command->add_option("id", options->id, "id of the entry, or of its event")->required();
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(why_help);
    command->callback([&plan, options] { plan.action = [options] { return run_why(*options); }; });
}

}  // namespace sluice
