// The words in which the suite speaks: ask and wait, and what is asked again and again.
#pragma once

#include <chrono>
#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/store/place.hpp"

namespace sluice::testing {

constexpr Duration long_wait = Duration::from_seconds(20);

// The answer of a request that is made by `make(Completion)`.
template <class T>
class Awaited {
  public:
    Completion<T> completion() {
        return [promise = promise_](Answer<T> answer) { promise->set_value(std::move(answer)); };
    }
    Answer<T> get() {
        auto future = promise_->get_future();
        const bool has_come =
            future.wait_for(std::chrono::seconds(60)) == std::future_status::ready;
        SLUICE_CHECK(has_come, "a request is not answered");
        return future.get();
    }

  private:
    using Promise = std::promise<Answer<T>>;
    std::shared_ptr<Promise> promise_ = std::make_shared<Promise>();
};

template <class T, class Make>
Answer<T> ask(Make&& make) {
    Awaited<T> awaited;
    make(awaited.completion());
    return awaited.get();
}

inline Fields item(std::string_view value) {
    return {{"item", std::string(value)}};
}

// Stops with the error of an answer that should be ok.
template <class T>
T expect_ok(Answer<T> answer) {
    SLUICE_CHECK(answer.is_ok(), answer.is_ok() ? "" : answer.error().message);
    return std::move(*answer);
}

class StoreTest : public ::testing::TestWithParam<StoreKind> {
  protected:
    void SetUp() override { place_ = GetParam().make(); }

    Store& store() { return place_->store(); }

    Answer<std::vector<EntryId>> try_append(AppendEntries request) {
        return ask<std::vector<EntryId>>(
            [&](auto done) { store().append(std::move(request), std::move(done)); });
    }
    EntryId append(const std::string& stream, Fields fields) {
        return expect_ok(try_append({stream, {{.fields = std::move(fields)}}})).front();
    }
    std::vector<StoredEntry> read_all(const std::string& stream) {
        return expect_ok(ask<std::vector<StoredEntry>>([&](auto done) {
            store().read(ReadRange{.stream = stream, .count = 1000}, std::move(done));
        }));
    }
    std::vector<std::string> items(const std::string& stream) {
        std::vector<std::string> values;
        for (const StoredEntry& each : read_all(stream))
            values.push_back(each.fields.front().value);
        return values;
    }

    Answer<Nothing> try_create(const std::string& stream, const std::string& group,
                               GroupTerms terms = {}, GroupBegin begin = FromBeginning{}) {
        return ask<Nothing>([&](auto done) {
            store().create_group({stream, group, begin, terms}, std::move(done));
        });
    }
    void create(const std::string& stream, const std::string& group, const std::string& retry) {
        expect_ok(try_create(stream, group, {.retry = retry}));
    }
    GroupState show(const std::string& stream, const std::string& group) {
        return expect_ok(ask<GroupState>(
            [&](auto done) { store().show_group({stream, group}, std::move(done)); }));
    }

    std::vector<LeasedEntry> lease(LeaseEntries request) {
        return expect_ok(ask<std::vector<LeasedEntry>>(
            [&](auto done) { store().lease(std::move(request), std::move(done)); }));
    }
    // Of the stream "orders" and the group "shipping".
    std::vector<LeasedEntry> lease(std::size_t count, Duration wait = {}) {
        return lease({.streams = {"orders"},
                      .group = "shipping",
                      .consumer = "ada",
                      .count = count,
                      .wait = wait});
    }
    LeasedEntry lease_one() {
        auto leased = lease(1, long_wait);
        SLUICE_CHECK(leased.size() == 1, "there is nothing to lease");
        return std::move(leased.front());
    }
    SettledLease settle(const LeaseToken& token, SettleVerdict verdict,
                        const std::string& group = "shipping") {
        const SettleLeases request{"orders", group, {token}, std::move(verdict)};
        return expect_ok(ask<std::vector<SettledLease>>(
                             [&](auto done) { store().settle(request, std::move(done)); }))
            .front();
    }
    LeaseWord ack(const LeaseToken& token) { return settle(token, SettleAck{}).word; }

    std::vector<StoredEntry> dead(DeadEntryFilter filter = {}) {
        return expect_ok(ask<std::vector<StoredEntry>>([&](auto done) {
            store().list_dead({.stream = "orders", .filter = filter}, std::move(done));
        }));
    }
    static std::string field(const Fields& fields, std::string_view name) {
        for (const Field& each : fields) {
            if (each.name == name) return each.value;
        }
        return "";
    }

    std::unique_ptr<Place> place_;
};

inline std::string name_of_kind(const ::testing::TestParamInfo<StoreKind>& each) {
    return each.param.name;
}

}  // namespace sluice::testing
