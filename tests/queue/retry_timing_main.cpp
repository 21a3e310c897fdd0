// Measures when retries come: never early, and soon after they are due, also when the server was
// killed and started again while they waited.
//
// Half of the retries wait across a restart. All times are of this process's monotonic clock: a
// retry whose command was sent at `asked` is due no earlier than its delay after that, and lateness
// is counted from there.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "io/random.hpp"
#include "process/servers.hpp"
#include "queue/ledger.hpp"
#include "queue/place.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t waiter_count = 2;
constexpr std::size_t pipeline_length = 100;
constexpr Duration restart_share = Duration::from_ms(2500);
constexpr std::int64_t delay_ms_max = 20'000;
constexpr Duration collect_wait_max = Duration::from_seconds(30);
constexpr double p99_ms_max = 100;

struct Retry {
    Duration delay;
    MonoTime asked;
    std::optional<MonoTime> got;
    bool is_wrong = false;  // came with other counts than after one failure
};
using Retries = std::map<EntryId, Retry>;

// Mostly short.
Duration delay_from(Random& random, Duration least) {
    const std::uint64_t drawn = random.below(100);
    const std::uint64_t range = drawn < 80 ? 1000 : drawn < 97 ? 5000 : 1 << 20;
    const auto ms = static_cast<std::int64_t>(10 + random.below(range));
    return Duration::from_ms(std::min(least.ms() + ms % delay_ms_max, delay_ms_max));
}

Result<void> publish(Client& client, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        client.queue({"XADD", "s", "*", "n", "1"});
    SLUICE_TRY(client.flush());
    for (std::size_t i = 0; i < count; ++i)
        SLUICE_TRY(client.read());
    return {};
}

struct Leased {
    EntryId id;
    std::string epoch;
};

// Publishes and leases so many entries.
Result<std::vector<Leased>> lease_some(Client& client, std::size_t count) {
    SLUICE_TRY(publish(client, count));
    std::vector<Leased> leased;
    while (leased.size() < count) {
        SLUICE_TRY_ASSIGN(const auto reply, client.call({"SLUICE.LEASE", "GROUP", "first", "w",
                                                         "COUNT", "100", "STREAMS", "s"}));
        if (reply.elements.empty()) return Error{Errc::invalid, printed(reply)};
        for (const Reply& each : reply.elements) {
            leased.push_back({EntryId::parse(each.elements[1].text, 0).value_or(EntryId{}),
                              each.elements[2].text});
        }
    }
    return leased;
}

// Each fails with a delay of its own.
Result<void> fail_all(Client& client, std::span<const Leased> leased, Duration least,
                      Random& random, Retries& retries) {
    while (!leased.empty()) {
        const auto some = leased.first(std::min(leased.size(), pipeline_length));
        leased = leased.subspan(some.size());
        for (const Leased& lease : some) {
            Retry retry;
            retry.delay = delay_from(random, least);
            retry.asked = mono_now();
            client.queue({"SLUICE.FAIL", "s", "first", lease.id.text(), lease.epoch, "DELAY",
                          std::to_string(retry.delay.ms())});
            retries[lease.id] = retry;
        }
        SLUICE_TRY(client.flush());
        for (std::size_t i = 0; i < some.size(); ++i) {
            SLUICE_TRY_ASSIGN(const auto reply, client.read());
            if (reply.is_error()) return Error{Errc::invalid, printed(reply)};
        }
    }
    return {};
}

struct Arrival {
    EntryId id;
    MonoTime got;
    bool is_wrong = false;
};

// Waits for retries, notes when they come and acknowledges them.
void collect(ServerPlace& place, std::vector<Arrival>& arrivals) {
    while (!place.is_stopped()) {
        auto client = place.connect();
        while (client && !place.is_stopped()) {
            const auto reply = client->call({"SLUICE.LEASE", "GROUP", "first", "c", "COUNT", "100",
                                             "BLOCK", "200", "STREAMS", "s"});
            const MonoTime got = mono_now();
            if (!reply) break;
            for (const Reply& each : reply->elements) {
                arrivals.push_back({EntryId::parse(each.elements[1].text, 0).value_or(EntryId{}),
                                    got, each.elements[4].integer != 1});
                client->queue(
                    {"SLUICE.ACK", "s", "first", each.elements[1].text, each.elements[2].text});
            }
            place.delivered += reply->elements.size();
            if (!client->flush()) break;
            for (std::size_t i = 0; i < reply->elements.size(); ++i) {
                if (!client->read()) break;
            }
        }
    }
}

