#include "sluice/expected.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

void end_for_misuse(const char* what) {
    std::fprintf(stderr, "sluice: %s\n", what);
    std::abort();
}

}  // namespace sluice
