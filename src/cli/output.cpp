#include "cli/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace sluice {

Result<void> flush_output() {
    static int reason = 0;  // stdio keeps that something went wrong, not what
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
    if (reason == 0) reason = errno == 0 ? EIO : errno;
    return Error{reason == EPIPE ? Errc::closed : Errc::io,
                 "cannot write to standard output: " + std::generic_category().message(reason)};
}

void end_with_reader() {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
}

}  // namespace sluice
