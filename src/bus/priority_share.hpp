// Which priority is served next: the urgent ones more often, none never.
//
// Shape      Smooth weighted round robin. With every pick each class that has work gains its
//            weight; the one that has most is picked and pays what all gained together.
//            A class without work forgets what it gained, and whoever has waited for as many picks
//            as the weights add up to is next: work that comes and goes cannot crowd out others.
// Promise    where all four have work, any 15 picks in a row (the sum of the weights 1 2 4 8) serve
//            low once, normal twice, high four times and critical eight times; a class that has
//            work is picked within starvation_bound() picks, whatever the others do
// Invariant  only classes with work are picked
// Source     the balancer of nginx
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "event/priority.hpp"
#include "event/result.hpp"

namespace sluice {

class PriorityShare {
  public:
    static constexpr std::size_t classes = 4;
    static constexpr std::uint32_t weight_max = 100;
    // By priority: low, normal, high, critical.
    using Weights = std::array<std::uint32_t, classes>;
    using HasWork = std::array<bool, classes>;

    PriorityShare() = default;
    // Invalid: a weight below 1 or above weight_max.
    static Result<PriorityShare> with_weights(const Weights& weights);

    // Nothing when no class has work.
    std::optional<Priority> pick(const HasWork& has_work);

    // A class that has work all the while is picked at least once in so many picks.
    std::uint32_t starvation_bound() const { return weights_sum() + classes; }

  private:
    std::uint32_t weights_sum() const;
    bool is_before(std::size_t a, std::size_t b) const;

    Weights weights_ = {1, 2, 4, 8};
    std::array<std::int64_t, classes> gained_{};
    std::array<std::uint32_t, classes> waited_{};  // picks of others since there was work
};

}  // namespace sluice
