// The machine on a network that loses connections at any byte, with a server behind it that runs
// each command it gets whole: one seed, one history.
//
// Log-ins are refused now and then, also those of requests that are cancelled or overdue by then.
//
// Checked    every exchange ends once; ok: done at least once, exactly once if it may be done once
//            only; failed: never done; indeterminate: only what may be done once only or repeated
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <optional>

#include "command_store/exchange_machine.hpp"
#include "resp/request_parser.hpp"

namespace sluice {
namespace {

// SplitMix64.
class Chance {
  public:
    explicit Chance(std::uint64_t seed) : state_(seed) {}
    std::uint64_t below(std::uint64_t most) {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return (z ^ (z >> 31U)) % most;
    }

  private:
    std::uint64_t state_;
};

// One connection at the server's end.
struct ServerEnd {
    ByteBuffer input;
    inline static const RequestLimits limits{};
    RequestParser parser{limits};
    std::string replies;
    bool is_blocked = false;
};

class LossyWorld {
  public:
    explicit LossyWorld(std::uint64_t seed) : chance_(seed) {}

    void run() {
        for (int turn = 0; turn < 600; ++turn) {
            now_ = now_ + Duration::from_ms(static_cast<std::int64_t>(chance_.below(40)));
            if (turn < 400 && chance_.below(2) == 0) submit();
            if (chance_.below(10) == 0) machine_.cancel(1 + chance_.below(ticket_ + 1));
            machine_.on_time(now_);
            step();
        }
        machine_.begin_close(now_);
        for (int turn = 0; turn < 300 && !machine_.is_closed(); ++turn) {
            now_ = now_ + Duration::from_ms(20);
            machine_.on_time(now_);
            step();
        }
        step();
        EXPECT_TRUE(machine_.is_closed());
        EXPECT_EQ(ends_.size(), ticket_);
    }
    const std::map<std::string, int>& counts() const { return counts_; }

  private:
    void submit() {
        const RequestTicket ticket = ++ticket_;
        const auto effects = static_cast<Effects>(chance_.below(3));
        Exchange exchange;
        exchange.needs_own_lane = chance_.below(4) == 0;
        if (exchange.needs_own_lane) exchange.wait = Duration::from_ms(200);
        CommandText(exchange.needs_own_lane ? "WAIT" : "DO").number(ticket).add_to(exchange.step);
        exchange.step.effects = effects;
        exchange.done = [this, ticket, effects](const Answer<Exchange::Replies>& answer) {
            check(ticket, effects, answer);
        };
        machine_.submit(ticket, std::move(exchange), now_);
    }

    void check(RequestTicket ticket, Effects effects, const Answer<Exchange::Replies>& answer) {
        EXPECT_TRUE(ends_.emplace(ticket, answer.outcome()).second);
        const int done = done_[std::to_string(ticket)];
        if (answer.is_ok()) {
            EXPECT_GE(done, 1);
            if (effects == Effects::once) EXPECT_EQ(done, 1);
            ++counts_["ok"];
        } else if (answer.outcome() == Outcome::failed) {
            if (effects != Effects::none) EXPECT_EQ(done, 0) << "ticket " << ticket;
            ++counts_["failed"];
        } else {
            EXPECT_NE(effects, Effects::none);
            if (effects == Effects::once) EXPECT_LE(done, 1);
            ++counts_["indeterminate"];
        }
    }

    void step() {
        while (auto finished = machine_.next_finished())
            finished->end();
        while (const auto lane = machine_.next_drop())
            ends_of_server_.erase(*lane);
        while (const auto lane = machine_.next_connect(now_)) {
            if (chance_.below(4) == 0) {
                machine_.on_refused(*lane, {Errc::unavailable, "refused"}, now_);
            } else {
                ends_of_server_.insert_or_assign(*lane, ServerEnd{});
                machine_.on_connected(*lane, now_);
            }
        }
        std::vector<LaneNumber> lanes;
        for (const auto& [lane, end] : ends_of_server_)
            lanes.push_back(lane);
        for (const LaneNumber lane : lanes)
            serve(lane);
    }

    // A part of the bytes goes each way; sometimes the connection breaks in between.
    void serve(LaneNumber lane) {
        ServerEnd& end = ends_of_server_.at(lane);
        const std::string_view output = machine_.output(lane);
        const std::string_view part = output.substr(0, chance_.below(output.size() + 1));
        end.input.append(part);
        machine_.on_sent(lane, part.size());
        run_commands(end);
        if (end.is_blocked && chance_.below(8) == 0) {
            end.replies += "*-1\r\n";
            end.is_blocked = false;
        }
        if (chance_.below(60) == 0) {
            ends_of_server_.erase(lane);
            return machine_.on_lost(lane, {Errc::closed, "gone"}, now_);
        }
        const std::string replies = end.replies.substr(0, chance_.below(end.replies.size() + 1));
        end.replies.erase(0, replies.size());
        machine_.on_bytes(lane, replies, now_);
    }

    // The answer to a log-in; now and then the server is full, or does not want us.
    std::string greeting() {
        const auto drawn = chance_.below(30);
        if (drawn == 0) return "-NOAUTH Authentication required.\r\n";
        if (drawn < 4) return "-ERR max number of clients reached\r\n";
        return ":1\r\n";
    }

    void run_commands(ServerEnd& end) {
        while (!end.is_blocked && end.parser.next(end.input) == ParseStatus::ready) {
            const Request& request = end.parser.request();
            if (request.name() == "CLIENT") {
                end.replies += greeting();
                continue;
            }
            ++done_[std::string(request[1])];
            end.is_blocked = request.name() == "WAIT";
            if (!end.is_blocked) end.replies += "+OK\r\n";
        }
        if (!end.is_blocked) end.parser.finish(end.input);
    }

    Chance chance_;
    MonoTime now_ = MonoTime::from_ms(1);
    ExchangeMachine machine_{
        {.limits = {.waiting_max = 4, .request_time = Duration::from_ms(400)}}};
    std::map<LaneNumber, ServerEnd> ends_of_server_;
    RequestTicket ticket_ = 0;
    std::map<std::string, int> done_;  // how often the server did it
    std::map<RequestTicket, Outcome> ends_;
    std::map<std::string, int> counts_;
};

TEST(LossyNetwork, every_exchange_ends_once_and_truly) {
    std::map<std::string, int> sum;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        LossyWorld world(seed);
        world.run();
        for (const auto& [outcome, count] : world.counts())
            sum[outcome] += count;
        if (::testing::Test::HasFailure()) break;
    }
    EXPECT_GT(sum["ok"], 1000);
    EXPECT_GT(sum["failed"], 1000);
    EXPECT_GT(sum["indeterminate"], 1000);
}

}  // namespace
}  // namespace sluice
