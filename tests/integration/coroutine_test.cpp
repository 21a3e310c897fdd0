// Coroutines of the public headers against a real server: handlers, and who asks.
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <gtest/gtest.h>
#include <mutex>
#include <optional>
#include <sluice/sluice.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "process/passing_time.hpp"
#include "process/server_test.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Who waits here goes on when the test says so, on the thread of the test.
class Gate {
  public:
    ~Gate() { drop(); }

    auto wait() {
        struct Wait {
            Gate& gate;
            bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<> who) { gate.add(who); }
            void await_resume() noexcept {}
        };
        return Wait{*this};
    }
    bool reaches(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, seconds(20), [&] { return waiting_.size() >= count; });
    }
    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }
    void open() {
        for (const std::coroutine_handle<> each : take())
            each.resume();
    }
    // As a scheduler that goes away.
    void drop() {
        for (const std::coroutine_handle<> each : take())
            each.destroy();
    }

  private:
    void add(std::coroutine_handle<> who) {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(who);
        changed_.notify_all();
    }
    std::vector<std::coroutine_handle<>> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(waiting_, {});
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::coroutine_handle<>> waiting_;
};

class CoroutineTest : public ServerTest {
  protected:
    void publish(int count) {
        auto bus = connect(url());
        ASSERT_TRUE(bus.has_value()) << bus.error().message;
        const std::vector<FieldList> events(static_cast<std::size_t>(count), {{"item", "tea"}});
        ASSERT_TRUE(bus->publish_all("orders", events).has_value());
    }
    static ConsumerOptions options(unsigned concurrency) {
        return {.stream = "orders",
                .group = "shipping",
                .concurrency = concurrency,
                .create_group = GroupStart::beginning,
                .retry = "20ms,20ms"};
    }
    template <class Function>
    RunningConsumer consume_with(const ConsumerOptions& options, Function handler) {
        auto consumer = consume(url(), options, std::move(handler));
        EXPECT_TRUE(consumer.has_value()) << consumer.error().message;
        return std::move(*consumer);
    }
    // Settled: what a handler returned has reached the server.
    static bool settles(const RunningConsumer& consumer, std::uint64_t ConsumerCounts::* count,
                        std::uint64_t most) {
        for (int i = 0; i < 2'000 && consumer.counts().*count < most; ++i)
            let_pass(milliseconds(10));
        return consumer.counts().*count == most;
    }
    bool is_idle() { return ask({"XPENDING", "orders", "shipping"}).starts_with("[0 "); }
};

TEST_F(CoroutineTest, many_handlers_wait_and_hold_no_threads) {
    publish(300);
    Gate gate;
    auto consumer = consume_with(options(200), [&](const Delivery& order) -> Handling {
        co_await gate.wait();
        EXPECT_EQ(order.field("item"), "tea");
        co_return ack();
    });
    ASSERT_TRUE(gate.reaches(200));
    EXPECT_EQ(consumer.counts().acked, 0U);
    gate.open();
    ASSERT_TRUE(gate.reaches(100));
    EXPECT_EQ(gate.size(), 100U) << "never more than concurrency";
    gate.open();
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::acked, 300));
    EXPECT_TRUE(is_idle());
}

TEST_F(CoroutineTest, no_more_have_begun_than_concurrency_says_although_more_are_leased) {
    publish(30);
    Gate gate;
    ConsumerOptions ahead = options(4);
    ahead.lease_ahead = 20;
    auto consumer = consume_with(ahead, [&](const Delivery&) -> Handling {
        co_await gate.wait();
        co_return ack();
    });
    for (std::uint64_t done = 0; done < 28; done += 4) {
        ASSERT_TRUE(gate.reaches(4));
        let_pass(milliseconds(20));
        EXPECT_EQ(gate.size(), 4U);
        gate.open();
    }
    ASSERT_TRUE(gate.reaches(2));
    gate.open();
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::acked, 30));
}

TEST_F(CoroutineTest, what_it_returns_and_what_it_throws_settles) {
    publish(1);
    Gate gate;
    std::vector<std::int64_t> failures;
    auto consumer = consume_with(options(1), [&](const Delivery& order) -> Handling {
        failures.push_back(order.failures);
        if (order.failures == 0) throw std::runtime_error("thrown before it waited");
        co_await gate.wait();
        if (order.failures == 1) throw std::runtime_error("thrown after it waited");
        co_return dead("no_such_item", "tea is out");
    });
    ASSERT_TRUE(gate.reaches(1));
    gate.open();
    ASSERT_TRUE(gate.reaches(1));
    gate.open();
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::dead, 1));
    EXPECT_EQ(consumer.counts().failed, 2U);
    EXPECT_EQ(failures, (std::vector<std::int64_t>{0, 1, 2}));
    const std::string letter = ask({"XRANGE", "orders:dlq", "-", "+"});
    for (const char* word : {"no_such_item", "tea is out"})
        EXPECT_TRUE(letter.contains(word)) << letter;
}

