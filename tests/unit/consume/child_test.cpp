// Real processes, without a server: what the shell of the room promises about them.
#include "consume/child.hpp"

#include <csignal>
#include <gtest/gtest.h>

#include "io/clock.hpp"

namespace sluice {
namespace {

struct Ended {
    ExitStatus status;
    std::vector<std::string> lines;
    std::string last_words;
};

// Runs it to its end, at most ten seconds.
Ended run_to_end(Child& child) {
    SystemClock clock;
    const MonoTime end = clock.mono() + Duration::from_seconds(10);
    Ended ended;
    while (clock.mono() < end) {
        std::vector<pollfd> waiting;
        child.add_to(waiting);
        ::poll(waiting.data(), waiting.size(), 10);
        child.pump();
        while (auto line = child.take_line())
            ended.lines.push_back(std::move(*line));
        if (const auto status = child.exit_status()) {
            ended.status = *status;
            while (auto line = child.take_line())
                ended.lines.push_back(std::move(*line));
            break;
        }
    }
    ended.last_words = child.last_words();
    return ended;
}

std::unique_ptr<Child> shell(const std::string& script) {
    std::signal(SIGPIPE, SIG_IGN);
    auto child = Child::start({"sh", "-c", script}, {"PATH=/usr/bin:/bin", "GREETING=hello"},
                              ChildOutput::answers);
    EXPECT_TRUE(child);
    return std::move(*child);
}

TEST(Child, reads_its_input_and_says_how_it_ended) {
    const auto child = shell("cat; echo \"$GREETING\"; echo broken >&2; exit 7");
    child->write("one\ntwo\n");
    child->close_input();
    const Ended ended = run_to_end(*child);
    EXPECT_EQ(ended.status, (ExitStatus{.code = 7}));
    EXPECT_EQ(ended.lines, (std::vector<std::string>{"one", "two", "hello"}));
    EXPECT_EQ(ended.last_words, "broken");
}

TEST(Child, a_payload_larger_than_a_pipe_arrives_whole) {
    const auto child = shell("wc -c | tr -d ' '");
    child->write(std::string(3'000'000, 'x'));
    child->close_input();
    EXPECT_EQ(run_to_end(*child).lines, std::vector<std::string>{"3000000"});
}

TEST(Child, may_leave_its_input_unread) {
    const auto child = shell("exit 0");
    child->write(std::string(3'000'000, 'x'));
    child->close_input();
    EXPECT_EQ(run_to_end(*child).status, ExitStatus{});
}

TEST(Child, tells_the_signal_that_killed_it) {
    const auto child = shell("kill -SEGV $$");
    child->close_input();
    EXPECT_EQ(run_to_end(*child).status, (ExitStatus{.signal = SIGSEGV}));
}

TEST(Child, a_signal_reaches_its_whole_group) {
    const auto child = shell("sleep 100; true");
    child->signal_group(SIGTERM);
    EXPECT_EQ(run_to_end(*child).status, (ExitStatus{.signal = SIGTERM}));
}

TEST(Child, who_talks_without_end_is_broken) {
    const auto child = shell("exec yes");
    SystemClock clock;
    const MonoTime end = clock.mono() + Duration::from_seconds(10);
    while (!child->is_broken() && clock.mono() < end) {
        child->pump();
    }
    EXPECT_TRUE(child->is_broken());
}

TEST(Child, a_program_that_is_not_there_is_an_error) {
    const auto child = Child::start({"/no/such/program"}, {}, ChildOutput::ours);
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, Errc::not_found);
    EXPECT_FALSE(find_program("/no/such/program"));
    EXPECT_FALSE(find_program("no-such-program-anywhere"));
    EXPECT_FALSE(find_program(""));
    EXPECT_TRUE(find_program("sh"));
}

}  // namespace
}  // namespace sluice
