// A whole file, or all that comes through a descriptor, as bytes.
//
// Errors     those of posix_error(): no such file, no rights, a folder; limit: larger than
//            bytes_max
// Limit      bytes_max: no more than that, and one piece, is ever held
#pragma once

#include <cstddef>
#include <string>

#include "event/result.hpp"

namespace sluice {

Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
// `name` is what the message calls it.
Result<std::string> read_descriptor(int descriptor, const std::string& name, std::size_t bytes_max);

}  // namespace sluice
