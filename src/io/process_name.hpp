// Who this process is, among those of many machines, when nobody gave it a name: "host-1234".
#pragma once

#include <string>

namespace sluice {

std::string process_name();

}  // namespace sluice
