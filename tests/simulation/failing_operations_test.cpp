// The k-th disk operation fails, for every k: once, and from then on. What the store told its
// clients must be true, and after a power cut the disk must hold it.
#include <gtest/gtest.h>

#include "simulation/scripted_run.hpp"

namespace sluice::testing {
namespace {

struct Case {
    const char* name;
    bool is_sticky;
    Errc code;
};

class FailingOperationsTest : public ::testing::TestWithParam<Case> {
  protected:
    static SimDisk::Fault fault(std::uint64_t pass) {
        return {.pass = pass, .is_sticky = GetParam().is_sticky, .code = GetParam().code};
    }
};

TEST_P(FailingOperationsTest, what_was_acknowledged_is_there_whatever_failed) {
    for (const auto& script : scripts()) {
        SCOPED_TRACE(script.name);
        for (std::uint64_t k = 0;; ++k) {
            SCOPED_TRACE("operation " + std::to_string(k) + " fails");
            ScriptedRun run(script);
            run.disk().plan(fault(k));
            run.run();
            ASSERT_EQ(run.failure(), "");
            if (run.disk().faults_hit() == 0) break;
            for (std::uint64_t seed = 1; seed <= 2; ++seed) {
                SimDisk image = run.disk();
                image.clear_faults();
                Random random(seed);
                RandomChooser chooser(random);
                image.crash(chooser);
                ASSERT_EQ(run.check(image), "");
            }
        }
    }
}

TEST_P(FailingOperationsTest, a_start_that_fails_changes_nothing_for_the_next_one) {
    for (const auto& script : scripts()) {
        SCOPED_TRACE(script.name);
        ScriptedRun run(script);
        run.run();
        Random random(1);
        RandomChooser chooser(random);
        SimDisk settled = run.disk();
        settled.crash(chooser);
        for (std::uint64_t k = 0;; ++k) {
            SCOPED_TRACE("operation " + std::to_string(k) + " of the start fails");
            SimDisk disk = settled;
            disk.plan(fault(k));
            {
                SimFileSystem files(disk);
                Machine machine(files, smallest_engine());
                (void)machine.start();
                disk.cut_power();
            }
            const bool was_reached = disk.faults_hit() > 0;
            disk.clear_faults();
            disk.crash(chooser);
            ASSERT_EQ(run.check(disk), "");
            if (!was_reached) break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(faults, FailingOperationsTest,
                         ::testing::Values(Case{"once", false, Errc::io},
                                           Case{"from_then_on", true, Errc::io},
                                           Case{"no_space_once", false, Errc::limit}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sluice::testing
