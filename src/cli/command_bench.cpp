#include "cli/command_bench.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "cli/server_flags.hpp"
#include "cli/table.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace sluice {
namespace {

constexpr const char* bench_help = R"(
Publishes to a stream of its own, reads it back through a group, and removes it at the end. Four
loads: one entry after the other; batches; batches over several connections; reading in a group with
an acknowledgement of every batch. The figures are those of the server's durability, with this
program and the server sharing the machine; bench/compare measures more carefully, against peers.

Examples:
  sluice bench
  sluice bench --seconds 5 --size 1024
  sluice bench --json

Exit codes: 0 done, 1 refused by the server, 64 usage, 69 server not reachable.
)";

constexpr std::size_t pipeline = 100;
constexpr std::size_t many_connections = 8;

struct BenchOptions {
    ServerFlags server;
    double seconds = 2;
    std::size_t payload_bytes = 256;
    bool is_json = false;
};

struct Measured {
    std::string_view what;
    std::uint64_t entries = 0;
    double seconds = 0;
    std::vector<std::int64_t> round_trips_us;

    double rate() const { return static_cast<double>(entries) / seconds; }
    Duration percentile(double share) {
        if (round_trips_us.empty()) return {};
        const auto last = static_cast<double>(round_trips_us.size() - 1);
        const auto place = static_cast<std::ptrdiff_t>(last * share);
        std::ranges::nth_element(round_trips_us, round_trips_us.begin() + place);
        return {round_trips_us[static_cast<std::size_t>(place)]};
    }
};

class Bench {
  public:
    explicit Bench(const BenchOptions& options)
        : options_(options),
          stream_("sluice-bench-" + std::to_string(system_seed())),
          payload_(options.payload_bytes, 'x') {}

    Result<std::vector<Measured>> run() {
        for (std::size_t i = 0; i < many_connections; ++i) {
            SLUICE_TRY_ASSIGN(Client client, connect_to_server(options_.server));
            clients_.push_back(std::move(client));
        }
        auto measured = measure_all();
        SLUICE_TRY(ask(clients_.front(), {"DEL", stream_}));
        return measured;
    }

  private:
    Result<std::vector<Measured>> measure_all() {
        std::vector<Measured> measured;
        SLUICE_TRY_ASSIGN(auto single, publish("publish, one after the other", 1, 1));
        measured.push_back(std::move(single));
        SLUICE_TRY_ASSIGN(auto batch, publish("publish, batches of 100", 1, pipeline));
        measured.push_back(std::move(batch));
        SLUICE_TRY_ASSIGN(auto many, publish("publish, batches of 100, 8 connections",
                                             many_connections, pipeline));
        measured.push_back(std::move(many));
        SLUICE_TRY_ASSIGN(auto read, consume());
        measured.push_back(std::move(read));
        return measured;
    }

    // Every connection sends a batch, then the replies of all are awaited.
    Result<Measured> publish(std::string_view what, std::size_t connections, std::size_t batch) {
        Measured measured{.what = what, .entries = 0, .seconds = 0, .round_trips_us = {}};
        const ProgressBar progress(what, 0);
        const MonoTime start = clock_.mono();
        const MonoTime end = start + duration();
        for (MonoTime now = start; now < end && !is_interrupted(); now = clock_.mono()) {
            for (std::size_t i = 0; i < connections; ++i) {
                for (std::size_t entry = 0; entry < batch; ++entry) {
                    clients_[i].queue({"XADD", stream_, "*", "data", payload_});
                }
                SLUICE_TRY(clients_[i].flush());
            }
            for (std::size_t i = 0; i < connections; ++i) {
                SLUICE_TRY(take_replies(clients_[i], batch));
            }
            measured.entries += connections * batch;
            measured.round_trips_us.push_back((clock_.mono() - now).microseconds);
        }
        measured.seconds = seconds_since(start);
        return measured;
    }

