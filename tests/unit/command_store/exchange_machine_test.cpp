// The machine, step by step: what it sends when, and how exchanges end when connections do.
#include "command_store/exchange_machine.hpp"

#include <gtest/gtest.h>
#include <map>

namespace sluice {
namespace {

constexpr Duration patience = Duration::from_seconds(5);

class ExchangeMachineTest : public ::testing::Test {
  protected:
    Exchange exchange(std::string_view command, Effects effects = Effects::once) {
        Exchange made;
        CommandText(command).add_to(made.step);
        made.step.effects = effects;
        return made;
    }
    static Exchange waiting(Exchange made) {
        made.wait = Duration::from_seconds(10);
        made.needs_own_lane = true;
        return made;
    }
    void submit(Exchange made) {
        const RequestTicket ticket = ++ticket_;
        made.done = [this, ticket](const Answer<Exchange::Replies>& answer) {
            EXPECT_FALSE(ends_.contains(ticket)) << "answered twice";
            ends_[ticket] = answer.is_ok() ? printed(answer->back())
                            : answer.outcome() == Outcome::failed
                                ? "failed " + std::string(name_of(answer.error().code))
                                : "indeterminate " + std::string(name_of(answer.error().code));
        };
        machine_.submit(ticket, std::move(made), now_);
        end_all();
    }
    void end_all() {
        while (auto finished = machine_.next_finished())
            finished->end();
    }
    // Makes the connection that the machine wants, and answers its log-in.
    LaneNumber connect() {
        const auto lane = machine_.next_connect(now_);
        EXPECT_TRUE(lane.has_value());
        machine_.on_connected(*lane, now_);
        EXPECT_EQ(sent(*lane), "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n");
        answer(*lane, ":" + std::to_string(70 + *lane) + "\r\n");
        return *lane;
    }
    std::string sent(LaneNumber lane) {
        std::string bytes(machine_.output(lane));
        machine_.on_sent(lane, bytes.size());
        return bytes;
    }
    void answer(LaneNumber lane, std::string_view bytes) {
        machine_.on_bytes(lane, bytes, now_);
        end_all();
    }
    void lose(LaneNumber lane) {
        machine_.on_lost(lane, {Errc::closed, "gone"}, now_);
        end_all();
    }
    void pass(Duration time) {
        now_ = now_ + time;
        machine_.on_time(now_);
        end_all();
    }

