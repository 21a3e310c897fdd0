// A store whose server is away, says no, or dies in the middle.
#include "remote_store/remote_store.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <map>
#include <ranges>
#include <semaphore>
#include <set>

#include "process/scarce_threads.hpp"
#include "process/server_test.hpp"

namespace sluice::testing {
namespace {

class RemoteStoreTest : public ServerTest {
  protected:
    using Ids = std::vector<EntryId>;

    // Some begin without a server.
    void SetUp() override {}
    void connect(RemoteStoreOptions options) {
        if (server_) options.address = server_->address();
        auto opened = RemoteStore::open(std::move(options));
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        store_ = std::move(*opened);
    }
    Answer<Ids> append(Fields fields) {
        std::promise<Answer<Ids>> promise;
        store_->append({"orders", {{.fields = std::move(fields)}}},
                       [&](Answer<Ids> answer) { promise.set_value(std::move(answer)); });
        return promise.get_future().get();
    }
    // The values of all entries.
    std::vector<std::string> stored() {
        std::promise<Answer<std::vector<StoredEntry>>> promise;
        store_->read(ReadRange{.stream = "orders", .count = 100'000},
                     [&](auto answer) { promise.set_value(std::move(answer)); });
        const auto answer = promise.get_future().get();
        EXPECT_TRUE(answer.is_ok());
        std::vector<std::string> values;
        for (const StoredEntry& each : *answer)
            values.push_back(each.fields.front().value);
        return values;
    }

    // Keeps appends in flight while the server is killed and started again; how each one ended.
    std::map<std::string, Outcome> append_through_a_crash(bool has_keys) {
        constexpr int in_flight = 16;
        for (int i = 0; i < in_flight; ++i)
            append_next(has_keys);
        some_.get_future().wait();
        const std::string address = server_->address().text();
        server_->process().kill();
        server_.reset();
        start(address);
        for (int i = 0; i < in_flight; ++i)
            finished_.acquire();
        return ends_;
    }
    // Each end begins the next one.
    void append_next(bool has_keys) {
        constexpr int count = 2000;
        const int number = ++begun_;
        if (number > count) return finished_.release();
        const std::string value = std::to_string(number);
        NewEntry entry{.fields = {{"item", value}}};
        if (has_keys) entry.key = IdempotencyKey{"till", value};
        store_->append({"orders", {entry}}, [this, value, has_keys](const Answer<Ids>& answer) {
            ends_[value] = answer.outcome();
            if (ends_.size() == count / 10) some_.set_value();
            append_next(has_keys);
        });
    }

    std::atomic<int> begun_ = 0;
    std::counting_semaphore<> finished_{0};
    std::promise<void> some_;
    std::map<std::string, Outcome> ends_;  // written on the store's thread
    std::unique_ptr<RemoteStore> store_;
};

TEST_F(RemoteStoreTest, without_a_server_a_request_fails_and_says_where) {
    auto address = Address::parse("unix:" + folder_.file("nobody.sock"));
    ASSERT_TRUE(address.has_value());
    connect({.address = *address, .limits = {.request_time = Duration::from_ms(300)}});
    const auto answer = append({{"item", "tea"}});
    EXPECT_EQ(answer.outcome(), Outcome::failed);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_NE(answer.error().message.find("nobody.sock"), std::string::npos);
}

TEST_F(RemoteStoreTest, without_room_for_its_thread_it_does_not_open) {
    const NoThreads scarce;
    const auto opened = RemoteStore::open({});
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Errc::io);
    EXPECT_TRUE(opened.error().message.starts_with("open a store: start its thread: "))
        << opened.error().message;
}

TEST_F(RemoteStoreTest, a_name_that_nobody_knows_is_unavailable) {
    connect({.address = {.host = "no-such-host.invalid", .port = 7370, .unix_path = ""},
             .limits = {.request_time = Duration::from_ms(300)}});
    EXPECT_EQ(append({{"item", "tea"}}).error().code, Errc::unavailable);
}

TEST_F(RemoteStoreTest, logs_in_with_the_right_password_only) {
    environment_ = {"SLUICE_PASSWORD=tea"};
    start();
    connect({.password = "milk"});
    const auto refused = append({{"item", "tea"}});
    EXPECT_EQ(refused.outcome(), Outcome::failed);
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_EQ(refused.error().message.find("milk"), std::string::npos);
    connect({.password = "tea"});
    EXPECT_TRUE(append({{"item", "tea"}}).is_ok());
}

TEST_F(RemoteStoreTest, appends_with_keys_are_done_once_although_the_server_dies) {
    start();
    connect({.limits = {.request_time = Duration::from_seconds(60)}});
    const auto ends = append_through_a_crash(true);
    for (const auto& [value, outcome] : ends)
        EXPECT_EQ(outcome, Outcome::ok) << value;
    auto values = stored();
    EXPECT_EQ(values.size(), ends.size());
    EXPECT_EQ(std::set<std::string>(values.begin(), values.end()).size(), ends.size());
}

TEST_F(RemoteStoreTest, appends_without_keys_end_truly_when_the_server_dies) {
    start();
    connect({.limits = {.request_time = Duration::from_seconds(60)}});
    const auto ends = append_through_a_crash(false);
    const auto values = stored();
    EXPECT_GT(std::ranges::count(std::views::values(ends), Outcome::indeterminate), 0);
    for (const auto& [value, outcome] : ends) {
        const auto times = std::ranges::count(values, value);
        EXPECT_LE(times, 1) << value;
        if (outcome == Outcome::ok) EXPECT_EQ(times, 1) << value;
        if (outcome == Outcome::failed) EXPECT_EQ(times, 0) << value;
    }
}

}  // namespace
}  // namespace sluice::testing
