#include "net/event_loop.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <limits>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace sluice {
namespace {

constexpr MonoTime never = {std::numeric_limits<std::int64_t>::max()};

struct Pair {
    Pair() {
        int ends[2] = {-1, -1};
        const int made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
        SLUICE_CHECK(made == 0, "socketpair");
        left = PosixDescriptor(ends[0]);
        right = PosixDescriptor(ends[1]);
    }
    PosixDescriptor left;
    PosixDescriptor right;
};

struct Recorder final : Watcher {
    std::function<void(Interest)> action;
    int calls = 0;
    void on_ready(Interest ready) override {
        ++calls;
        if (action) action(ready);
    }
};

struct Frame final : Turn {
    std::function<void()> at_end;
    int turns = 0;
    MonoTime next = never;
    void begin(WallTime, MonoTime) override { ++turns; }
    void end() override {
        if (at_end) at_end();
    }
    MonoTime deadline() const override { return next; }
};

class EventLoopTest : public testing::Test {
  protected:
    SystemClock clock;
    std::unique_ptr<EventLoop> loop = std::move(*EventLoop::open(clock));
    Frame frame;
};

TEST_F(EventLoopTest, calls_a_watcher_until_its_bytes_are_taken) {
    Pair pair;
    Recorder recorder;
    char byte = 0;
    recorder.action = [&](Interest ready) {
        EXPECT_TRUE(ready.read);
        if (recorder.calls < 2) return;
        EXPECT_EQ(recv(pair.left.number(), &byte, 1, 0), 1);
        loop->stop();
    };
    ASSERT_TRUE(loop->add(pair.left.number(), recorder, {.read = true}).has_value());
    ASSERT_EQ(send(pair.right.number(), "x", 1, 0), 1);
    loop->run(frame);
    EXPECT_EQ(recorder.calls, 2);
    EXPECT_EQ(byte, 'x');
    loop->remove(pair.left.number(), recorder);
}

TEST_F(EventLoopTest, never_calls_a_watcher_that_was_removed_in_the_same_turn) {
    Pair one;
    Pair two;
    Recorder first;
    Recorder second;
    first.action = [&](Interest) { loop->remove(two.left.number(), second); };
    second.action = [&](Interest) { loop->remove(one.left.number(), first); };
    ASSERT_TRUE(loop->add(one.left.number(), first, {.read = true}).has_value());
    ASSERT_TRUE(loop->add(two.left.number(), second, {.read = true}).has_value());
    ASSERT_EQ(send(one.right.number(), "x", 1, 0), 1);
    ASSERT_EQ(send(two.right.number(), "x", 1, 0), 1);
    frame.at_end = [&] { loop->stop(); };
    loop->run(frame);
    EXPECT_EQ(first.calls + second.calls, 1);
}

TEST_F(EventLoopTest, reports_a_broken_connection_as_readable_even_when_nobody_asked) {
    Pair pair;
    Recorder recorder;
    recorder.action = [&](Interest ready) {
        EXPECT_TRUE(ready.read);
        loop->stop();
    };
    ASSERT_TRUE(loop->add(pair.left.number(), recorder, Interest{}).has_value());
    pair.right = PosixDescriptor();
    loop->run(frame);
    EXPECT_EQ(recorder.calls, 1);
    loop->remove(pair.left.number(), recorder);
}

TEST_F(EventLoopTest, runs_timers_in_their_order_and_not_those_that_were_cancelled) {
    std::string order;
    const MonoTime now = loop->now();
    loop->at(now + Duration::from_ms(2), [&] { order += 'b'; });
    loop->at(now + Duration::from_ms(1), [&] { order += 'a'; });
    const auto cancelled = loop->at(now + Duration::from_ms(1), [&] { order += 'x'; });
    loop->at(now + Duration::from_ms(3), [&] { loop->stop(); });
    loop->cancel(cancelled);
    loop->run(frame);
    EXPECT_EQ(order, "ab");
}

TEST_F(EventLoopTest, begins_a_turn_at_the_deadline_although_nothing_is_ready) {
    frame.next = loop->now();
    frame.at_end = [&] { loop->stop(); };
    loop->run(frame);
    EXPECT_EQ(frame.turns, 1);
}

// Under TSan too: no wake-up is lost between "nothing posted" and going to sleep.
TEST_F(EventLoopTest, runs_what_other_threads_post) {
    constexpr int posts = 5'000;
    int ran = 0;
    std::thread poster([&] {
        for (int i = 0; i < posts; ++i) {
            loop->post([&] {
                if (++ran == posts) loop->stop();
            });
        }
    });
    loop->run(frame);
    poster.join();
    EXPECT_EQ(ran, posts);
}

}  // namespace
}  // namespace sluice
