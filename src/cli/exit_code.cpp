#include "cli/exit_code.hpp"

namespace sluice {

ExitCode exit_code_of(const Error& error) {
    switch (error.code) {
        case Errc::invalid:
            return ExitCode::bad_data;
        case Errc::corrupt:
            return ExitCode::bad_data;
        case Errc::io:
            return ExitCode::io;
        case Errc::limit:
        case Errc::full:
            return ExitCode::io;
        case Errc::conflict:
            return ExitCode::in_use;
        case Errc::unsupported:
            return ExitCode::newer_format;
        case Errc::unavailable:
            return ExitCode::unreachable;
        default:
            return ExitCode::failed;
    }
}

}  // namespace sluice
