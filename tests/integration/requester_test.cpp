// Requester and responder of the public headers against a real server and each other.
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <optional>
#include <sluice/sluice.hpp>
#include <stdexcept>
#include <thread>

#include "process/scarce_threads.hpp"
#include "process/server_test.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Ends of requests, collected from callbacks.
class Ends {
  public:
    OnRequestEnd collector() {
        return [this](const RequestEnd& end) {
            const std::lock_guard lock(mutex_);
            ends_.push_back(end);
            changed_.notify_all();
        };
    }
    std::vector<RequestEnd> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, seconds(20), [&] { return ends_.size() >= count; });
        return ends_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<RequestEnd> ends_;
};

class RequesterTest : public ServerTest {
  protected:
    Requester requester(RequesterOptions options = {}) {
        options.worker_id = "w1";
        auto opened = Requester::open(url(), options);
        EXPECT_TRUE(opened.has_value()) << opened.error().message;
        return std::move(*opened);
    }
    RunningResponder responder(RequestHandler handler, unsigned concurrency = 1) {
        auto running = respond(
            url(), {.concurrency = concurrency, .create_group = GroupStart::beginning}, handler);
        EXPECT_TRUE(running.has_value()) << running.error().message;
        return std::move(*running);
    }
    RunningResponder responder(const std::string& prefix, RequestHandler handler) {
        auto running = respond(
            url(), {.reply_stream_prefix = prefix, .create_group = GroupStart::beginning}, handler);
        EXPECT_TRUE(running.has_value()) << running.error().message;
        return std::move(*running);
    }
    static RequestAnswer echo(const IncomingRequest& request) { return answer(request.body); }
};

TEST_F(RequesterTest, many_threads_ask_many_handlers_and_each_gets_its_own_answer) {
    auto asking = requester();
    auto answering = responder(echo, 4);
    std::atomic<int> right = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 50; ++i) {
                const auto body = packed_text(std::to_string(thread) + "/" + std::to_string(i));
                const auto end = asking.request({.operation = "echo", .body = body});
                if (end && end->kind == RequestEnd::Kind::answered && end->body == body) ++right;
            }
        });
    }
    for (auto& each : threads)
        each.join();
    EXPECT_EQ(right, 200);
    EXPECT_EQ(asking.pending(), 0U);
    answering.stop();
    EXPECT_EQ(answering.counts().answered, 200U);
    asking.close();
    EXPECT_EQ(ask({"XLEN", "sg:tools:reply:w1"}), "0");
}

TEST_F(RequesterTest, answers_survive_a_restart_of_the_server) {
    auto asking = requester();
    auto answering = responder(echo);
    ASSERT_TRUE(asking.request({.operation = "echo"}).has_value());
    const std::string address = address_;
    server_->process().kill();
    server_.reset();
    start(address);
    const auto end = asking.request({.operation = "echo", .body = packed_text("again")});
    ASSERT_TRUE(end.has_value()) << end.error().message;
    EXPECT_EQ(end->kind, RequestEnd::Kind::answered) << end->message;
    EXPECT_EQ(unpacked_text(end->body), "again");
}

TEST_F(RequesterTest, without_a_server_a_request_does_not_begin) {
    auto asking = requester();
    server_->process().kill();
    const auto end = asking.request({.operation = "echo"});
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(asking.pending(), 0U);
}

TEST_F(RequesterTest, closing_ends_what_is_pending_and_its_answer_is_found_later) {
    Ends ends;
    std::string id;
    {
        auto asking = requester();
        const auto sent =
            asking.send({.operation = "echo", .body = packed_text("late")}, ends.collector());
        ASSERT_TRUE(sent.has_value()) << sent.error().message;
        id = *sent;
        EXPECT_EQ(asking.pending(), 1U);
    }
    ASSERT_EQ(ends.wait(1).size(), 1U);
    EXPECT_EQ(ends.wait(1)[0].kind, RequestEnd::Kind::indeterminate);
    auto answering = responder(echo);
    Ends orphans;
    auto again = requester({.on_orphan = [&](const RequestEnd& end) {
        orphans.collector()(end);
        return true;
    }});
    ASSERT_EQ(orphans.wait(1).size(), 1U);
    EXPECT_EQ(orphans.wait(1)[0].correlation_id, id);
    EXPECT_EQ(unpacked_text(orphans.wait(1)[0].body), "late");
    again.close();
    EXPECT_EQ(ask({"XLEN", "sg:tools:reply:w1"}), "0");
}

TEST_F(RequesterTest, a_cancel_reaches_what_runs) {
    auto asking = requester();
    std::atomic<bool> runs = false;
    auto answering = responder([&](const IncomingRequest& request) {
        runs = true;
        runs.notify_all();
        while (!request.is_cancelled())
            std::this_thread::yield();
        return stopped("on the way");
    });
    Ends ends;
    const auto id = asking.send({.operation = "wait"}, ends.collector());
    ASSERT_TRUE(id.has_value());
    runs.wait(false);
    EXPECT_EQ(asking.cancel("another").error().kind, ErrorKind::not_found);
    ASSERT_TRUE(asking.cancel(*id, "no more tea").has_value());
    const auto seen = ends.wait(1);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].kind, RequestEnd::Kind::cancelled);
    EXPECT_EQ(seen[0].message, "on the way");
    answering.stop();
    EXPECT_EQ(answering.counts().cancelled, 1U);
}

