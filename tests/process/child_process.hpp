// A program that a test starts, watches and ends by its process id.
//
// Promise    the child dies with the test, however the test ends; its stdout and stderr are kept
// Errors     of spawn: not_found, io; of wait_for_line: timeout, closed (the child ended; the
//            message holds the end of its stderr)
// Threads    one
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "event/result.hpp"
#include "event/time.hpp"
#include "process/temporary_folder.hpp"

namespace sluice::testing {

class ChildProcess {
  public:
    struct Options {
        std::vector<std::string> environment;  // NAME=value, added to ours
        bool own_group = false;                // kill() reaches the children of the child too
    };
    static Result<ChildProcess> spawn(const std::vector<std::string>& command,
                                      const Options& options);
    static Result<ChildProcess> spawn(const std::vector<std::string>& command) {
        return spawn(command, Options{});
    }
    ~ChildProcess();
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    // kill -9, and waits until it is gone.
    void kill();
    // The exit code, or 128 + signal; nothing when it still runs after this time.
    std::optional<int> wait(Duration wait_max);
    bool is_running() { return !wait(Duration{}).has_value(); }
    // The first line of stdout that starts so.
    Result<std::string> wait_for_line(std::string_view start, Duration wait_max);
    std::string output() const;
    std::string errors() const;

  private:
    ChildProcess(pid_t pid, std::string files, bool own_group)
        : pid_(pid), files_(std::move(files)), own_group_(own_group) {}
    bool reap(bool blocks);

    pid_t pid_ = -1;
    std::string files_;  // stdout is in <files_>.out, stderr in <files_>.err
    bool own_group_ = false;
    std::optional<int> exit_code_;
};

}  // namespace sluice::testing
