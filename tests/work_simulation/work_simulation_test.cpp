// Work queues with everything that can happen to them, many times, from seeds.
//
// SLUICE_SEED   run this seed only; with SLUICE_SEEDS the first one
// SLUICE_SEEDS  how many seeds, from 1 (400)
// SLUICE_STEPS  turns of each (default 300)
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>

#include "work_simulation/work_world.hpp"

namespace sluice::testing {
namespace {

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

WorkReport run(std::uint64_t seed) {
    return WorkWorld(seed).run(environment("SLUICE_STEPS", 300));
}

TEST(WorkSimulation, every_seed_ends_well) {
    const bool is_one = std::getenv("SLUICE_SEED") != nullptr;
    const auto first = environment("SLUICE_SEED", 1);
    const auto seeds = environment("SLUICE_SEEDS", is_one ? 1 : 400);
    WorkReport sum;
    int failures = 0;
    for (std::uint64_t seed = first; seed < first + seeds && failures < 5; ++seed) {
        const auto report = run(seed);
        sum.add(report);
        if (report.failure.empty()) continue;
        ++failures;
        ADD_FAILURE() << report.failure;
    }
    std::printf("%" PRIu64 " seeds: %" PRIu64 " published, %" PRIu64 " deliveries, %" PRIu64
                " lost leases, %" PRIu64 " dead, %" PRIu64 " replayed, %" PRIu64 " crashes\n",
                seeds, sum.published, sum.deliveries, sum.lost_leases, sum.dead, sum.replayed,
                sum.crashes);
}

TEST(WorkSimulation, one_seed_gives_one_trace) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
        EXPECT_EQ(run(seed).trace_hash, run(seed).trace_hash) << "seed " << seed;
}

}  // namespace
}  // namespace sluice::testing
