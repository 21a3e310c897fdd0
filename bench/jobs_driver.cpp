// jobs_driver: no-op jobs through the C++ library, as bench/jobs/*.mjs do them from Node.js.
//
// `add` adds the jobs in batches, each waited for; `consume` makes the jobs first, then measures
// from the start of the consumer until the server knows that the last job is done.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <latch>
#include <sluice/sluice.hpp>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace sluice::bench {

namespace {

constexpr unsigned leased_ahead = 1000;
constexpr std::size_t preload = 1000;

struct Arguments {
    std::string url;
    std::string task;
    std::size_t jobs = 50'000;
    std::size_t size = 1000;
};

FieldList job() {
    return {{"type", "job"},
            {"data",
             R"({"task_id":"0199c7e2-6f0b-7d7e-8c1e-2f6f0b7d7e8c","goal":"summarise the failed )"
             R"(builds of this week","tool":"search.code","arguments":{"query":"flaky test",)"
             R"("limit":20}})"}};
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// The seconds that it took, here and below.
Expected<double> add(Connection& bus, std::size_t jobs, std::size_t batch) {
    const auto begun = Clock::now();
    for (std::size_t done = 0; done < jobs; done += batch) {
        const std::vector<FieldList> events(std::min(batch, jobs - done), job());
        const auto added = bus.publish_all("jobs", events);
        if (!added) return added.error();
    }
    return seconds_since(begun);
}

Expected<double> work_through(const Arguments& arguments) {
    const auto begun = Clock::now();
    std::latch handled(static_cast<std::ptrdiff_t>(arguments.jobs));
    auto consumer = consume(arguments.url,
                            {.stream = "jobs",
                             .group = "workers",
                             .concurrency = static_cast<unsigned>(arguments.size),
                             .lease_ahead = leased_ahead,
                             .create_group = GroupStart::beginning,
                             .retry = "none"},
                            [&](const Delivery&) { handled.count_down(); });
    if (!consumer) return consumer.error();
    handled.wait();
    // The last settles are on their way.
    while (consumer->counts().acked < arguments.jobs)
        std::this_thread::yield();
    return seconds_since(begun);
}

Expected<void> run(const Arguments& arguments) {
    auto bus = connect(arguments.url);
    if (!bus) return bus.error();
    const bool consumes = arguments.task == "consume";
    if (consumes) {
        const auto added = add(*bus, arguments.jobs, preload);
        if (!added) return added.error();
    }
    const double cpu_before = cpu_seconds();
    const auto seconds =
        consumes ? work_through(arguments) : add(*bus, arguments.jobs, arguments.size);
    if (!seconds) return seconds.error();
    std::printf("{\"seconds\":%.6f,\"jobs\":%zu,\"cpu_seconds\":%.6f}\n", *seconds, arguments.jobs,
                cpu_seconds() - cpu_before);
    return {};
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
    sluice::bench::Arguments arguments;
    int port = 0;
    CLI::App app("No-op jobs through the C++ library; prints seconds as JSON.", "jobs_driver");
    app.add_option("port", port)->required();
    app.add_option("task", arguments.task)->required()->check(CLI::IsMember({"add", "consume"}));
    app.add_option("jobs", arguments.jobs)->required();
    app.add_option("size", arguments.size, "of a batch, or the concurrency")->required();
    CLI11_PARSE(app, argc, argv);
    arguments.url = "redis://127.0.0.1:" + std::to_string(port);
    const auto ran = sluice::bench::run(arguments);
    if (ran) return 0;
    std::fprintf(stderr, "jobs_driver: %s\n", ran.error().message.c_str());
    return 1;
}