    MonoTime now_ = MonoTime::from_ms(1000);
    RequestTicket ticket_ = 0;
    std::map<RequestTicket, std::string> ends_;
    ExchangeMachine machine_{{.limits = {.waiting_max = 2}}};
};

TEST_F(ExchangeMachineTest, connects_when_there_is_something_to_say) {
    EXPECT_FALSE(machine_.next_connect(now_).has_value());
    submit(exchange("A"));
    submit(exchange("B"));
    connect();
    EXPECT_EQ(sent(0), "*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n");
    answer(0, "+a\r\n");
    answer(0, "+b\r\n");
    EXPECT_EQ(ends_[1], "+a");
    EXPECT_EQ(ends_[2], "+b");
    EXPECT_EQ(machine_.in_flight(), 0U);
}

TEST_F(ExchangeMachineTest, logs_in_first) {
    machine_ = ExchangeMachine({.user = "ada", .password = "tea"});
    submit(exchange("A"));
    machine_.on_connected(*machine_.next_connect(now_), now_);
    EXPECT_TRUE(sent(0).starts_with("*3\r\n$4\r\nAUTH\r\n$3\r\nada\r\n$3\r\ntea\r\n*2\r\n"));
    answer(0, "+OK\r\n:7\r\n");
    EXPECT_EQ(sent(0), "*1\r\n$1\r\nA\r\n");
}

TEST_F(ExchangeMachineTest, a_refused_log_in_fails_who_asked_at_once) {
    submit(exchange("A"));
    machine_.on_connected(*machine_.next_connect(now_), now_);
    answer(0, "-NOAUTH Authentication required.\r\n");
    EXPECT_EQ(ends_[1], "failed invalid");
    EXPECT_EQ(machine_.next_drop(), LaneNumber{0});
    EXPECT_FALSE(machine_.next_connect(now_).has_value()) << "nobody asks any more";
}

// After a restart everybody connects at once; some were told an error for good.
TEST_F(ExchangeMachineTest, a_server_that_is_full_of_clients_is_tried_again) {
    submit(exchange("A"));
    for (int tries = 0; tries < 2; ++tries) {
        machine_.on_connected(*machine_.next_connect(now_), now_);
        answer(0, "-ERR max number of clients reached\r\n");
        EXPECT_EQ(machine_.next_drop(), LaneNumber{0});
        EXPECT_FALSE(ends_.contains(1));
        pass(Duration::from_ms(100));
    }
    connect();
    sent(0);
    answer(0, "+a\r\n");
    EXPECT_EQ(ends_[1], "+a");
}

TEST_F(ExchangeMachineTest, what_was_not_sent_is_sent_on_the_next_connection_in_order) {
    submit(exchange("A"));
    submit(exchange("B"));
    connect();
    machine_.on_sent(0, machine_.output(0).size() - 1);
    submit(exchange("C"));
    lose(0);
    EXPECT_EQ(ends_[1], "indeterminate closed");
    submit(exchange("D"));
    connect();
    EXPECT_EQ(sent(0), "*1\r\n$1\r\nB\r\n*1\r\n$1\r\nC\r\n*1\r\n$1\r\nD\r\n");
    answer(0, "+b\r\n+c\r\n+d\r\n");
    EXPECT_EQ(ends_[4], "+d");
}

TEST_F(ExchangeMachineTest, what_may_be_repeated_is_repeated_a_few_times) {
    submit(exchange("READ", Effects::none));
    submit(exchange("KEYED", Effects::repeatable));
    for (int lost = 0; lost <= 3; ++lost) {
        EXPECT_TRUE(ends_.empty());
        connect();
        EXPECT_EQ(sent(0), "*1\r\n$4\r\nREAD\r\n*1\r\n$5\r\nKEYED\r\n");
        lose(0);
        now_ = now_ + Duration::from_ms(100);
    }
    EXPECT_EQ(ends_[1], "failed closed");
    EXPECT_EQ(ends_[2], "indeterminate closed");
}

TEST_F(ExchangeMachineTest, the_time_of_a_request_ends_without_a_connection) {
    submit(exchange("A"));
    machine_.on_refused(*machine_.next_connect(now_), {Errc::unavailable, "refused"}, now_);
    EXPECT_FALSE(ends_.contains(1));
    pass(patience);
    EXPECT_EQ(ends_[1], "failed unavailable");
}

TEST_F(ExchangeMachineTest, waits_longer_before_each_attempt_to_connect) {
    submit(exchange("A"));
    Duration longest{};
    while (const auto lane = machine_.next_connect(now_)) {
        machine_.on_refused(*lane, {Errc::unavailable, "refused"}, now_);
        const MonoTime next = machine_.deadline();
        longest = std::max(longest, next - now_);
        EXPECT_LE(next - now_, Duration::from_seconds(1));
        now_ = next;
        pass({});
    }
    EXPECT_GE(longest, Duration::from_ms(500));
    EXPECT_TRUE(ends_.contains(1));
}

TEST_F(ExchangeMachineTest, an_overdue_answer_is_a_lost_connection) {
    submit(exchange("A"));
    connect();
    sent(0);
    pass(Duration::from_seconds(3));
    submit(exchange("B", Effects::none));
    sent(0);
    pass(Duration::from_seconds(2));
    EXPECT_EQ(ends_[1], "indeterminate timeout");
    EXPECT_EQ(machine_.next_drop(), LaneNumber{0});
    connect();
    EXPECT_EQ(sent(0), "*1\r\n$1\r\nB\r\n");
    answer(0, "+b\r\n");
    EXPECT_EQ(ends_[2], "+b");
}

TEST_F(ExchangeMachineTest, a_log_in_without_an_answer_is_given_up) {
    submit(exchange("A"));
    machine_.on_connected(*machine_.next_connect(now_), now_);
    pass(patience);
    EXPECT_EQ(ends_[1], "failed timeout");
    EXPECT_EQ(machine_.next_drop(), LaneNumber{0});
}

TEST_F(ExchangeMachineTest, who_waits_has_a_lane_of_its_own_and_gives_it_back) {
    submit(waiting(exchange("W", Effects::none)));
    EXPECT_EQ(connect(), 1U);
    EXPECT_EQ(sent(1), "*1\r\n$1\r\nW\r\n");
    submit(waiting(exchange("X", Effects::none)));
    EXPECT_EQ(connect(), 2U);
    submit(waiting(exchange("Y", Effects::none)));
    EXPECT_EQ(ends_[3], "failed limit");
    sent(2);
    answer(1, "*-1\r\n");
    EXPECT_EQ(ends_[1], "nil-array");
    submit(waiting(exchange("Z", Effects::none)));
    EXPECT_EQ(sent(1), "*1\r\n$1\r\nZ\r\n");
    pass(Duration::from_seconds(15));
    EXPECT_EQ(ends_[2], "failed timeout");
}

TEST_F(ExchangeMachineTest, a_wait_is_ended_through_the_first_lane) {
    submit(waiting(exchange("W")));
    connect();
    sent(1);
    machine_.cancel(1);
    EXPECT_EQ(connect(), 0U);
    const std::string unblock = "*3\r\n$6\r\nCLIENT\r\n$7\r\nUNBLOCK\r\n$2\r\n71\r\n";
    EXPECT_EQ(sent(0), unblock);
    // It had not begun to wait: it is asked again.
    answer(0, ":0\r\n");
    EXPECT_EQ(sent(0), unblock);
    answer(1, "*-1\r\n");
    EXPECT_EQ(ends_[1], "nil-array");
    // Until the second question is answered it could hit whoever has the lane next.
    submit(waiting(exchange("X")));
    EXPECT_EQ(connect(), 2U);
    answer(0, ":0\r\n");
    submit(waiting(exchange("Y")));
    EXPECT_EQ(sent(1), "*1\r\n$1\r\nY\r\n");
}

TEST_F(ExchangeMachineTest, what_was_not_sent_can_be_cancelled) {
    submit(exchange("A"));
    submit(waiting(exchange("W")));
    machine_.cancel(1);
    machine_.cancel(2);
    machine_.cancel(99);
    end_all();
    EXPECT_EQ(ends_[1], "failed closed");
    EXPECT_EQ(ends_[2], "failed closed");
    submit(exchange("B"));
    connect();
    EXPECT_EQ(sent(0), "*1\r\n$1\r\nB\r\n");
    machine_.cancel(3);
    answer(0, "+b\r\n");
    EXPECT_EQ(ends_[3], "+b");
}

// The log-in of a lane whose request is gone was refused: an exception ended the process.
TEST_F(ExchangeMachineTest, a_refused_log_in_that_nobody_waits_for_is_nobodys_error) {
    for (const bool is_cancelled : {true, false}) {
        machine_ = ExchangeMachine({.limits = {.waiting_max = 2}});
        submit(waiting(exchange("W")));
        if (!is_cancelled) pass(Duration::from_seconds(12));
        const LaneNumber lane = *machine_.next_connect(now_);
        machine_.on_connected(lane, now_);
        if (is_cancelled) machine_.cancel(ticket_);
        pass(Duration::from_seconds(4));
        EXPECT_EQ(ends_[ticket_], is_cancelled ? "failed closed" : "failed unavailable");
        answer(lane, "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        EXPECT_EQ(machine_.in_flight(), 0U);
        while (machine_.next_drop())
            continue;
        now_ = now_ + Duration::from_seconds(2);
    }
}

TEST_F(ExchangeMachineTest, a_follow_up_goes_on_and_starts_over_on_a_new_connection) {
    int looks = 0;
    bool is_looking = true;
    Exchange look = exchange("LOOK", Effects::none);
    look.needs_own_lane = true;
    look.follow_up = [&](const Exchange::Replies&) {
        ExchangeStep next;
        if (!std::exchange(is_looking, false)) return next;
        ++looks;
        CommandText("WRITE").add_to(next);
        return next;
    };
    look.start_over = [&] { is_looking = true; };
    submit(std::move(look));
    connect();
    sent(1);
    answer(1, "+seen\r\n");
    lose(1);  // the write had not left
    connect();
    EXPECT_EQ(sent(1), "*1\r\n$4\r\nLOOK\r\n");
    answer(1, "+seen\r\n");
    EXPECT_EQ(sent(1), "*1\r\n$5\r\nWRITE\r\n");
    answer(1, "+written\r\n");
    EXPECT_EQ(ends_[1], "+written");
    EXPECT_EQ(looks, 2);
}

TEST_F(ExchangeMachineTest, a_lost_write_of_a_follow_up_is_indeterminate) {
    Exchange look = exchange("LOOK", Effects::none);
    look.needs_own_lane = true;
    look.follow_up = [](const Exchange::Replies&) {
        ExchangeStep next;
        CommandText("WRITE").add_to(next);
        return next;
    };
    submit(std::move(look));
    connect();
    sent(1);
    answer(1, "+seen\r\n");
    sent(1);
    lose(1);
    EXPECT_EQ(ends_[1], "indeterminate closed");
}

TEST_F(ExchangeMachineTest, closing_ends_waits_and_lets_the_rest_be_answered) {
    submit(exchange("A"));
    connect();
    submit(waiting(exchange("W")));
    connect();
    submit(waiting(exchange("V")));
    sent(0);
    sent(1);
    machine_.begin_close(now_);
    end_all();
    EXPECT_EQ(ends_[3], "failed closed");
    EXPECT_FALSE(machine_.is_closed());
    EXPECT_EQ(sent(0), "*3\r\n$6\r\nCLIENT\r\n$7\r\nUNBLOCK\r\n$2\r\n71\r\n");
    answer(0, "+a\r\n:1\r\n");
    answer(1, "*-1\r\n");
    EXPECT_EQ(ends_[2], "nil-array");
    EXPECT_TRUE(machine_.is_closed());
}

TEST_F(ExchangeMachineTest, closing_takes_no_longer_than_it_may) {
    submit(exchange("A"));
    submit(exchange("R", Effects::none));
    connect();
    sent(0);
    submit(exchange("B"));
    machine_.begin_close(now_);
    pass(StoreLimits{}.close_time);
    EXPECT_EQ(ends_[1], "indeterminate closed");
    EXPECT_EQ(ends_[2], "failed closed");
    EXPECT_EQ(ends_[3], "failed closed");
    EXPECT_TRUE(machine_.is_closed());
}

TEST_F(ExchangeMachineTest, bytes_that_are_no_replies_end_the_connection) {
    submit(exchange("A"));
    connect();
    sent(0);
    answer(0, "SSH-2.0\r\n");
    EXPECT_EQ(ends_[1], "indeterminate invalid");
    EXPECT_EQ(machine_.next_drop(), LaneNumber{0});
}

}  // namespace
}  // namespace sluice
