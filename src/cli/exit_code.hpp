// What the exit status of `sluice` says; scripts depend on these numbers.
//
// Source     docs/operations.md, "Exit codes"; the numbers from 64 on are those of BSD's sysexits.
#pragma once

#include "event/result.hpp"

namespace sluice {

enum class ExitCode : int {
    done = 0,
    failed = 1,         // also: a port is taken
    usage = 64,         // wrong flags or arguments; nothing was done
    bad_data = 65,      // the input (standard input, a file) is not what was announced
    unreachable = 69,   // no server answers at the address
    io = 70,            // the operating system refused to read or write: data folder, output
    in_use = 73,        // another process owns the data folder
    newer_format = 76,  // the data folder was written by a newer version
    bad_config = 78,    // the configuration file or environment is wrong
};

// For an error that came out of the data folder.
ExitCode exit_code_of(const Error& error);

}  // namespace sluice
