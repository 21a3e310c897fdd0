// A command as a child process: pipes that never block, its last words, and how it ended.
//
// Shape      start() -> write(), close_input() -> pump() whenever poll(2) says so -> take_line()
//            for children that answer -> exit_status() once it is gone
// Promise    the child gets a process group of its own, so that a Ctrl-C at the terminal reaches
//            only us, who decide what becomes of its work; no descriptor of ours and no blocked
//            signal is inherited; a child that is still there at the end is killed, with its group
// Limits     answer_bytes_max of answers that nobody has taken yet, captured_bytes_max of output
//            that is kept; beyond them the child is said to be broken
// Output     standard error is passed on as it is, and its end is kept
// Errors     start(): not_found (no such program), unavailable (no process to be had now)
// Needs      SIGPIPE ignored, as OwnSignals does: a child may close its input when it likes
// Threads    one
#pragma once

#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "consume/error_tail.hpp"
#include "consume/settle.hpp"
#include "event/result.hpp"
#include "io/posix_file.hpp"

namespace sluice {

// Where a child's standard output goes: it is ours; through us to ours, on a screen that we draw on
// as well; to our standard error; to take_line(); to take_output().
enum class ChildOutput : std::uint8_t { ours, relayed, standard_error, answers, captured };

class Child {
  public:
    static constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;
    static constexpr std::size_t captured_bytes_max = std::size_t{4} << 20;

    static Result<std::unique_ptr<Child>> start(const std::vector<std::string>& command,
                                                const std::vector<std::string>& environment,
                                                ChildOutput output);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void write(std::string_view bytes) { input_bytes_ += bytes; }
    // Once everything is written.
    void close_input() { closes_input_ = true; }

    void add_to(std::vector<pollfd>& waiting) const;
    // Moves what can be moved now, a bounded amount.
    void pump();

    std::optional<std::string> take_line();
    std::string take_output() { return std::move(answer_bytes_); }
    bool is_broken() const { return is_broken_; }
    // What was said on standard error since forget_last_words().
    std::string last_words() const { return tail_.text(); }
    void forget_last_words() { tail_.clear(); }

    // Nothing while it runs. What it wrote before it ended has been read.
    std::optional<ExitStatus> exit_status();
    void signal_group(int signal) const;

  private:
    struct Pipes;
    Child(pid_t process, Pipes pipes, ChildOutput output);

    void write_input();
    void read_answers();
    void read_errors();

    pid_t process_;
    PosixDescriptor input_;
    PosixDescriptor answers_;  // standard output; closed when it does not come to us
    ChildOutput output_;
    PosixDescriptor errors_;
    std::string input_bytes_;
    std::string answer_bytes_;
    ErrorTail tail_;
    std::optional<ExitStatus> status_;
    bool closes_input_ = false;
    bool is_broken_ = false;
};

// The path of the program that a command names, as execvp(3) finds it; nothing when there is none.
std::optional<std::string> find_program(const std::string& name);

}  // namespace sluice
