// Every disk that a power cut can leave behind, for short workloads: at each disk operation the
// power goes, and each legal image of the disk is recovered and checked.
//
// SLUICE_IMAGES  how many images to try, over all workloads and operations (20,000)
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

#include "simulation/scripted_run.hpp"

namespace sluice::testing {
namespace {

std::uint64_t images_max() {
    const char* text = std::getenv("SLUICE_IMAGES");
    return text == nullptr ? 20'000 : std::strtoull(text, nullptr, 10);
}

std::uint64_t operations_of(const Script& script) {
    ScriptedRun run(script);
    run.run();
    EXPECT_EQ(run.failure(), "");
    return run.disk().operations();
}

// Recovers up to `images` different images of the disk; answers how many, or -1 when one is wrong.
std::int64_t check_images(const ScriptedRun& run, std::uint64_t images) {
    ExhaustiveChooser exhaustive;
    Random random(1);
    RandomChooser any(random);
    bool has_more = true;
    std::uint64_t done = 0;
    for (; done < images; ++done) {
        SimDisk image = run.disk();
        // The first half in order; if that was not all, the rest anywhere in the space.
        const bool in_order = has_more && done < images / 2;
        if (!in_order && !has_more) break;
        if (in_order) {
            image.crash(exhaustive);
            has_more = exhaustive.advance();
        } else {
            image.crash(any);
        }
        const auto failure = run.check(image);
        if (failure.empty()) continue;
        ADD_FAILURE() << "image " << done << ": " << failure;
        return -1;
    }
    return static_cast<std::int64_t>(done);
}

class CrashStatesTest : public ::testing::TestWithParam<Script> {};

TEST_P(CrashStatesTest, every_disk_that_a_power_cut_leaves_is_a_prefix) {
    const auto& script = GetParam();
    const auto operations = operations_of(script);
    const auto budget = images_max() / scripts().size();
    std::uint64_t images = 0;
    for (std::uint64_t operation = 0; operation < operations; ++operation) {
        SCOPED_TRACE("the power goes at operation " + std::to_string(operation));
        ScriptedRun run(script);
        run.disk().crash_after(operation);
        run.run();
        ASSERT_EQ(run.failure(), "");
        // What an operation with few images leaves over is for those behind it.
        const auto left = budget - std::min(budget, images);
        const auto checked =
            check_images(run, std::max<std::uint64_t>(2, left / (operations - operation)));
        ASSERT_GE(checked, 0);
        images += static_cast<std::uint64_t>(checked);
    }
    std::printf("%s: %llu operations, %llu images\n", script.name.c_str(),
                static_cast<unsigned long long>(operations),
                static_cast<unsigned long long>(images));
}

INSTANTIATE_TEST_SUITE_P(workloads, CrashStatesTest, ::testing::ValuesIn(scripts()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sluice::testing