struct Flags {
    std::string sluice;
    std::uint64_t retries = 10'000;
    std::uint64_t seed = 1;
};

struct Outcome {
    Retries retries;
    MonoTime ready;  // after the restart
};

Result<Outcome> run(const Flags& flags) {
    const TemporaryFolder folder("retry-timing");
    SluiceServer::Options options;
    options.program = flags.sluice;
    options.data = folder.file("data");
    SLUICE_TRY_ASSIGN(auto server, SluiceServer::start(options));
    Random random(flags.seed);
    Outcome outcome;
    SLUICE_TRY_ASSIGN(auto client, Client::connect(server.address()));
    SLUICE_TRY(client.call({"SLUICE.GROUP", "CREATE", "s", "first"}));
    SLUICE_TRY_ASSIGN(auto leased, lease_some(client, flags.retries / 2));
    SLUICE_TRY(fail_all(client, leased, restart_share, random, outcome.retries));
    server.process().kill();
    SLUICE_TRY_ASSIGN(server, SluiceServer::start(options));
    outcome.ready = mono_now();
    ServerPlace place;
    place.set(server.address());
    SLUICE_TRY_ASSIGN(client, Client::connect(server.address()));
    SLUICE_TRY_ASSIGN(leased, lease_some(client, flags.retries / 2));
    std::vector<std::vector<Arrival>> arrivals(waiter_count);
    std::vector<std::jthread> waiters;
    for (auto& its : arrivals)
        waiters.emplace_back([&place, &its] { collect(place, its); });
    const auto failed = fail_all(client, leased, Duration{}, random, outcome.retries);
    const MonoTime begin = mono_now();
    while (failed && place.delivered < flags.retries && mono_now() - begin < collect_wait_max)
        pause(Duration::from_ms(10));
    place.stop();
    waiters.clear();
    SLUICE_TRY(failed);
    for (const auto& its : arrivals) {
        for (const Arrival& arrival : its) {
            Retry& retry = outcome.retries[arrival.id];
            retry.is_wrong = arrival.is_wrong || retry.got.has_value();
            retry.got = arrival.got;
        }
    }
    return outcome;
}

bool report(const Outcome& outcome) {
    std::size_t early = 0;
    std::size_t missing = 0;
    std::size_t wrong = 0;
    std::vector<double> late_ms;
    for (const auto& [id, retry] : outcome.retries) {
        if (!retry.got) {
            ++missing;
            continue;
        }
        if (retry.is_wrong) ++wrong;
        if (*retry.got < retry.asked + retry.delay) ++early;
        // At the latest: it was due after that. Nobody can come while the server is away.
        const MonoTime due = std::max(retry.asked + retry.delay, outcome.ready);
        late_ms.push_back(static_cast<double>((*retry.got - due).microseconds) / 1000);
    }
    std::ranges::sort(late_ms);
    const auto share = [&](double part) {
        return late_ms.empty() ? 0.0
                               : late_ms[static_cast<std::size_t>(
                                     static_cast<double>(late_ms.size() - 1) * part)];
    };
    std::printf(
        "retries %zu, early %zu, missing %zu, wrong %zu; late by p50 %.1f ms, p99 %.1f ms, "
        "at most %.1f ms\n",
        outcome.retries.size(), early, missing, wrong, share(0.5), share(0.99), share(1));
    return early + missing + wrong == 0 && share(0.99) <= p99_ms_max;
}

}  // namespace
}  // namespace sluice::testing

int main(int count, char** words) {
    sluice::testing::Flags flags;
    CLI::App app("Parks many events for random delays and looks when each comes back.");
    app.add_option("--sluice", flags.sluice)->required();
    app.add_option("--retries", flags.retries)->capture_default_str();
    app.add_option("--seed", flags.seed)->capture_default_str();
    CLI11_PARSE(app, count, words);
    const auto outcome = sluice::testing::run(flags);
    if (!outcome) std::printf("%s\n", outcome.error().message.c_str());
    const bool passed = outcome && sluice::testing::report(*outcome);
    std::printf("%d passed, %d failed\n", passed ? 1 : 0, passed ? 0 : 1);
    return passed ? 0 : 1;
}
