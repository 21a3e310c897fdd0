// The public headers against a real server: what they promise, and how wrong use is told.
#include <array>
#include <atomic>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>
#include <netinet/in.h>
#include <set>
#include <sluice/sluice.hpp>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "process/passing_time.hpp"
#include "process/scarce_threads.hpp"
#include "process/server_test.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What was handled is not settled yet: a server that dies in between hands it out again.
[[nodiscard]] bool settles(const RunningConsumer& consumer, std::uint64_t acks) {
    for (int i = 0; i < 2'000 && consumer.counts().acked < acks; ++i)
        let_pass(milliseconds(10));
    return consumer.counts().acked == acks;
}

// Counts something in other threads, and waits for a number of it.
class Tally {
  public:
    int add() {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
        return ++count_;
    }
    bool reaches(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, seconds(20), [&] { return count_ >= count; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

// Answers on a port of this machine as a server that has as many clients as it may.
class CrowdedPort {
  public:
    explicit CrowdedPort(std::uint16_t port) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        const int yes = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_port = htons(port);
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto* const address = reinterpret_cast<const sockaddr*>(&place);
        EXPECT_EQ(::bind(listener_, address, sizeof(place)), 0);
        EXPECT_EQ(::listen(listener_, 16), 0);
        thread_ = std::thread([this] { refuse_all(); });
    }
    ~CrowdedPort() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    CrowdedPort(const CrowdedPort&) = delete;
    CrowdedPort& operator=(const CrowdedPort&) = delete;

  private:
    void refuse_all() const {
        static constexpr std::string_view answer = "-ERR max number of clients reached\r\n";
        std::array<char, 512> question{};
        for (int client = 0; (client = ::accept(listener_, nullptr, nullptr)) >= 0;) {
            if (::recv(client, question.data(), question.size(), 0) > 0) {
                ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            }
            ::close(client);
        }
    }

    int listener_;
    std::thread thread_;
};

class ClientLibraryTest : public ServerTest {
  protected:
    std::string publish(const FieldList& fields = {{"item", "tea"}}) {
        auto bus = connect(url());
        if (!bus) return bus.error().message;
        const auto id = bus->publish("orders", fields);
        return id ? *id : id.error().message;
    }
    static ConsumerOptions options() {
        return {.stream = "orders",
                .group = "shipping",
                .create_group = GroupStart::beginning,
                .retry = "20ms,20ms,20ms"};
    }
};

TEST_F(ClientLibraryTest, an_event_fails_twice_and_then_succeeds) {
    const std::string id = publish({{"item", "tea"}, {"data", "{\"price\":3}"}});
    Tally tries;
    std::vector<Delivery> seen;
    auto consumer = consume(url(), options(), [&](const Delivery& event) {
        seen.push_back(event);
        if (tries.add() < 3) throw std::runtime_error("no carrier");
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(tries.reaches(3));
    consumer->stop();
    EXPECT_TRUE(consumer->wait().has_value());
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[2].stream, "orders");
    EXPECT_EQ(seen[2].id, id);
    EXPECT_EQ(seen[2].field("item"), "tea");
    EXPECT_EQ(seen[2].data(), "{\"price\":3}");
    EXPECT_EQ(seen[2].failures, 2);
    EXPECT_EQ(seen[2].deliveries, 3);
    EXPECT_EQ(consumer->counts().failed, 2U);
    EXPECT_EQ(consumer->counts().acked, 1U);
    EXPECT_NE(ask({"XPENDING", "orders", "shipping"}).find("[0 "), std::string::npos);
}

TEST_F(ClientLibraryTest, the_handler_says_what_becomes_of_an_event) {
    for (const char* word : {"dead", "later", "back", "odd"})
        publish({{"item", word}});
    std::atomic<int> backs = 0;
    Tally settled;
    auto consumer = consume(url(), options(), [&](const Delivery& event) -> Settlement {
        const auto item = event.field("item");
        if (item == "back" && ++backs == 1) return release();
        settled.add();
        if (item == "dead") return dead("no_such_item", "tea is out");
        if (item == "later" && event.failures == 0) return retry(milliseconds(30));
        if (item == "odd" && event.failures == 0) throw 42;
        return ack();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(settled.reaches(6));
    consumer->stop();
    const ConsumerCounts counts = consumer->counts();
    EXPECT_EQ(counts.dead, 1U);
    EXPECT_EQ(counts.released, 1U);
    EXPECT_EQ(counts.failed, 2U);
    EXPECT_EQ(counts.acked, 3U);
    EXPECT_EQ(counts.stale, 0U);
    const std::string letters = ask({"SLUICE.DLQ", "LIST", "orders"});
    EXPECT_NE(letters.find("no_such_item"), std::string::npos) << letters;
    EXPECT_NE(letters.find("tea is out"), std::string::npos) << letters;
}

TEST_F(ClientLibraryTest, what_an_odd_handler_throws_is_kept_as_words) {
    publish();
    Tally tries;
    ConsumerOptions patient = options();
    patient.retry = "1h";
    auto consumer = consume(url(), patient, [&](const Delivery&) {
        if (tries.add() > 0) throw 42;
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(tries.reaches(1));
    consumer->stop();
    EXPECT_NE(ask({"SLUICE.PARKED", "orders", "shipping"})
                  .find("the handler threw something that is not a std::exception"),
              std::string::npos);
}

TEST_F(ClientLibraryTest, a_handler_may_take_many_leases_long) {
    publish();
    Tally done;
    ConsumerOptions brief = options();
    brief.lease = milliseconds(300);
    auto consumer = consume(url(), brief, [&](const Delivery&) {
        let_pass(milliseconds(1'200));
        done.add();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(done.reaches(1));
    consumer->stop();
    EXPECT_EQ(consumer->counts().acked, 1U);
    EXPECT_EQ(consumer->counts().stale, 0U);
}

TEST_F(ClientLibraryTest, a_lease_that_somebody_ended_is_told_and_counted) {
    const std::string id = publish();
    Tally told;
    Tally handled;
    std::string stale_id;
    ConsumerOptions watched = options();
    watched.on_notice = [&](const Notice& notice) {
        if (notice.kind != Notice::Kind::stale) return;
        stale_id = notice.id;
        told.add();
    };
    auto consumer = consume(url(), watched, [&](const Delivery&) {
        // As an operator would: the entry leaves the group while it is worked on.
        if (handled.add() == 1) ask({"XACK", "orders", "shipping", id});
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(told.reaches(1));
    consumer->stop();
    EXPECT_EQ(stale_id, id);
    EXPECT_EQ(consumer->counts().stale, 1U);
    EXPECT_EQ(consumer->counts().acked, 0U);
}

TEST_F(ClientLibraryTest, stopping_waits_for_the_handlers_that_run) {
    publish();
    Tally begun;
    std::atomic<bool> is_done = false;
    auto consumer = consume(url(), options(), [&](const Delivery&) {
        begun.add();
        let_pass(milliseconds(500));
        is_done = true;
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(begun.reaches(1));
    consumer->stop();
    EXPECT_TRUE(is_done);
    EXPECT_EQ(consumer->counts().acked, 1U);
}

TEST_F(ClientLibraryTest, a_handler_may_stop_its_consumer) {
    publish();
    std::mutex mutex;
    std::optional<RunningConsumer> running;
    std::unique_lock lock(mutex);
    auto consumer = consume(url(), options(), [&](const Delivery&) {
        const std::lock_guard inner(mutex);
        running->stop();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    running.emplace(std::move(*consumer));
    lock.unlock();
    EXPECT_TRUE(running->wait().has_value());
    EXPECT_EQ(running->counts().acked, 1U);
}

TEST_F(ClientLibraryTest, many_handlers_share_the_work_and_each_event_is_handled_once) {
    constexpr int events = 500;
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    for (int i = 0; i < events; ++i)
        ASSERT_TRUE(bus->publish("orders", {{"n", std::to_string(i)}}).has_value());
    Tally handled;
    std::mutex mutex;
    std::set<std::string> ids;
    ConsumerOptions wide = options();
    wide.concurrency = 16;
    auto consumer = consume(url(), wide, [&](const Delivery& event) {
        {
            const std::lock_guard lock(mutex);
            ids.insert(event.id);
        }
        handled.add();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(handled.reaches(events));
    consumer->stop();
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(events));
    EXPECT_EQ(consumer->counts().acked, static_cast<std::uint64_t>(events));
}

TEST_F(ClientLibraryTest, what_was_leased_ahead_goes_back_when_the_consumer_stops) {
    constexpr std::size_t events = 200;
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    const auto ids = bus->publish_all("orders", std::vector<FieldList>(events, {{"item", "tea"}}));
    ASSERT_TRUE(ids.has_value()) << ids.error().message;
    EXPECT_EQ(std::set<std::string>(ids->begin(), ids->end()).size(), events);
    ConsumerOptions ahead = options();
    ahead.lease_ahead = 50;
    std::optional<RunningConsumer> running;
    Tally first;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    auto consumer = consume(url(), ahead, [&](const Delivery&) {
        first.add();
        const std::lock_guard until_released(mutex);
        running->request_stop();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    running.emplace(std::move(*consumer));
    ASSERT_TRUE(first.reaches(1));
    lock.unlock();
    EXPECT_TRUE(running->wait().has_value());
    const ConsumerCounts counts = running->counts();
    EXPECT_EQ(counts.acked, 1U);
    EXPECT_EQ(counts.released, 50U);
    EXPECT_EQ(counts.failed, 0U);

    Tally rest;
    auto next = consume(url(), ahead, [&](const Delivery& event) {
        EXPECT_EQ(event.failures, 0);
        rest.add();
    });
    ASSERT_TRUE(next.has_value()) << next.error().message;
    EXPECT_TRUE(rest.reaches(events - 1));
}

TEST_F(ClientLibraryTest, a_batch_is_published_whole_or_not_at_all) {
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    const auto none = bus->publish_all("orders", {{{"item", "tea"}}, {}});
    ASSERT_FALSE(none.has_value());
    EXPECT_NE(none.error().message.find("event 2 has no fields"), std::string::npos)
        << none.error().message;
    EXPECT_FALSE(bus->publish_all("orders", std::vector<FieldList>(10'001, {{"a", "b"}})));
    EXPECT_TRUE(bus->publish_all("orders", {}).has_value());
    const auto ids = bus->publish_all("orders", {{{"n", "1"}}, {{"n", "2"}}});
    ASSERT_TRUE(ids.has_value()) << ids.error().message;
    EXPECT_EQ(ids->size(), 2U);
    EXPECT_LT(ids->front(), ids->back());
}

TEST_F(ClientLibraryTest, it_goes_on_after_the_server_was_away) {
    const std::string address = address_;
    Tally handled;
    Tally lost;
    Tally found;
    ConsumerOptions watched = options();
    watched.on_notice = [&](const Notice& notice) {
        if (notice.kind == Notice::Kind::disconnected) lost.add();
        if (notice.kind == Notice::Kind::connected) found.add();
    };
    auto consumer = consume(url(), watched, [&](const Delivery&) { handled.add(); });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    publish();
    ASSERT_TRUE(handled.reaches(1));
    ASSERT_TRUE(settles(*consumer, 1));
    server_->process().kill();
    ASSERT_TRUE(lost.reaches(2));
    start(address);
    ASSERT_TRUE(found.reaches(1));
    publish();
    EXPECT_TRUE(handled.reaches(2));
    consumer->stop();
    EXPECT_GE(consumer->counts().reconnects, 2U);
}

TEST_F(ClientLibraryTest, a_batch_that_is_too_large_is_wrong_and_names_the_limit) {
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    // The largest that fits: a field's name and the words of the request take 52 bytes.
    constexpr std::size_t most = Connection::batch_bytes_max - 52;
    const auto ids = bus->publish_all("orders", {{{"a", std::string(most, 'x')}}});
    EXPECT_TRUE(ids.has_value()) << ids.error().message;
    const auto none = bus->publish_all("orders", {{{"a", std::string(most, 'x')}}, {{"b", "c"}}});
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(none.error().message.ends_with("at most 8388608 are taken at a time"))
        << none.error().message;
    // Alone it is not that large.
    const auto id = bus->publish("orders", {{"a", std::string(std::size_t{70} << 20, 'x')}});
    EXPECT_TRUE(id.has_value()) << id.error().message;
}

TEST_F(ClientLibraryTest, a_stream_without_room_says_when_to_try_again) {
    publish();
    EXPECT_EQ(ask({"SLUICE.GROUP", "CREATE", "orders", "slow", "START", "beginning"}), "+OK");
    EXPECT_EQ(ask({"SLUICE.STREAM", "SET", "orders", "HARDLEN", "1"}), "+OK");
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    const auto full = bus->publish("orders", {{"item", "tea"}});
    ASSERT_FALSE(full.has_value());
    EXPECT_EQ(full.error().kind, ErrorKind::busy) << full.error().message;
    EXPECT_GT(full.error().retry_after.count(), 0);
    const auto batch = bus->publish_all("orders", {{{"a", "b"}}, {{"c", "d"}}});
    ASSERT_FALSE(batch.has_value());
    EXPECT_EQ(batch.error().kind, ErrorKind::busy) << batch.error().message;
}

// All consumers connect at once when a server is back: some died of "max number of clients".
TEST_F(ClientLibraryTest, it_goes_on_after_a_server_that_was_full_of_clients) {
    Tally seen;
    Tally refused;
    ConsumerOptions patient = options();
    patient.on_notice = [&](const Notice& notice) {
        if (notice.message.contains("max number of clients")) refused.add();
    };
    auto consumer = consume(url(), patient, [&](const Delivery&) { seen.add(); });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    publish();
    ASSERT_TRUE(seen.reaches(1));
    ASSERT_TRUE(settles(*consumer, 1));
    server_->process().kill();
    const std::uint16_t port = server_->address().port;
    server_.reset();
    {
        const CrowdedPort crowd(port);
        EXPECT_TRUE(refused.reaches(3));
    }
    start(address_);
    publish();
    EXPECT_TRUE(seen.reaches(2));
    consumer->stop();
    EXPECT_TRUE(consumer->wait().has_value());
    EXPECT_TRUE(settles(*consumer, 2));
}

// std::thread throws, and the constructor that it threw in left threads that nobody joined.
TEST_F(ClientLibraryTest, without_room_for_its_threads_a_consumer_does_not_begin) {
    publish();
    const auto expect_failure = [this](unsigned concurrency) {
        ConsumerOptions wide = options();
        wide.concurrency = concurrency;
        const auto consumer = consume(url(), wide, [](const Delivery&) { return ack(); });
        ASSERT_FALSE(consumer.has_value());
        EXPECT_EQ(consumer.error().kind, ErrorKind::failed);
        EXPECT_TRUE(consumer.error().message.contains("start the threads of a consumer"));
    };
    {
        const NoThreads none;
        expect_failure(1);
    }
    if (FewThreads::is_limited) {
        const FewThreads few;
        expect_failure(100);
    }
    EXPECT_NE(ask({"XPENDING", "orders", "shipping"}).find("[0 "), std::string::npos);
}

TEST_F(ClientLibraryTest, every_event_is_handled_although_the_server_dies_now_and_then) {
    constexpr int events = 300;
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    for (int i = 0; i < events; ++i)
        ASSERT_TRUE(bus->publish("orders", {{"n", std::to_string(i)}}).has_value());
    Tally first_handled;
    std::mutex mutex;
    std::set<std::string> ids;
    ConsumerOptions wide = options();
    wide.concurrency = 8;
    wide.lease = seconds(1);
    wide.retry = "fixed delay=20ms retries=100";
    auto consumer = consume(url(), wide, [&](const Delivery& event) {
        let_pass(milliseconds(2));
        const std::lock_guard lock(mutex);
        if (ids.insert(event.id).second) first_handled.add();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    for (const int handled : {40, 120, 200}) {
        ASSERT_TRUE(first_handled.reaches(handled));
        server_->process().kill();
        start(address_);
    }
    ASSERT_TRUE(first_handled.reaches(events));
    // What was handled but not settled when the server died comes again, and is settled then.
    const auto left = [&] {
        return std::pair(ask({"XPENDING", "orders", "shipping"}).starts_with("[0 "),
                         ask({"XLEN", "orders:dlq"}));
    };
    for (int i = 0; i < 200 && !left().first; ++i)
        let_pass(milliseconds(50));
    consumer->stop();
    EXPECT_EQ(left(), std::pair(true, std::string("0")));
    EXPECT_GE(consumer->counts().reconnects, 3U);
}

TEST_F(ClientLibraryTest, it_stops_although_the_server_is_gone) {
    Tally begun;
    Tally gone;
    publish();
    ConsumerOptions brief = options();
    brief.lease = milliseconds(300);
    auto consumer = consume(url(), brief, [&](const Delivery&) {
        begun.add();
        gone.reaches(1);
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ASSERT_TRUE(begun.reaches(1));
    server_->process().kill();
    gone.add();
    consumer->stop();
    EXPECT_TRUE(consumer->wait().has_value());
    EXPECT_EQ(consumer->counts().acked, 0U);
}

TEST_F(ClientLibraryTest, a_group_that_goes_away_ends_the_consumer) {
    auto consumer = consume(url(), options(), [](const Delivery&) {});
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    ask({"XGROUP", "DESTROY", "orders", "shipping"});
    const auto ended = consumer->wait();
    ASSERT_FALSE(ended.has_value());
    EXPECT_EQ(ended.error().kind, ErrorKind::not_found);
    EXPECT_NE(ended.error().message.find("NOGROUP"), std::string::npos) << ended.error().message;
}

TEST_F(ClientLibraryTest, publishing_with_a_key_happens_once) {
    auto bus = connect(url());
    ASSERT_TRUE(bus.has_value());
    const PublishOptions once{.producer = "till", .key = "order-17"};
    const auto first = bus->publish("orders", {{"item", "tea"}}, once);
    const auto second = bus->publish("orders", {{"item", "tea"}}, once);
    ASSERT_TRUE(first && second) << first.error().message;
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(ask({"XLEN", "orders"}), "1");
}

TEST_F(ClientLibraryTest, a_connection_is_made_again_by_the_next_call) {
    auto bus = connect(url());
    ASSERT_TRUE(bus && bus->publish("orders", {{"item", "tea"}}));
    server_->process().kill();
    const auto away = bus->publish("orders", {{"item", "tea"}});
    ASSERT_FALSE(away.has_value());
    EXPECT_EQ(away.error().kind, ErrorKind::unavailable) << away.error().message;
    start(address_);
    EXPECT_TRUE(bus->publish("orders", {{"item", "tea"}}).has_value());
}

// --- wrong use: one clear error each

class WrongUseTest : public ClientLibraryTest {
  protected:
    // "kind: message" of a consumer that could not begin.
    ClientError refusal(const std::string& at, const ConsumerOptions& wrong) {
        const auto consumer = consume(at, wrong, [](const Delivery&) {});
        return consumer ? ClientError{ErrorKind::failed, "it began"} : consumer.error();
    }
};

TEST_F(WrongUseTest, no_server) {
    const ClientError error = refusal("redis://127.0.0.1:1", options());
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.message,
              "connect: connect to 127.0.0.1:1: Connection refused; is a Sluice "
              "server running there?");
}

TEST_F(WrongUseTest, no_group) {
    ConsumerOptions wrong = options();
    wrong.create_group.reset();
    publish();
    const ClientError error = refusal(url(), wrong);
    EXPECT_EQ(error.kind, ErrorKind::not_found);
    EXPECT_EQ(error.message,
              "group 'shipping' of stream 'orders' is not there; set "
              "ConsumerOptions::create_group, or make it with: XGROUP CREATE orders shipping 0 "
              "MKSTREAM");
}

TEST_F(WrongUseTest, options_out_of_range) {
    const auto with = [](auto change) {
        ConsumerOptions wrong = options();
        change(wrong);
        return wrong;
    };
    struct Case {
        ConsumerOptions wrong;
        std::string_view part;
    };
    const std::array cases = {
        Case{with([](auto& o) { o.lease = milliseconds(99); }), "lease is from 100 ms to a day"},
        Case{with([](auto& o) { o.lease = std::chrono::hours(25); }), "lease is from 100 ms"},
        Case{with([](auto& o) { o.concurrency = 0; }), "concurrency is from 1 to 1000"},
        Case{with([](auto& o) { o.stream = ""; }), "the stream has no name"},
        Case{with([](auto& o) { o.group = ""; }), "the group has no name"},
    };
    for (const Case& each : cases) {
        const ClientError error = refusal(url(), each.wrong);
        EXPECT_EQ(error.kind, ErrorKind::invalid) << error.message;
        EXPECT_NE(error.message.find(each.part), std::string::npos) << error.message;
    }
    ConsumerOptions policy = options();
    policy.retry = "soon";
    EXPECT_EQ(refusal(url(), policy).kind, ErrorKind::failed);
    EXPECT_FALSE(consume(url(), options(), Handler()).has_value());
}

TEST_F(WrongUseTest, a_server_that_is_redis) {
    auto redis = RedisServer::start();
    ASSERT_TRUE(redis.has_value()) << redis.error().message;
    const ClientError error = refusal("unix://" + redis->address().unix_path, options());
    EXPECT_NE(error.message.find("; is it a Sluice server?"), std::string::npos) << error.message;
}

class PasswordTest : public WrongUseTest {
  protected:
    PasswordTest() { environment_ = {"SLUICE_PASSWORD=open sesame"}; }
};

TEST_F(PasswordTest, none_and_a_wrong_one_are_told_apart_and_the_right_one_works) {
    const ClientError none = refusal(url(), options());
    EXPECT_EQ(none.kind, ErrorKind::refused);
    EXPECT_NE(none.message.find("asks for a password: redis://:PASSWORD@host"), std::string::npos)
        << none.message;
    const ClientError wrong = refusal("redis://:guess@" + address_, options());
    EXPECT_EQ(wrong.kind, ErrorKind::refused);
    EXPECT_NE(wrong.message.find("WRONGPASS"), std::string::npos) << wrong.message;
    EXPECT_EQ(wrong.message.find("guess"), std::string::npos) << wrong.message;

    EXPECT_TRUE(connect("redis://:open%20sesame@" + address_).has_value());
    EXPECT_TRUE(connect(url(), {.user = "default", .password = "open sesame"}).has_value());
    ConsumerOptions right = options();
    right.connect.password = "open sesame";
    EXPECT_EQ(refusal(url(), right).message, "it began");
}

}  // namespace
}  // namespace sluice::testing
