// Who this process is when nobody gave it a name: "host-1234".
#pragma once

#include <string>

namespace sluice {

std::string default_name();

}  // namespace sluice