    Result<Measured> consume() {
        Measured measured{.what = "read in a group and acknowledge, batches of 100",
                          .entries = 0,
                          .seconds = 0,
                          .round_trips_us = {}};
        const ProgressBar progress(measured.what, 0);
        Client& client = clients_.front();
        SLUICE_TRY(ask(client, {"XGROUP", "CREATE", stream_, "readers", "0"}));
        const MonoTime start = clock_.mono();
        const MonoTime end = start + duration();
        std::vector<std::string> ids;
        for (MonoTime now = start; now < end && !is_interrupted(); now = clock_.mono()) {
            SLUICE_TRY_ASSIGN(const bool is_more, read_batch(client, ids));
            if (!is_more) break;
            measured.entries += ids.size();
            measured.round_trips_us.push_back((clock_.mono() - now).microseconds);
        }
        measured.seconds = seconds_since(start);
        return measured;
    }

    // Acknowledges what was read before and reads on, in one write.
    Result<bool> read_batch(Client& client, std::vector<std::string>& ids) {
        const bool acknowledges = !ids.empty();
        if (acknowledges) {
            std::vector<std::string_view> args = {"XACK", stream_, "readers"};
            args.insert(args.end(), ids.begin(), ids.end());
            client.queue(args);
        }
        client.queue({"XREADGROUP", "GROUP", "readers", "bench", "COUNT", std::to_string(pipeline),
                      "STREAMS", stream_, ">"});
        SLUICE_TRY(client.flush());
        if (acknowledges) SLUICE_TRY(take_replies(client, 1));
        SLUICE_TRY_ASSIGN(Reply read, client.read());
        SLUICE_TRY_ASSIGN(const Reply reply, as_result(std::move(read)));
        ids.clear();
        if (reply.elements.empty() || reply.elements[0].elements.size() != 2) return false;
        for (const Reply& entry : reply.elements[0].elements[1].elements) {
            ids.push_back(entry.elements.front().text);
        }
        return !ids.empty();
    }

    static Result<void> take_replies(Client& client, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            SLUICE_TRY_ASSIGN(Reply reply, client.read());
            SLUICE_TRY(as_result(std::move(reply)));
        }
        return {};
    }

    Duration duration() const { return {static_cast<std::int64_t>(options_.seconds * 1e6)}; }
    double seconds_since(MonoTime start) {
        return static_cast<double>((clock_.mono() - start).microseconds) / 1e6;
    }

    const BenchOptions& options_;
    std::string stream_;
    std::string payload_;
    std::vector<Client> clients_;
    SystemClock clock_;
};

Cell microseconds_cell(Duration duration) {
    const std::string number = std::to_string(duration.microseconds);
    return {shown_count(static_cast<std::uint64_t>(duration.microseconds)) + " us", number,
            Colour::none};
}

ExitCode run_bench(const BenchOptions& options) {
    is_interrupted();
    auto measured = Bench(options).run();
    if (!measured) return end_with(measured.error());
    using enum Table::Align;
    Table table({{"LOAD", "load", left},
                 {"ENTRIES", "entries", right},
                 {"RATE", "entries_per_second", right},
                 {"ROUND TRIP p50", "p50_us", right},
                 {"p99", "p99_us", right}});
    for (Measured& each : *measured) {
        table.add({text_cell(each.what), count_cell(each.entries),
                   rate_cell(each.rate(), Colour::green), microseconds_cell(each.percentile(0.5)),
                   microseconds_cell(each.percentile(0.99))});
    }
    table.print(Terminal::of_stdout(), options.is_json ? Form::json_lines : Form::table);
    return ExitCode::done;
}

}  // namespace

void add_bench(CLI::App& app, Plan& plan) {
    auto options = std::make_shared<BenchOptions>();
    auto* command = app.add_subcommand("bench", "Measure a running server in a few seconds");
    command->add_option("--seconds", options->seconds, "how long each load lasts")
        ->check(CLI::Range(0.05, 600.0))
        ->capture_default_str();
    command->add_option("--size", options->payload_bytes, "bytes of an entry's payload")
        ->check(CLI::Range(1, 1 << 20))
        ->capture_default_str();
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(bench_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_bench(*options); }; });
}

}  // namespace sluice
