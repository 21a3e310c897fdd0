// The four priorities: their shares, and that low is never forgotten.
#include "bus/priority_share.hpp"

#include <algorithm>
#include <gtest/gtest.h>

#include "io/random.hpp"

namespace sluice {
namespace {

constexpr PriorityShare::HasWork all = {true, true, true, true};

// "c" for critical and so on.
std::string picks(PriorityShare& share, const PriorityShare::HasWork& has_work, int count) {
    std::string text;
    for (; count > 0; --count) {
        const auto picked = share.pick(has_work);
        text += picked ? name_of(*picked).front() : '-';
    }
    return text;
}

TEST(PriorityShare, serves_all_by_weight_and_evenly_spread) {
    PriorityShare share;
    EXPECT_EQ(picks(share, all, 15), "chcnchclchcnchc");
    EXPECT_EQ(picks(share, all, 15), "chcnchclchcnchc");
}

TEST(PriorityShare, serves_whoever_has_work) {
    PriorityShare share;
    EXPECT_EQ(picks(share, {false, false, false, false}, 2), "--");
    EXPECT_EQ(picks(share, {true, false, false, false}, 3), "lll");
    EXPECT_EQ(picks(share, {true, false, true, false}, 5), "hhlhh");
    EXPECT_EQ(picks(share, {false, false, false, true}, 2), "cc");
}

TEST(PriorityShare, critical_work_that_arrives_is_next) {
    PriorityShare share;
    picks(share, {true, true, true, false}, 1000);
    EXPECT_EQ(share.pick(all), Priority::critical);
}

// Low has waited for fourteen picks when its work is withdrawn: work that comes later begins anew.
TEST(PriorityShare, class_without_work_forgets_how_long_it_waited) {
    PriorityShare share;
    EXPECT_EQ(picks(share, all, 22).find_last_of('l'), 7U);
    picks(share, {false, true, true, true}, 1);
    EXPECT_FALSE(picks(share, all, 3).contains('l'));
}

TEST(PriorityShare, weights_can_be_chosen) {
    auto share = *PriorityShare::with_weights({1, 1, 1, 1});
    EXPECT_EQ(picks(share, all, 8), "chnlchnl");
    EXPECT_EQ(PriorityShare::with_weights({1, 0, 1, 1}).error().message,
              "weight of normal: must be from 1 to 100");
    EXPECT_EQ(PriorityShare::with_weights({1, 1, 1, 101}).error().code, Errc::invalid);
}

// Any window of 15 picks, from any state that steady work leads to.
TEST(PriorityShareLaw, every_window_has_the_shares) {
    PriorityShare share;
    auto text = picks(share, all, 1000);
    for (std::size_t at = 0; at + 15 <= text.size(); ++at) {
        const auto window = text.substr(at, 15);
        ASSERT_EQ(std::ranges::count(window, 'l'), 1);
        ASSERT_EQ(std::ranges::count(window, 'n'), 2);
        ASSERT_EQ(std::ranges::count(window, 'h'), 4);
        ASSERT_EQ(std::ranges::count(window, 'c'), 8);
    }
}

// Work of the others comes and goes as it likes, also in the worst rhythm that chance finds.
TEST(PriorityShareLaw, nobody_with_work_starves) {
    Random random(1);
    for (int round = 0; round < 300; ++round) {
        PriorityShare::Weights weights{};
        for (auto& weight : weights)
            weight = static_cast<std::uint32_t>(1 + random.below(round % 2 == 0 ? 10 : 100));
        auto share = *PriorityShare::with_weights(weights);
        std::array<std::uint32_t, PriorityShare::classes> waited{};
        const auto rarity = 1 + random.below(6);
        for (int i = 0; i < 3000; ++i) {
            PriorityShare::HasWork has_work{};
            for (std::size_t c = 0; c < has_work.size(); ++c)
                has_work[c] = c == 0 || !random.one_in(rarity);
            const auto picked = share.pick(has_work);
            ASSERT_TRUE(picked);
            ASSERT_TRUE(has_work[static_cast<std::size_t>(*picked)]);
            for (std::size_t c = 0; c < waited.size(); ++c) {
                const bool is_waiting = has_work[c] && c != static_cast<std::size_t>(*picked);
                waited[c] = is_waiting ? waited[c] + 1 : 0;
                ASSERT_LT(waited[c], share.starvation_bound());
            }
        }
    }
}

}  // namespace
}  // namespace sluice
