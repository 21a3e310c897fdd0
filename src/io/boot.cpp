#include "io/boot.hpp"

#include <fstream>
#include <string>

namespace sluice {

std::uint64_t boot_number() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string text;
    if (!std::getline(file, text)) return 0;
    // FNV-1a, 64 bits: 122 random bits stay different enough.
    std::uint64_t number = 0xcbf29ce484222325;
    for (const char c : text) {
        number = (number ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return number;
}

}  // namespace sluice
