#include "process/child_process.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "io/clock.hpp"

namespace sluice::testing {

namespace {

constexpr Duration look_again = Duration::from_ms(2);
constexpr std::size_t told_bytes_max = 2000;

std::string content_of(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Where the output of all children of this test program goes.
std::string next_files() {
    static const TemporaryFolder folder("output");
    static std::atomic<int> count = 0;
    return folder.file("child-" + std::to_string(count++));
}

void redirect(const std::string& name, int target) {
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, target);
    ::close(file);
}

[[noreturn]] void become(const std::vector<std::string>& command,
                         const ChildProcess::Options& options, const std::string& files) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (options.own_group) ::setpgid(0, 0);
    redirect(files + ".out", STDOUT_FILENO);
    redirect(files + ".err", STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    for (const std::string& variable : options.environment) {
        ::putenv(const_cast<char*>(variable.c_str()));
    }
    std::vector<char*> args;
    for (const std::string& arg : command) {
        args.push_back(const_cast<char*>(arg.c_str()));
    }
    args.push_back(nullptr);
    ::execvp(args[0], args.data());
    ::_exit(127);
}

// Waits until the process of this descriptor ends, or for so long.
void wait_for_end(pid_t pid, Duration wait) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    pollfd ended{.fd = descriptor, .events = POLLIN, .revents = 0};
    ::poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(wait.ms(), 0)));
    if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::vector<std::string>& command,
                                         const Options& options) {
    const std::string files = next_files();
    const pid_t pid = ::fork();
    if (pid < 0) return Error{Errc::io, "start " + command.front()};
    if (pid == 0) become(command, options, files);
    return ChildProcess(pid, files, options.own_group);
}

ChildProcess::~ChildProcess() {
    if (pid_ > 0) kill();
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      files_(std::move(other.files_)),
      own_group_(other.own_group_),
      exit_code_(other.exit_code_) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(files_, other.files_);
    std::swap(own_group_, other.own_group_);
    std::swap(exit_code_, other.exit_code_);
    return *this;
}

void ChildProcess::signal(int number) const {
    if (!exit_code_) ::kill(own_group_ ? -pid_ : pid_, number);
}

void ChildProcess::kill() {
    if (exit_code_) return;
    signal(SIGKILL);
    reap(true);
}

bool ChildProcess::reap(bool blocks) {
    if (exit_code_) return true;
    int status = 0;
    pid_t ended = 0;
    do {
        ended = ::waitpid(pid_, &status, blocks ? 0 : WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended == 0) return false;
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

std::optional<int> ChildProcess::wait(Duration wait_max) {
    if (!reap(false)) {
        wait_for_end(pid_, wait_max);
        reap(false);
    }
    return exit_code_;
}

Result<std::string> ChildProcess::wait_for_line(std::string_view start, Duration wait_max) {
    const MonoTime deadline = SystemClock().mono() + wait_max;
    for (;;) {
        const bool has_ended = wait(look_again).has_value();
        const std::string text = "\n" + output();
        const std::size_t at = text.find("\n" + std::string(start));
        const std::size_t end = text.find('\n', at == std::string::npos ? at : at + 1);
        if (end != std::string::npos) return text.substr(at + 1, end - at - 1);
        const std::string told = errors();
        const std::string tail = told.substr(told.size() - std::min(told.size(), told_bytes_max));
        if (has_ended) {
            return Error{Errc::closed, "the program ended with exit code " +
                                           std::to_string(*exit_code_) + ": " + tail};
        }
        if (SystemClock().mono() > deadline) {
            return Error{Errc::timeout, "no line '" + std::string(start) + "': " + tail};
        }
    }
}

std::string ChildProcess::output() const {
    return content_of(files_ + ".out");
}
std::string ChildProcess::errors() const {
    return content_of(files_ + ".err");
}

}  // namespace sluice::testing
