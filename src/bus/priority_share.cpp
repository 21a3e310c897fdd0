#include "bus/priority_share.hpp"

#include <numeric>
#include <tuple>

#include "event/refusal.hpp"

namespace sluice {

Result<PriorityShare> PriorityShare::with_weights(const Weights& weights) {
    for (std::size_t i = 0; i < classes; ++i) {
        if (weights[i] >= 1 && weights[i] <= weight_max) continue;
        return refused("weight of " + std::string(name_of(static_cast<Priority>(i))),
                       "must be from 1 to 100");
    }
    PriorityShare share;
    share.weights_ = weights;
    return share;
}

std::uint32_t PriorityShare::weights_sum() const {
    return std::accumulate(weights_.begin(), weights_.end(), std::uint32_t{0});
}

// Of two classes with work; the more urgent one where they are alike.
bool PriorityShare::is_before(std::size_t a, std::size_t b) const {
    const auto overdue = weights_sum();
    const auto wait_a = waited_[a] < overdue ? 0 : waited_[a];
    const auto wait_b = waited_[b] < overdue ? 0 : waited_[b];
    return std::tuple(wait_a, gained_[a], a) > std::tuple(wait_b, gained_[b], b);
}

std::optional<Priority> PriorityShare::pick(const HasWork& has_work) {
    std::optional<std::size_t> picked;
    std::int64_t paid = 0;
    for (std::size_t i = 0; i < classes; ++i) {
        if (!has_work[i]) {
            gained_[i] = 0;
            waited_[i] = 0;
            continue;
        }
        gained_[i] += weights_[i];
        paid += weights_[i];
        if (!picked || is_before(i, *picked)) picked = i;
    }
    if (!picked) return std::nullopt;
    for (std::size_t i = 0; i < classes; ++i)
        waited_[i] += has_work[i] ? 1 : 0;
    waited_[*picked] = 0;
    gained_[*picked] -= paid;
    return static_cast<Priority>(*picked);
}

}  // namespace sluice
