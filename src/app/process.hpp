// What this process asks of the operating system, and what the system says about it.
#pragma once

#include <cstdint>

#include "http/service_state.hpp"
#include "server/settings.hpp"

namespace sluice {

// New files are ours alone; no core file and no debugger unless allowed; broken connections are
// errors, not signals; as many descriptors as the system grants.
struct Hardening {
    bool allow_core_dumps = false;
};
void harden_process(Hardening hardening);

ProcessFacts measure_process();

FileCount count_open_files();

}  // namespace sluice
