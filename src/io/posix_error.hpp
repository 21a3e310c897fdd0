// An error number of the operating system as an Error of ours.
#pragma once

#include <string_view>

#include "event/result.hpp"

namespace sluice {

// ENOENT -> not_found, EEXIST -> exists, ENOSPC, EDQUOT, EFBIG -> limit, everything else -> io.
// The message: "<action>: <the system's words>".
Error posix_error(int number, std::string_view action);

}  // namespace sluice
