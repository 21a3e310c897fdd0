// What SLUICE.LEASE answers, as deliveries.
//
// Errors     a reply of another shape: failed
#pragma once

#include <string>
#include <vector>

#include "resp/reply.hpp"
#include "sluice/delivery.hpp"
#include "sluice/expected.hpp"

namespace sluice {

struct Leased {
    std::string epoch;
    Delivery event;
};

// Empty when there was nothing.
Expected<std::vector<Leased>> read_leased(Reply reply);

}  // namespace sluice
