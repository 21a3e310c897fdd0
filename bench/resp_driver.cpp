// resp_driver: puts load on a RESP server, checks the answers, prints what it measured as JSON.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "load_loop.hpp"
#include "workload.hpp"

namespace sluice::bench {

namespace {

struct Arguments {
    std::string workload;
    WorkloadOptions work;
    LoadOptions load;
    bool skips_verification = false;
};

void describe(CLI::App& app, Arguments& arguments) {
    app.add_option("workload", arguments.workload, "xadd, group or ping")
        ->required()
        ->check(CLI::IsMember({"xadd", "group", "ping"}));
    app.add_option("--host", arguments.load.endpoint.host, "IPv4 address of the server");
    app.add_option("--port", arguments.load.endpoint.port)->required();
    app.add_option("-c,--connections", arguments.work.connections)->check(CLI::Range(1, 10'000));
    app.add_option("-P,--pipeline", arguments.work.pipeline, "xadd, ping: commands in one write")
        ->check(CLI::Range(1, 100'000));
    app.add_option("--warmup", arguments.load.warmup_seconds, "seconds thrown away");
    app.add_option("--duration", arguments.load.duration_seconds, "seconds measured");
    app.add_option("--units", arguments.load.units_max, "stop after so many instead of by time");
    app.add_option("--rate", arguments.load.rate_per_second,
                   "commands per second, whether or not the server keeps up");
    app.add_option("--stream", arguments.work.stream);
    app.add_option("--size", arguments.work.payload_bytes, "bytes of the one field's value");
    app.add_option("--maxlen", arguments.work.maxlen, "xadd: MAXLEN ~ this");
    app.add_option("--streams", arguments.work.streams)->check(CLI::Range(1, 1'000'000));
    app.add_option("--count", arguments.work.count, "group: XREADGROUP COUNT");
    app.add_option("--entries", arguments.work.entries, "group: entries to load before");
    app.add_option("--groups", arguments.work.groups, "group: how often they can be read");
    app.add_flag("!--no-ack", arguments.work.acknowledges, "group: leave what was read pending");
    app.add_flag("--no-verify", arguments.skips_verification, "do not read back what was written");
}

std::unique_ptr<Workload> make_workload(const Arguments& arguments) {
    if (arguments.workload == "xadd") return make_xadd_workload(arguments.work);
    if (arguments.workload == "group") return make_group_workload(arguments.work);
    return make_ping_workload(arguments.work);
}

nlohmann::ordered_json report(const Arguments& arguments, const Workload& workload,
                              const LoadResult& result) {
    const auto microseconds = [&](double percent) {
        return static_cast<double>(result.latency.percentile_ns(percent)) / 1e3;
    };
    return {
        {"workload", arguments.workload},
        {"connections", arguments.work.connections},
        {"pipeline", arguments.work.pipeline},
        {"payload_bytes", arguments.work.payload_bytes},
        {"seconds", result.seconds},
        {"units", result.units},
        {"units_per_second", static_cast<double>(result.units) / result.seconds},
        {"latency_us",
         {{"p50", microseconds(50)},
          {"p90", microseconds(90)},
          {"p99", microseconds(99)},
          {"p999", microseconds(99.9)},
          {"max", static_cast<double>(result.latency.max_ns()) / 1e3},
          {"mean", result.latency.mean_ns() / 1e3}}},
        {"driver_cpu_share", result.driver_cpu_seconds / result.seconds},
        {"bytes_sent", result.bytes_sent},
        {"bytes_received", result.bytes_received},
        {"units_in_all", workload.units()},
        {"checked", workload.checked()},
    };
}

Result<nlohmann::ordered_json> run(Arguments& arguments) {
    arguments.load.connections = arguments.work.connections;
    arguments.load.pipeline = arguments.work.pipeline;
    const std::unique_ptr<Workload> workload = make_workload(arguments);
    if (arguments.load.rate_per_second > 0 && workload->needs_replies()) {
        return Error{Errc::invalid, "--rate works with xadd and ping only"};
    }
    SLUICE_TRY_ASSIGN(SetupClient client, SetupClient::connect(arguments.load.endpoint));
    SLUICE_TRY(workload->prepare(client));
    SLUICE_TRY_ASSIGN(const LoadResult result, run_load(arguments.load, *workload));
    if (!arguments.skips_verification) SLUICE_TRY(workload->verify(client));
    if (!workload->fault().empty()) return Error{Errc::invalid, workload->fault()};
    return report(arguments, *workload, result);
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
    CLI::App app("Puts load on a RESP server, checks the answers and prints JSON.", "resp_driver");
    sluice::bench::Arguments arguments;
    sluice::bench::describe(app, arguments);
    CLI11_PARSE(app, argc, argv);
    const auto report = sluice::bench::run(arguments);
    if (!report) {
        std::fprintf(stderr, "resp_driver: %s\n", report.error().message.c_str());
        return 1;
    }
    std::puts(report->dump(2).c_str());
    return 0;
}
