// Which run of the machine this is: monotonic time goes on across processes within one.
#pragma once

#include <cstdint>

namespace sluice {

// Different after each start of the machine; 0 when it cannot be told.
std::uint64_t boot_number();

}  // namespace sluice
