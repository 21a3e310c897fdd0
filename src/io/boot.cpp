#include "io/boot.hpp"

#include <fstream>
#include <string>

#include "event/fnv1a.hpp"

namespace sluice {

std::uint64_t boot_number() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    if (!std::getline(file, text)) return 0;
    // 122 random bits stay different enough.
    return fnv1a(text);
}

}  // namespace sluice