TEST_F(RequesterTest, what_cannot_be_answered_is_told_in_the_dead_letters) {
    Ends ends;
    RequesterOptions options{.reply_stream_prefix = "elsewhere"};
    auto asking = requester(options);
    auto answering = responder("elsewhere", [&](const IncomingRequest&) {
        ask({"DEL", "elsewhere:w1"});
        ask({"SET", "elsewhere:w1", "no stream"});
        return answer();
    });
    ASSERT_TRUE(asking.send({.operation = "x", .wait_max = seconds(1)}, ends.collector()));
    ASSERT_EQ(ends.wait(1).size(), 1U);
    EXPECT_EQ(ends.wait(1)[0].kind, RequestEnd::Kind::indeterminate);
    answering.stop();
    EXPECT_EQ(answering.counts().unanswerable, 1U);
    const auto letters = ask({"XRANGE", "sg:stream:tools:dlq", "-", "+"});
    EXPECT_NE(letters.find("WRONGTYPE"), std::string::npos) << letters;
}

TEST_F(RequesterTest, a_body_that_is_no_msgpack_is_the_failure_of_who_made_it) {
    auto asking = requester();
    auto answering = responder([](const IncomingRequest&) { return answer("\xc1"); });
    EXPECT_EQ(asking.request({.operation = "x", .body = "\xc1"}).error().message,
              "request: body: MSGPACK-SYNTAX at byte 0: 0xc1 begins no value");
    const auto end = asking.request({.operation = "x"});
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->kind, RequestEnd::Kind::failed);
    EXPECT_NE(end->message.find("the answer cannot be sent: body"), std::string::npos);
}

// A coroutine that nobody waits for; it ends by itself.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Detached ask_one_after_the_other(Requester& asking, int count, Ends& ends) {
    const auto tell = ends.collector();
    for (int i = 0; i < count; ++i) {
        const auto end =
            co_await sluice::ask(asking, {.operation = "echo", .body = packed_text("tea")});
        tell(end ? *end : RequestEnd{.message = end.error().message});
    }
}

TEST_F(RequesterTest, a_coroutine_asks_and_goes_on_with_the_answer) {
    Ends ends;
    auto answering = respond(url(), {.create_group = GroupStart::beginning}, echo);
    ASSERT_TRUE(answering.has_value()) << answering.error().message;
    auto asking = requester();
    for (int i = 0; i < 4; ++i)
        ask_one_after_the_other(asking, 5, ends);
    const auto seen = ends.wait(20);
    ASSERT_EQ(seen.size(), 20U);
    for (const RequestEnd& end : seen) {
        EXPECT_EQ(end.kind, RequestEnd::Kind::answered) << end.message;
        EXPECT_EQ(unpacked_text(end.body), "tea");
    }
    EXPECT_EQ(asking.pending(), 0U);
}

TEST_F(RequesterTest, a_coroutine_hears_of_what_was_not_sent_and_of_a_requester_that_is_closed) {
    Ends ends;
    auto asking = requester();
    const auto ask_wrongly = [](Requester& requester, Ends& ends) -> Detached {
        const auto tell = ends.collector();
        const auto end = co_await sluice::ask(requester, {.operation = ""});
        tell({.message = end ? "" : end.error().message});
    };
    ask_wrongly(asking, ends);
    EXPECT_EQ(ends.wait(1).at(0).message, "request: operation: must not be empty");
    ask_one_after_the_other(asking, 1, ends);  // nobody answers
    asking.close();
    EXPECT_EQ(ends.wait(2).at(1).kind, RequestEnd::Kind::indeterminate);
}

TEST_F(RequesterTest, without_room_for_their_threads_neither_side_begins) {
    const NoThreads none;
    const auto asking = Requester::open(url(), {.worker_id = "w"});
    ASSERT_FALSE(asking.has_value());
    EXPECT_EQ(asking.error().kind, ErrorKind::failed) << asking.error().message;
    const auto answering = respond(url(), {.create_group = GroupStart::beginning}, echo);
    ASSERT_FALSE(answering.has_value());
    EXPECT_EQ(answering.error().kind, ErrorKind::failed) << answering.error().message;
}

TEST_F(RequesterTest, wrong_options_are_named) {
    const auto wrong = [&](const RequesterOptions& options) {
        const auto opened = Requester::open(url(), options);
        return opened ? "opened" : opened.error().message;
    };
    EXPECT_EQ(wrong({}), "open a requester: RequesterOptions::worker_id must not be empty");
    EXPECT_EQ(wrong({.worker_id = "w", .stream = ""}),
              "open a requester: RequesterOptions::stream must not be empty");
    EXPECT_NE(wrong({.worker_id = std::string(600, 'w')}).find("at most 512 bytes"),
              std::string::npos);
    EXPECT_FALSE(respond(url(), {}, {}).has_value());
    EXPECT_EQ(respond(url(), {}, echo).error().kind, ErrorKind::not_found) << "no group";
    Ends ends;  // outlives the requester, which tells it of the end of all that is open
    auto asking = requester();
    EXPECT_EQ(asking.request({.operation = ""}).error().message,
              "request: operation: must not be empty");
    EXPECT_EQ(asking.request({.operation = "x", .wait_max = milliseconds::max()}).error().message,
              "request: deadline: must be at most 31 days from now");
    ASSERT_TRUE(asking.send({.operation = "x", .correlation_id = "c"}, ends.collector()));
    EXPECT_EQ(asking.send({.operation = "x", .correlation_id = "c"}, {}).error().message,
              "request: correlation_id: was used before");
}

}  // namespace
}  // namespace sluice::testing
