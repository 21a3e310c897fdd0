#include "cli/command_publish.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/event_flags.hpp"
#include "cli/output.hpp"
#include "cli/publish_input.hpp"
#include "cli/server_flags.hpp"
#include "cli/tenant_publish.hpp"
#include "cli/terminal.hpp"
#include "io/clock.hpp"

namespace sluice {
namespace {

constexpr const char* publish_help = R"(
What is published:
  field=value ...      one entry with these fields
  --json               one entry for each line of standard input: a JSON object, whose members
                       become the fields
  --data FILE          one entry with the field `data`: the bytes of the file, - for standard input
  --event-type TYPE    makes events: with an id, a time, and as payload the words as a JSON object,
                       the file of --data, or with --json each line
  --events             each line of standard input is a whole event in JSON

All of the input is checked before the first entry is sent; broken JSON is answered with its line
and byte, and nothing is published. With --live each line is sent as it comes.
The id of each entry is printed when the server says that it is stored.

With --tenant the stream is that tenant's: t:TENANT:events:STREAM. The server checks each event (an
agent and its call chain must be there), counts it against the tenant's limits, and stores no event
twice that has the same --idempotency-key or the same id. --atomic stores all of the input or none
of it. --at waits: of what is stored later the id of the event is printed.

Examples:
  sluice publish orders item=tea amount=3
  sluice publish tasks --event-type task.created --task t-17 title='Read the logs' urgent=true
  sluice publish hooks --event-type github.push --data payload.json
  jq -c '.[]' orders.json | sluice publish orders --json
  sluice publish orders --tenant acme --event-type order.placed --agent shop item=tea
  sluice publish orders --tenant acme --event-type order.late --agent shop --at +15m order=17
  tail -f app.log.jsonl | sluice publish logs --json --live

Exit codes: 0 published, 1 refused by the server, 64 usage, 65 bad input (nothing published),
69 server not reachable.
)";

constexpr std::size_t input_bytes_max = std::size_t{1} << 30;
constexpr std::size_t pipeline = 500;  // entries that are sent before their ids are awaited

struct PublishOptions {
    ServerFlags server;
    std::string stream;
    std::vector<std::string> words;
    bool json_lines = false;
    bool event_lines = false;
    bool is_live = false;
    bool is_quiet = false;
    std::string data_file;
    std::string id = "*";
    std::uint64_t maxlen = 0;
    EventFlags event;
    TenantTarget target;
    std::string at;
    bool is_atomic = false;

    bool is_for_tenant() const { return !target.tenant.empty(); }
    bool reads_lines() const { return json_lines || event_lines; }
    bool makes_events() const { return !event.event.type.empty(); }
    LineKind line_kind() const {
        if (event_lines) return LineKind::event;
        return makes_events() ? LineKind::event_data : LineKind::fields;
    }
};

Error bad_data(const Error& error) {
    Error told = error;
    told.message += "; nothing was published";
    return told;
}

Result<std::string> read_all(std::istream& input, std::string_view name) {
    std::string bytes{std::istreambuf_iterator<char>(input), {}};
    if (bytes.size() > input_bytes_max) {
        return Error{Errc::limit, std::string(name) + " is larger than 1 GiB; try --live"};
    }
    return bytes;
}

Result<std::string> read_file(const std::string& path) {
    if (path == "-") return read_all(std::cin, "standard input");
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{Errc::invalid, "cannot read " + path};
    return read_all(file, path);
}

// JSON where the bytes are JSON and nobody said otherwise.
std::string content_type_of(const PublishOptions& options, std::string_view data) {
    if (!options.event.content_type.empty()) return options.event.content_type;
    const bool is_json = check_json(data, payload_json_limits).has_value();
    return std::string(is_json ? json_content_type : "application/octet-stream");
}

Result<Fields> single_entry(const PublishOptions& options, EventMaker& maker) {
    if (!options.data_file.empty()) {
        SLUICE_TRY_ASSIGN(std::string data, read_file(options.data_file));
        if (!options.makes_events()) return Fields{{"data", std::move(data)}};
        const std::string content_type = content_type_of(options, data);
        return maker.make(std::move(data), content_type);
    }
    if (!options.makes_events()) return fields_of_words(options.words);
    SLUICE_TRY_ASSIGN(std::string data, json_of_words(options.words));
    return maker.make(std::move(data), json_content_type);
}

