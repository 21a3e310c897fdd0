// The bus inside a program, through its public header.
#include <atomic>
#include <condition_variable>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <set>
#include <sluice/embedded.hpp>
#include <stdexcept>
#include <thread>

#include "process/scarce_threads.hpp"
#include "process/temporary_folder.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Ids that handlers have seen, waited for by the test.
class Seen {
  public:
    std::size_t add(const std::string& id) {
        const std::lock_guard lock(mutex_);
        changed_.notify_all();
        ids_.insert(id);
        return ids_.count(id);
    }
    bool reaches(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, seconds(30), [&] { return ids_.size() >= count; });
    }
    std::multiset<std::string> ids() {
        const std::lock_guard lock(mutex_);
        return ids_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::multiset<std::string> ids_;
};

class EmbeddedBusTest : public ::testing::Test {
  protected:
    Bus open(const BusOptions& options = {}) {
        auto bus = Bus::open(folder_.file("bus"), options);
        if (!bus) throw_error(bus.error());
        return std::move(*bus);
    }
    [[noreturn]] static void throw_error(const ClientError& error) {
        ADD_FAILURE() << error.message;
        std::abort();
    }
    static std::string publish(Bus& bus, const std::string& value) {
        const auto id = bus.publish("orders", {{"item", value}});
        return id ? *id : id.error().message;
    }
    static ConsumerOptions options() {
        return {.stream = "orders",
                .group = "shipping",
                .create_group = GroupStart::beginning,
                .retry = "10ms,10ms,10ms"};
    }

    TemporaryFolder folder_{"embedded-bus"};
};

TEST_F(EmbeddedBusTest, a_batch_that_is_too_large_is_wrong_and_names_the_limit) {
    Bus bus = open();
    // The largest that fits: a field's name and the words of the request take 52 bytes.
    constexpr std::size_t most = Connection::batch_bytes_max - 52;
    const auto ids = bus.publish_all("orders", {{{"a", std::string(most, 'x')}}});
    EXPECT_TRUE(ids.has_value()) << ids.error().message;
    const auto none = bus.publish_all("orders", {{{"a", std::string(most, 'x')}}, {{"b", "c"}}});
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(none.error().message.ends_with("at most 8388608 are taken at a time"))
        << none.error().message;
    // Alone it is not that large.
    const auto id = bus.publish("orders", {{"a", std::string(std::size_t{70} << 20, 'x')}});
    EXPECT_TRUE(id.has_value()) << id.error().message;
}

TEST_F(EmbeddedBusTest, without_room_for_its_threads_it_does_not_open) {
    {
        const NoThreads scarce;
        const auto bus = Bus::open(folder_.file("bus"));
        ASSERT_FALSE(bus.has_value());
        EXPECT_EQ(bus.error().kind, ErrorKind::failed);
        EXPECT_TRUE(bus.error().message.contains("start the threads of an engine"))
            << bus.error().message;
    }
    Bus bus = open();
    EXPECT_TRUE(bus.publish("orders", {{"item", "tea"}}).has_value());
}

TEST_F(EmbeddedBusTest, threads_publish_and_handlers_get_every_event_once) {
    constexpr int publishers = 4;
    constexpr int each = 50;
    Bus bus = open();
    Seen seen;
    ConsumerOptions wide = options();
    wide.concurrency = 4;
    auto consumer = consume(bus, wide, [&](const Delivery& event) { seen.add(event.id); });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    std::vector<std::thread> threads;
    for (int i = 0; i < publishers; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < each; ++n)
                publish(bus, "tea");
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_TRUE(seen.reaches(publishers * each));
    consumer->stop();
    EXPECT_EQ(seen.ids().size(), std::size_t{publishers * each});
    EXPECT_EQ(consumer->counts().acked, std::uint64_t{publishers * each});
}

TEST_F(EmbeddedBusTest, what_throws_is_tried_again_and_at_last_dead) {
    Bus bus = open();
    const std::string id = publish(bus, "tea");
    Seen seen;
    auto consumer = consume(bus, options(), [&](const Delivery& event) {
        if (seen.add(event.id) > 0) throw std::runtime_error("no carrier");
    });
    ASSERT_TRUE(consumer.has_value());
    EXPECT_TRUE(seen.reaches(4));
    consumer->stop();
    EXPECT_EQ(consumer->counts().failed, 4U);
    // Its dead letter is an event of the stream beside it.
    Seen letters;
    auto undertaker = consume(
        bus,
        {.stream = "orders:dlq", .group = "undertakers", .create_group = GroupStart::beginning},
        [&](const Delivery& letter) {
            EXPECT_EQ(letter.field("_dlq_error"), "no carrier");
            letters.add(std::string(letter.field("_dlq_original_id")));
        });
    ASSERT_TRUE(undertaker.has_value());
    EXPECT_TRUE(letters.reaches(1));
    EXPECT_EQ(letters.ids(), std::multiset<std::string>{id});
}

