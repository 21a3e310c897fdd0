#include "io/process_name.hpp"

#include <array>
#include <unistd.h>

namespace sluice {

std::string process_name() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
    const std::string name = host.data();
    return (name.empty() ? "consumer" : name) + "-" + std::to_string(::getpid());
}

}  // namespace sluice