Result<std::vector<Fields>> read_entries(const PublishOptions& options, EventMaker& maker) {
    if (!options.reads_lines()) {
        SLUICE_TRY_ASSIGN(Fields fields, single_entry(options, maker));
        return std::vector<Fields>{std::move(fields)};
    }
    SLUICE_TRY_ASSIGN(const std::string text, read_all(std::cin, "standard input"));
    auto entries = fields_of_lines(text, options.line_kind(), maker);
    if (!entries) return entries.error().within("standard input");
    return entries;
}

void queue_words(Client& client, const Words& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    client.queue(views);
}

void queue_entry(Client& client, const PublishOptions& options, const Fields& fields) {
    if (options.is_for_tenant()) return queue_words(client, publish_words(options.target, fields));
    const std::string maxlen = std::to_string(options.maxlen);
    std::vector<std::string_view> args = {"XADD", options.stream};
    if (options.maxlen > 0) args.insert(args.end(), {"MAXLEN", "~", maxlen});
    args.push_back(options.id);
    for (const Field& field : fields) {
        args.push_back(field.name);
        args.push_back(field.value);
    }
    client.queue(args);
}

Result<void> print_next_id(Client& client, const PublishOptions& options) {
    SLUICE_TRY_ASSIGN(Reply reply, client.read());
    SLUICE_TRY_ASSIGN(const Reply id, as_result(std::move(reply)));
    std::string text = id.text;
    if (options.is_for_tenant()) {
        SLUICE_TRY_ASSIGN(text, published_text(id));
    }
    if (!options.is_quiet) std::puts(text.c_str());
    return {};
}

Result<void> publish_atomic(Client& client, const PublishOptions& options,
                            const std::vector<Fields>& entries) {
    queue_words(client, publish_all_words(options.target, entries));
    SLUICE_TRY(client.flush());
    SLUICE_TRY_ASSIGN(Reply reply, client.read());
    SLUICE_TRY_ASSIGN(const Reply all, as_result(std::move(reply)));
    for (const Reply& each : all.elements) {
        SLUICE_TRY_ASSIGN(const std::string text, published_text(each));
        if (!options.is_quiet) std::puts(text.c_str());
    }
    return {};
}

Result<void> publish_all(Client& client, const PublishOptions& options,
                         const std::vector<Fields>& entries) {
    if (options.is_atomic) return publish_atomic(client, options, entries);
    ProgressBar progress("publishing", entries.size());
    for (std::size_t begin = 0; begin < entries.size(); begin += pipeline) {
        const std::size_t end = std::min(begin + pipeline, entries.size());
        for (std::size_t i = begin; i < end; ++i) {
            queue_entry(client, options, entries[i]);
        }
        SLUICE_TRY(client.flush());
        for (std::size_t i = begin; i < end; ++i) {
            auto printed = print_next_id(client, options);
            if (!printed) return printed.error().within("entry " + std::to_string(i + 1));
        }
        progress.advance(end);
        if (auto written = flush_output(); !written) {
            const std::string stored = std::to_string(end) + " of " +
                                       std::to_string(entries.size()) + " entries are published";
            return Error{written.error().code, written.error().message + "; " + stored};
        }
    }
    return {};
}

ExitCode publish_live(Client& client, const PublishOptions& options, EventMaker& maker) {
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        if (line.find_first_not_of(" \t\r") == line.npos) continue;
        const auto fields = fields_of_line(line, options.line_kind(), maker);
        if (!fields) {
            const Error error = fields.error().within("line " + std::to_string(number));
            return fail(ExitCode::bad_data,
                        "standard input: " + error.message + "; the lines before it are published");
        }
        queue_entry(client, options, *fields);
        auto sent = client.flush();
        if (sent) sent = print_next_id(client, options);
        if (sent) sent = flush_output();
        if (!sent) return end_with(sent.error());
    }
    return ExitCode::done;
}