TEST_F(EmbeddedBusTest, a_batch_is_published_in_order_or_not_at_all) {
    Bus bus = open();
    const auto ids = bus.publish_all("orders", {{{"item", "a"}}, {{"item", "b"}}});
    ASSERT_TRUE(ids.has_value()) << ids.error().message;
    ASSERT_EQ(ids->size(), 2U);
    EXPECT_LT((*ids)[0], (*ids)[1]);
    EXPECT_FALSE(bus.publish_all("orders", {{{"item", "c"}}, {}}).has_value());
    Seen seen;
    auto consumer = consume(bus, options(), [&](const Delivery& event) { seen.add(event.id); });
    ASSERT_TRUE(consumer.has_value());
    EXPECT_TRUE(seen.reaches(2));
    consumer->stop();
    EXPECT_EQ(seen.ids(), (std::multiset<std::string>{(*ids)[0], (*ids)[1]}));
}

TEST_F(EmbeddedBusTest, a_handler_may_publish) {
    Bus bus = open();
    publish(bus, "tea");
    Seen seen;
    auto consumer = consume(bus, options(), [&](const Delivery& event) {
        if (event.field("item") == "tea") publish(bus, "receipt");
        seen.add(event.id);
    });
    ASSERT_TRUE(consumer.has_value());
    EXPECT_TRUE(seen.reaches(2));
}

TEST_F(EmbeddedBusTest, the_same_key_is_published_once_also_after_opening_again) {
    const PublishOptions key{.producer = "till-1", .key = "receipt-7"};
    std::string first;
    {
        Bus bus = open();
        const auto id = bus.publish("orders", {{"item", "tea"}}, key);
        ASSERT_TRUE(id.has_value());
        first = *id;
    }
    Bus bus = open();
    const auto again = bus.publish("orders", {{"item", "tea"}}, key);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, first);
}

TEST_F(EmbeddedBusTest, what_was_not_handled_waits_for_the_next_run) {
    std::string id;
    {
        Bus bus = open();
        id = publish(bus, "tea");
        ASSERT_TRUE(bus.create_group("orders", "shipping").has_value());
    }
    Bus bus = open();
    Seen seen;
    auto consumer = consume(bus, options(), [&](const Delivery& event) { seen.add(event.id); });
    ASSERT_TRUE(consumer.has_value());
    EXPECT_TRUE(seen.reaches(1));
    EXPECT_EQ(seen.ids(), std::multiset<std::string>{id});
}

TEST_F(EmbeddedBusTest, handlers_may_be_coroutines) {
    Bus bus = open();
    for (int i = 0; i < 10; ++i)
        publish(bus, "tea");
    Seen seen;
    auto consumer = consume(bus, options(), [&](const Delivery& event) -> Handling {
        co_await std::suspend_never{};
        seen.add(event.id);
        co_return ack();
    });
    ASSERT_TRUE(consumer.has_value()) << consumer.error().message;
    EXPECT_TRUE(seen.reaches(10));
    consumer->stop();
    EXPECT_EQ(consumer->counts().acked, 10U);
}

TEST_F(EmbeddedBusTest, a_consumer_may_outlive_its_bus) {
    Seen seen;
    std::optional<Bus> bus(open());
    publish(*bus, "tea");
    auto consumer = consume(*bus, options(), [&](const Delivery& event) { seen.add(event.id); });
    ASSERT_TRUE(consumer.has_value());
    bus.reset();
    EXPECT_TRUE(seen.reaches(1));
    consumer->stop();
}

TEST_F(EmbeddedBusTest, one_at_a_time_has_the_folder) {
    {
        Bus bus = open();
        const auto second = Bus::open(folder_.file("bus"));
        ASSERT_FALSE(second.has_value());
        EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
        EXPECT_NE(second.error().message.find("in use"), std::string::npos);
    }
    EXPECT_TRUE(Bus::open(folder_.file("bus")).has_value());
}

TEST_F(EmbeddedBusTest, two_buses_of_two_folders_know_nothing_of_each_other) {
    Bus first = open();
    auto second = Bus::open(folder_.file("other"), {.durability = BusOptions::Durability::os});
    ASSERT_TRUE(second.has_value());
    publish(first, "tea");
    Seen seen;
    auto consumer = consume(*second, options(), [&](const Delivery& event) {
        seen.add(std::string(event.field("item")));
    });
    ASSERT_TRUE(consumer.has_value());
    publish(*second, "milk");
    EXPECT_TRUE(seen.reaches(1));
    EXPECT_EQ(seen.ids(), std::multiset<std::string>{"milk"});
}

TEST_F(EmbeddedBusTest, wrong_use_is_told_in_a_sentence) {
    Bus bus = open();
    EXPECT_EQ(bus.publish("", {{"a", "b"}}).error().kind, ErrorKind::invalid);
    EXPECT_EQ(bus.publish("orders", {}).error().kind, ErrorKind::invalid);
    EXPECT_EQ(bus.publish("orders", {{"a", "b"}}, {.key = "k"}).error().kind, ErrorKind::invalid);
    const auto no_group =
        consume(bus, {.stream = "orders", .group = "nobody"}, ack_after([](const Delivery&) {}));
    ASSERT_FALSE(no_group.has_value());
    EXPECT_EQ(no_group.error().kind, ErrorKind::not_found);
    const auto no_folder = Bus::open("/proc/nowhere/bus");
    ASSERT_FALSE(no_folder.has_value());
    EXPECT_NE(no_folder.error().message.find("open a bus"), std::string::npos);
}

}  // namespace
}  // namespace sluice::testing
