// The whole store on a disk that fails, many times, from seeds.
//
// SLUICE_SEED   run this seed only; with SLUICE_SEEDS the first one
// SLUICE_SHOW   with it: print every command, reply and disk operation
// SLUICE_SEEDS  how many seeds, from 1 (2000)
// SLUICE_STEPS  turns of each (default 150)
//
// seeds.txt holds the seeds that found something once; they run always.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

#include "simulation/world.hpp"

namespace sluice::testing {
namespace {

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t steps() {
    return environment("SLUICE_STEPS", 150);
}

Report run(std::uint64_t seed) {
    return World(seed).run(steps());
}

void print(std::uint64_t seed, const Report& report) {
    std::printf("seed %" PRIu64 " trace %016" PRIx64 " commands %" PRIu64 " crashes %" PRIu64
                " faults %" PRIu64 " refusals %" PRIu64 " checkpoints %" PRIu64
                " compactions %" PRIu64 "\n",
                seed, report.trace_hash, report.commands, report.crashes, report.faults,
                report.refusals, report.checkpoints, report.compactions);
}

TEST(SimulationTest, every_seed_ends_well) {
    const auto first = environment("SLUICE_SEED", 1);
    if (std::getenv("SLUICE_SEED") != nullptr && std::getenv("SLUICE_SEEDS") == nullptr) {
        World world(first);
        if (environment("SLUICE_SHOW", 0) != 0) world.show();
        const auto report = world.run(steps());
        print(first, report);
        EXPECT_EQ(report.failure, "");
        return;
    }
    Report sum;
    Trace traces;
    int failures = 0;
    const auto seeds = environment("SLUICE_SEEDS", 2000);
    for (std::uint64_t seed = first; seed < first + seeds && failures < 5; ++seed) {
        const auto report = run(seed);
        if (!report.failure.empty()) {
            ++failures;
            print(seed, report);
            ADD_FAILURE() << report.failure;
        }
        traces.add(report.trace_hash);
        sum.commands += report.commands;
        sum.crashes += report.crashes;
        sum.faults += report.faults;
        sum.refusals += report.refusals;
        sum.checkpoints += report.checkpoints;
        sum.compactions += report.compactions;
    }
    sum.trace_hash = traces.hash();
    std::printf("%" PRIu64 " seeds: ", seeds);
    print(0, sum);
}

TEST(SimulationTest, seeds_that_found_something_once_end_well) {
    std::ifstream file(SLUICE_SIMULATION_SEEDS);
    ASSERT_TRUE(file.is_open());
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line.starts_with('#')) continue;
        const auto seed = std::strtoull(line.c_str(), nullptr, 10);
        EXPECT_EQ(run(seed).failure, "") << "seed " << seed;
    }
}

TEST(SimulationTest, one_seed_gives_one_trace) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EXPECT_EQ(run(seed).trace_hash, run(seed).trace_hash) << "seed " << seed;
    }
}

}  // namespace
}  // namespace sluice::testing