// What is wrong with how a tenant is published to, or empty.
std::string tenant_contradiction(const PublishOptions& options) {
    if (!options.is_for_tenant()) {
        const bool is_wanted =
            options.is_atomic || !options.at.empty() || !options.target.idempotency_key.empty();
        return is_wanted ? "--at, --atomic and --idempotency-key go with --tenant" : "";
    }
    if (!options.makes_events() && !options.event_lines) {
        return "a tenant publishes events: give --event-type, or --events";
    }
    if (options.id != "*" || options.maxlen > 0) {
        return "--id and --maxlen do not go with --tenant";
    }
    if (options.reads_lines() && !options.target.idempotency_key.empty()) {
        return "--idempotency-key is that of one event; in lines each event brings its own";
    }
    if (options.is_live && options.is_atomic) return "--live and --atomic exclude each other";
    const bool is_time = options.at.empty() || parse_due_time(options.at, SystemClock().wall());
    return is_time ? "" : "--at " + std::string(due_time_rule);
}

// What is wrong with the command line as a whole, or empty.
std::string contradiction(const PublishOptions& options) {
    if (std::string wrong = tenant_contradiction(options); !wrong.empty()) return wrong;
    if (options.json_lines && options.event_lines) return "--json and --events exclude each other";
    if (options.event_lines && options.makes_events()) {
        return "--events brings the types along; leave --event-type out";
    }
    const int sources = (options.reads_lines() ? 1 : 0) + (options.data_file.empty() ? 0 : 1) +
                        (options.words.empty() ? 0 : 1);
    if (sources > 1) return "give field=value words, or --data, or lines of JSON; not two of them";
    if (sources == 0 && !options.makes_events()) {
        return "nothing to publish: give field=value words, --data FILE or --json; see --help";
    }
    if (options.is_live && !options.reads_lines()) return "--live goes with --json or --events";
    for (const std::string& word : options.words) {
        if (const auto field = fields_of_words({&word, 1}); !field) return field.error().message;
    }
    return {};
}

ExitCode run_publish(PublishOptions options) {
    if (const std::string sentence = contradiction(options); !sentence.empty()) {
        return fail(ExitCode::usage, sentence);
    }
    options.target.stream = options.stream;
    if (!options.at.empty()) {
        options.target.at = parse_due_time(options.at, SystemClock().wall());
    }
    if (options.is_for_tenant()) options.event.event.tenant_id = options.target.tenant;
    EventMaker maker(options.event.example());
    if (options.is_live) {
        auto client = connect_to_server(options.server);
        return client ? publish_live(*client, options, maker) : end_with(client.error());
    }
    const auto entries = read_entries(options, maker);
    if (!entries) return fail(ExitCode::bad_data, bad_data(entries.error()).message);
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto published = publish_all(*client, options, *entries);
    return published ? ExitCode::done : end_with(published.error());
}

}  // namespace

void add_publish(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<PublishOptions>();
    auto* command = app.add_subcommand("publish", "Add entries or events to a stream");
    command->add_option("stream", options->stream, "name of the stream; made when missing")
        ->required();
    command->add_option("fields", options->words, "field=value ...");
    command->add_flag("--json", options->json_lines, "one JSON object a line on standard input");
    command->add_flag("--events", options->event_lines, "one whole event a line, in JSON");
    command->add_option("--data", options->data_file,
                        "file with the payload, - for standard input");
    command->add_flag("--live", options->is_live, "publish each line as it comes");
    command->add_option("--id", options->id, "id of the entry; the server's choice when missing");
    command->add_option("--maxlen", options->maxlen, "keep about so many entries");
    command->add_flag("-q,--quiet", options->is_quiet, "do not print the ids");
    command->add_option("--tenant", options->target.tenant, "publish into a stream of this tenant");
    command->add_option("--idempotency-key", options->target.idempotency_key,
                        "stores no second event with this key");
    command->add_option("--at", options->at, "not before: a time, Unix milliseconds, or +5m");
    command->add_flag("--atomic", options->is_atomic, "all of the input or none of it");
    add_event_flags(*command, options->event);
    add_server_flags(*command, options->server);
    command->footer(publish_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_publish(*options); }; });
}

}  // namespace sluice
