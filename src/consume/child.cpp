#include "consume/child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace sluice {
namespace {

constexpr std::size_t bytes_per_pump = std::size_t{64} << 10;

struct Pipe {
    PosixDescriptor read;
    PosixDescriptor write;
};

Result<Pipe> open_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error{Errc::unavailable, "make a pipe: " + std::generic_category().message(errno)};
    }
    return Pipe{PosixDescriptor(ends[0]), PosixDescriptor(ends[1])};
}

void never_block(const PosixDescriptor& end) {
    ::fcntl(end.number(), F_SETFL, ::fcntl(end.number(), F_GETFL) | O_NONBLOCK);
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) {
        pointers.push_back(const_cast<char*>(word.c_str()));
    }
    pointers.push_back(nullptr);
    return pointers;
}

// A fresh start for the signals that we block or ignore, and a process group of its own.
class SpawnAttributes {
  public:
    SpawnAttributes() {
        sigset_t signals;
        sigemptyset(&signals);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD, SIGQUIT})
            sigaddset(&signals, signal);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

class SpawnActions {
  public:
    SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    void redirect(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

Error spawn_error(const std::string& program, int number) {
    const bool is_wrong = number == ENOENT || number == EACCES || number == ENOEXEC;
    return {is_wrong ? Errc::not_found : Errc::unavailable,
            "start " + program + ": " + std::generic_category().message(number)};
}

// What came, at most bytes_per_pump; closes the end when there is no more to come.
std::string read_some(PosixDescriptor& end) {
    std::string bytes(bytes_per_pump, '\0');
    const ssize_t size = ::read(end.number(), bytes.data(), bytes.size());
    const bool may_come = size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
    if (!may_come) end = PosixDescriptor();
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
}

// Best effort: a screen that is gone does not stop the work.
void pass_on(std::string_view bytes, int to) {
    [[maybe_unused]] const ssize_t written = ::write(to, bytes.data(), bytes.size());
}

bool is_program(const std::string& path) {
    struct stat facts{};
    return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

struct Child::Pipes {
    PosixDescriptor input;
    PosixDescriptor answers;
    PosixDescriptor errors;
};

Result<std::unique_ptr<Child>> Child::start(const std::vector<std::string>& command,
                                            const std::vector<std::string>& environment,
                                            ChildOutput output) {
    SLUICE_TRY_ASSIGN(Pipe input, open_pipe());
    SLUICE_TRY_ASSIGN(Pipe errors, open_pipe());
    Pipe answers;
    SpawnActions actions;
    actions.redirect(input.read.number(), STDIN_FILENO);
    const bool comes_to_us = output == ChildOutput::answers || output == ChildOutput::captured ||
                             output == ChildOutput::relayed;
    if (comes_to_us) {
        SLUICE_TRY_ASSIGN(answers, open_pipe());
        actions.redirect(answers.write.number(), STDOUT_FILENO);
        never_block(answers.read);
    } else if (output == ChildOutput::standard_error) {
        actions.redirect(STDERR_FILENO, STDOUT_FILENO);
    }
    actions.redirect(errors.write.number(), STDERR_FILENO);
    never_block(input.write);
    never_block(errors.read);
    const SpawnAttributes attributes;
    const auto arguments = pointers_to(command);
    const auto variables = pointers_to(environment);
    pid_t process = 0;
    const int failure = ::posix_spawnp(&process, arguments[0], actions.get(), attributes.get(),
                                       arguments.data(), variables.data());
    if (failure != 0) return spawn_error(command.front(), failure);
    return std::unique_ptr<Child>(new Child(
        process, {std::move(input.write), std::move(answers.read), std::move(errors.read)},
        output));
}

Child::Child(pid_t process, Pipes pipes, ChildOutput output)
    : process_(process),
      input_(std::move(pipes.input)),
      answers_(std::move(pipes.answers)),
      output_(output),
      errors_(std::move(pipes.errors)) {}

Child::~Child() {
    if (status_) return;
    signal_group(SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Child::add_to(std::vector<pollfd>& waiting) const {
    if (input_.is_open() && !input_bytes_.empty()) {
        waiting.push_back({.fd = input_.number(), .events = POLLOUT, .revents = 0});
    }
    for (const PosixDescriptor* end : {&answers_, &errors_}) {
        if (end->is_open())
            waiting.push_back({.fd = end->number(), .events = POLLIN, .revents = 0});
    }
}

void Child::pump() {
    write_input();
    read_answers();
    read_errors();
}

void Child::write_input() {
    if (!input_.is_open()) return;
    const std::size_t size_now = std::min(input_bytes_.size(), bytes_per_pump);
    const ssize_t size = ::write(input_.number(), input_bytes_.data(), size_now);
    if (size > 0) input_bytes_.erase(0, static_cast<std::size_t>(size));
    // Not everybody reads what is said: `true` is a command, too.
    if (size < 0 && errno != EAGAIN && errno != EINTR) input_bytes_.clear();
    if (input_bytes_.empty() && closes_input_) input_ = PosixDescriptor();
}

void Child::read_answers() {
    if (!answers_.is_open()) return;
    const std::string bytes = read_some(answers_);
    if (output_ == ChildOutput::relayed) return pass_on(bytes, STDOUT_FILENO);
    answer_bytes_ += bytes;
    const bool is_kept = output_ == ChildOutput::captured;
    const std::size_t most = is_kept ? captured_bytes_max : answer_bytes_max;
    if (answer_bytes_.size() <= most) return;
    is_broken_ = true;
    if (is_kept) answer_bytes_.resize(most);
}

void Child::read_errors() {
    if (!errors_.is_open()) return;
    const std::string bytes = read_some(errors_);
    tail_.append(bytes);
    pass_on(bytes, STDERR_FILENO);
}

std::optional<std::string> Child::take_line() {
    const auto end = answer_bytes_.find('\n');
    if (end == answer_bytes_.npos) return std::nullopt;
    std::string line = answer_bytes_.substr(0, end);
    answer_bytes_.erase(0, end + 1);
    return line;
}

std::optional<ExitStatus> Child::exit_status() {
    if (status_) return status_;
    int status = 0;
    const pid_t ended = ::waitpid(process_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
    status_ = WIFSIGNALED(status) ? ExitStatus{.signal = WTERMSIG(status)}
                                  : ExitStatus{.code = WEXITSTATUS(status)};
    // A grandchild may hold the pipes open; what is in them now is all that counts.
    read_answers();
    read_errors();
    return status_;
}

void Child::signal_group(int signal) const {
    if (!status_) ::kill(-process_, signal);
}

std::optional<std::string> find_program(const std::string& name) {
    if (name.contains('/')) return is_program(name) ? std::optional(name) : std::nullopt;
    const char* variable = std::getenv("PATH");
    std::string_view folders = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
    while (!name.empty()) {
        const auto end = std::min(folders.find(':'), folders.size());
        const std::string folder = end == 0 ? "." : std::string(folders.substr(0, end));
        const std::string path = folder + "/" + name;
        if (is_program(path)) return path;
        if (end == folders.size()) break;
        folders.remove_prefix(end + 1);
    }
    return std::nullopt;
}

}  // namespace sluice
