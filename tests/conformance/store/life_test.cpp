// What holds for every request: threads, limits, cancelling, closing.
#include <atomic>
#include <thread>

#include "conformance/store/store_test.hpp"

namespace sluice::testing {
namespace {

class LifeTest : public StoreTest {
  protected:
    using Entries = std::vector<StoredEntry>;

    // A completion that counts how it was called.
    template <class T>
    Completion<T> counted() {
        ++asked_;
        return [this](Answer<T> answer) {
            ++answered_;
            if (answer.is_ok()) ++ok_;
            if (!answer.is_ok() && answer.outcome() == Outcome::failed) ++failed_;
        };
    }

    std::atomic<int> asked_ = 0;
    std::atomic<int> answered_ = 0;
    std::atomic<int> ok_ = 0;
    std::atomic<int> failed_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Each, LifeTest, ::testing::ValuesIn(all_stores()), name_of_kind);

TEST_P(LifeTest, completions_run_on_one_thread_and_may_ask_more) {
    constexpr int count = 50;
    std::promise<void> finished;
    std::vector<std::thread::id> threads;
    std::function<void()> next = [&] {
        store().append({"orders", {{.fields = item("tea")}}},
                       [&](const Answer<std::vector<EntryId>>& answer) {
                           EXPECT_TRUE(answer.is_ok());
                           threads.push_back(std::this_thread::get_id());
                           if (threads.size() == count) return finished.set_value();
                           next();
                       });
    };
    next();
    ASSERT_EQ(finished.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    for (const std::thread::id& each : threads) {
        EXPECT_EQ(each, threads.front());
        EXPECT_NE(each, std::this_thread::get_id());
    }
}

TEST_P(LifeTest, many_threads_may_ask) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([this] {
            for (int n = 0; n < 50; ++n)
                append("orders", item("tea"));
        });
    }
    for (std::thread& each : threads)
        each.join();
    EXPECT_EQ(read_all("orders").size(), 200U);
}

TEST_P(LifeTest, beyond_the_limit_the_answer_is_at_once_and_on_the_callers_thread) {
    constexpr std::size_t most = 4;
    Store& narrow = place_->other({.requests_max = most});
    std::vector<Awaited<Entries>> waiting(most);
    std::vector<RequestTicket> tickets;
    for (auto& each : waiting) {
        tickets.push_back(
            narrow.read(ReadAfter{.stream = "orders", .wait = long_wait}, each.completion()));
    }
    std::optional<Errc> refused;
    std::thread::id refused_on;
    const RequestTicket ticket = narrow.append({"orders", {{.fields = item("x")}}},
                                               [&](const Answer<std::vector<EntryId>>& answer) {
                                                   EXPECT_EQ(answer.outcome(), Outcome::failed);
                                                   refused = answer.error().code;
                                                   refused_on = std::this_thread::get_id();
                                               });
    EXPECT_EQ(ticket, 0U);
    EXPECT_EQ(refused, Errc::limit);
    EXPECT_EQ(refused_on, std::this_thread::get_id());
    append("orders", item("tea"));
    for (auto& each : waiting)
        EXPECT_EQ(expect_ok(each.get()).size(), 1U);
    // There is room again.
    EXPECT_TRUE(ask<Entries>([&](auto done) {
                    narrow.read(ReadRange{.stream = "orders"}, std::move(done));
                }).is_ok());
}

TEST_P(LifeTest, too_large_for_the_limit_is_refused) {
    Store& narrow = place_->other({.bytes_max = 1000});
    const auto answer = ask<std::vector<EntryId>>([&](auto done) {
        narrow.append({"orders", {{.fields = item(std::string(2000, 'x'))}}}, std::move(done));
    });
    EXPECT_EQ(answer.outcome(), Outcome::failed);
    // Never `limit`: that is asked again, for ever.
    EXPECT_EQ(answer.error().code, Errc::invalid);
    EXPECT_NE(answer.error().message.find("at most 1000 are taken"), std::string::npos);
}

TEST_P(LifeTest, a_batch_that_is_too_large_for_one_step_is_refused) {
    AppendEntries batch{.stream = "orders", .entries = {}};
    for (int i = 0; i < 9; ++i)
        batch.entries.push_back({.fields = item(std::string(1UL << 20, 'x'))});
    const auto answer =
        ask<std::vector<EntryId>>([&](auto done) { store().append(batch, std::move(done)); });
    EXPECT_EQ(answer.outcome(), Outcome::failed);
    EXPECT_EQ(answer.error().code, Errc::invalid);
    EXPECT_NE(answer.error().message.find("8388608 bytes"), std::string::npos);
}

TEST_P(LifeTest, more_waits_than_allowed_are_refused) {
    Store& narrow = place_->other({.waiting_max = 2});
    std::vector<Awaited<Entries>> waiting(3);
    for (auto& each : waiting)
        narrow.read(ReadAfter{.stream = "orders", .wait = long_wait}, each.completion());
    const auto refused = waiting.back().get();
    EXPECT_EQ(refused.outcome(), Outcome::failed);
    EXPECT_EQ(refused.error().code, Errc::limit);
    append("orders", item("tea"));
    EXPECT_EQ(expect_ok(waiting[0].get()).size(), 1U);
    EXPECT_EQ(expect_ok(waiting[1].get()).size(), 1U);
}

TEST_P(LifeTest, a_wait_of_more_than_an_hour_is_refused) {
    const auto answer = ask<Entries>([&](auto done) {
        store().read(ReadAfter{.stream = "orders", .wait = Duration::from_seconds(3601)},
                     std::move(done));
    });
    EXPECT_EQ(answer.error().code, Errc::invalid);
}

TEST_P(LifeTest, closing_answers_every_request_once) {
    create("orders", "shipping", "none");
    Store& other = place_->other({});
    for (int i = 0; i < 5; ++i) {
        other.read(ReadAfter{.stream = "nothing", .wait = long_wait}, counted<Entries>());
        other.lease(
            {.streams = {"orders"}, .group = "shipping", .consumer = "ada", .wait = long_wait},
            counted<std::vector<LeasedEntry>>());
        other.put_document_if({{.key = "d", .fields = item("x")}, {.field = "none"}},
                              counted<ConditionalPut>());
    }
    for (int i = 0; i < 100; ++i) {
        other.append({"appended", {{.fields = item("tea")}}}, counted<std::vector<EntryId>>());
    }
    other.close();
    EXPECT_EQ(answered_, asked_);
    EXPECT_EQ(ok_ + failed_, asked_) << "with the server there, nothing is unclear";
    other.read(ReadRange{.stream = "orders"}, counted<Entries>());
    EXPECT_EQ(answered_, asked_);
    other.close();
    EXPECT_LE(read_all("appended").size(), 100U);
}

TEST_P(LifeTest, what_waits_during_a_restart_is_answered) {
    Awaited<Entries> awaited;
    store().read(ReadAfter{.stream = "orders", .wait = long_wait}, awaited.completion());
    append("others", item("x"));
    place_->reopen();
    append("orders", item("tea"));
    // Asked again by itself, or refused because what it was asked of is gone.
    const auto answer = awaited.get();
    if (answer.is_ok()) {
        EXPECT_LE(answer->size(), 1U);
    } else {
        EXPECT_EQ(answer.outcome(), Outcome::failed);
    }
    EXPECT_EQ(items("orders"), std::vector<std::string>{"tea"});
}

}  // namespace
}  // namespace sluice::testing