TEST_F(CoroutineTest, a_lease_is_extended_while_it_waits) {
    publish(1);
    Gate gate;
    ConsumerOptions brief = options(1);
    brief.lease = milliseconds(300);
    auto consumer = consume_with(brief, [&](const Delivery&) -> Handling {
        co_await gate.wait();
        co_return ack();
    });
    ASSERT_TRUE(gate.reaches(1));
    let_pass(seconds(1));
    gate.open();
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::acked, 1));
    EXPECT_EQ(consumer.counts().stale, 0U);
}

TEST_F(CoroutineTest, one_that_is_destroyed_has_failed_and_comes_again) {
    publish(1);
    Gate gate;
    auto consumer = consume_with(options(1), [&](const Delivery& order) -> Handling {
        if (order.failures > 0) co_return ack();
        co_await gate.wait();
        co_return dead("not_destroyed");
    });
    ASSERT_TRUE(gate.reaches(1));
    gate.drop();
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::acked, 1));
    EXPECT_EQ(consumer.counts().failed, 1U);
}

// Its parts hear of their end before anybody is told that it has ended.
TEST_F(CoroutineTest, nothing_of_it_is_left_when_stop_returns) {
    publish(50);
    struct Part {
        explicit Part(std::atomic<int>& parts) : parts_(parts) { ++parts_; }
        ~Part() { --parts_; }
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;
        std::atomic<int>& parts_;
    };
    for (int round = 0; round < 10; ++round) {
        Gate gate;
        std::optional<std::atomic<int>> parts(0);
        auto consumer = consume_with(options(5), [&](const Delivery&) -> Handling {
            const Part part(*parts);
            co_await gate.wait();
            co_return ack();
        });
        ASSERT_TRUE(gate.reaches(5));
        consumer.request_stop();
        std::thread elsewhere([&] { gate.open(); });
        consumer.stop();
        EXPECT_EQ(parts->load(), 0);
        parts.reset();
        elsewhere.join();
    }
    EXPECT_TRUE(is_idle());
}

TEST_F(CoroutineTest, a_callback_may_settle_later_and_only_once) {
    publish(2);
    std::mutex mutex;
    std::vector<std::pair<std::string, Settler>> held;
    auto consumer = consume_with(options(2), [&](const Delivery& order, Settler settle) {
        const std::lock_guard lock(mutex);
        if (order.failures > 0) throw std::runtime_error("no more of it");
        held.emplace_back(order.id, std::move(settle));
    });
    const auto count = [&] {
        const std::lock_guard lock(mutex);
        return held.size();
    };
    for (int i = 0; i < 2'000 && count() < 2; ++i)
        let_pass(milliseconds(10));
    ASSERT_EQ(count(), 2U);
    held[0].second(ack());
    held[0].second(dead("twice"));
    held[1].second(fail("no carrier"));
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::failed, 3)) << "the policy has two retries";
    EXPECT_EQ(consumer.counts().acked, 1U);
    EXPECT_EQ(ask({"XLEN", "orders:dlq"}), "1");
    held.clear();
    consumer.stop();
}

TEST_F(CoroutineTest, a_handler_asks_others_and_goes_on_with_the_answer) {
    publish(100);
    auto answering = respond(url(), {.concurrency = 4, .create_group = GroupStart::beginning},
                             [](const IncomingRequest& request) { return answer(request.body); });
    ASSERT_TRUE(answering.has_value()) << answering.error().message;
    auto asking = Requester::open(url(), {.worker_id = "w1"});
    ASSERT_TRUE(asking.has_value()) << asking.error().message;
    auto consumer = consume_with(options(50), [&](const Delivery& order) -> Handling {
        const auto end = co_await sluice::ask(
            *asking, {.operation = "echo", .body = packed_text(std::string(order.id))});
        if (!end) throw std::runtime_error(end.error().message);
        co_return unpacked_text(end->body) == order.id ? ack() : dead("another_answer");
    });
    EXPECT_TRUE(settles(consumer, &ConsumerCounts::acked, 100));
    EXPECT_EQ(consumer.counts().dead, 0U);
    consumer.stop();
}

TEST_F(CoroutineTest, without_a_handler_nothing_begins) {
    const auto none = consume(url(), options(1), AsyncHandler());
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().message, "consume: there is no handler");
}

}  // namespace
}  // namespace sluice::testing
