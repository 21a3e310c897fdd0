// Kills the server again and again while a queue is worked on, drains it, and audits everything.
//
// Ends with 0 when each event was handled by each group: once, or again for a reason.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include "io/random.hpp"
#include "process/servers.hpp"
#include "queue/auditor.hpp"
#include "queue/workers.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t producer_count = 2;
constexpr Duration look_interval = Duration::from_ms(20);
constexpr Duration drain_wait_max = Duration::from_seconds(60);
// Nobody is delivered anything for so long: something hangs.
constexpr Duration stall_max = Duration::from_seconds(30);

struct Flags {
    std::string sluice;
    std::uint64_t deliveries = 200'000;
    std::uint64_t kills = 6;
    std::uint64_t workers = 16;
    std::uint64_t seed = 1;
    std::string durability = "disk";
};

Ledger blank_ledger(const Flags& flags) {
    Ledger ledger;
    for (std::size_t i = 0; i < flags.workers; ++i) {
        WorkerPage page;
        page.name = "worker-" + std::to_string(i);
        page.group = static_cast<std::uint8_t>(i % queue_groups.size());
        ledger.workers.push_back(std::move(page));
    }
    for (std::size_t i = 0; i < producer_count; ++i) {
        ProducerPage page;
        page.first = i + 1;
        page.step = producer_count;
        ledger.producers.push_back(std::move(page));
    }
    return ledger;
}

Result<void> create_groups(const Address& server) {
    SLUICE_TRY_ASSIGN(auto client, Client::connect(server));
    for (const std::string_view queue : queue_names) {
        for (const std::string_view group : queue_groups) {
            SLUICE_TRY_ASSIGN(const auto reply, client.call({"SLUICE.GROUP", "CREATE", queue, group,
                                                             "RETRY", retry_policy}));
            if (!reply.is_ok()) return Error{Errc::invalid, reply.text};
        }
    }
    return {};
}

std::vector<std::jthread> start_workers(ServerPlace& place, Ledger& ledger, const Flags& flags) {
    Random random(flags.seed);
    std::vector<std::jthread> threads;
    const std::uint64_t events = flags.deliveries / queue_groups.size() / producer_count;
    for (ProducerPage& page : ledger.producers)
        threads.emplace_back([&place, &page, events] { produce(place, events, page); });
    for (WorkerPage& page : ledger.workers) {
        threads.emplace_back([&place, &page, seed = random.next()] { work(place, seed, page); });
    }
    threads.emplace_back([&place, &page = ledger.replayer, seed = random.next()] {
        replay_dead_letters(place, seed, page);
    });
    return threads;
}

// Waits until so many were delivered.
Result<void> wait_for(ServerPlace& place, SluiceServer& server, std::uint64_t delivered) {
    MonoTime moved = mono_now();
    for (std::uint64_t before = 0; place.delivered < delivered;) {
        if (server.process().wait(look_interval)) {
            return Error{Errc::closed, "the server ended: " + server.process().errors()};
        }
        if (place.delivered != before) moved = mono_now();
        before = place.delivered;
        if (mono_now() - moved > stall_max) {
            return Error{Errc::timeout,
                         "nothing is delivered any more; " + std::to_string(before) + " were"};
        }
    }
    return {};
}

Result<bool> is_dry(Client& client) {
    for (const std::string_view queue : queue_names) {
        for (const std::string_view group : queue_groups) {
            SLUICE_TRY_ASSIGN(const auto shown,
                              client.call({"SLUICE.GROUP", "SHOW", queue, group}));
            for (const std::string_view what : {"lag", "pending"}) {
                const Reply* const number = shown.find(what);
                if (number == nullptr) return Error{Errc::invalid, printed(shown)};
                if (number->integer != 0) return false;
            }
        }
    }
    return true;
}

Result<void> drain(ServerPlace& place, const Address& address) {
    place.drain();
    SLUICE_TRY_ASSIGN(auto client, Client::connect(address));
    const MonoTime begin = mono_now();
    while (mono_now() - begin < drain_wait_max) {
        SLUICE_TRY_ASSIGN(const bool is_over, is_dry(client));
        if (is_over) return {};
        pause(look_interval);
    }
    return Error{Errc::timeout, "the queue does not run dry"};
}

Result<void> live(ServerPlace& place, Ledger& ledger, const Flags& flags,
                  const SluiceServer::Options& options, SluiceServer& server) {
    for (std::uint64_t kill = 1; kill <= flags.kills; ++kill) {
        const std::uint64_t share = flags.deliveries * kill / (flags.kills + 1);
        SLUICE_TRY(wait_for(place, server, share));
        Restart restart{.killed = mono_now(), .ready = {}};
        server.process().kill();
        SLUICE_TRY_ASSIGN(server, SluiceServer::start(options));
        place.set(server.address());
        restart.ready = mono_now();
        ledger.restarts.push_back(restart);
    }
    return wait_for(place, server, flags.deliveries * 99 / 100);
}

Result<Findings> run(const Flags& flags) {
    TemporaryFolder folder("queue");
    SluiceServer::Options options;
    options.program = flags.sluice;
    options.data = folder.file("data");
    options.durability = flags.durability;
    SLUICE_TRY_ASSIGN(auto server, SluiceServer::start(options));
    SLUICE_TRY(create_groups(server.address()));
    Ledger ledger = blank_ledger(flags);
    ServerPlace place;
    place.set(server.address());
    auto threads = start_workers(place, ledger, flags);
    auto lived = live(place, ledger, flags, options, server);
    if (lived) lived = drain(place, server.address());
    place.stop();
    threads.clear();
    Findings findings;
    if (!lived) findings.fault("it did not go on", lived.error().message);
    SLUICE_TRY_ASSIGN(auto client, Client::connect(server.address()));
    SLUICE_TRY(Auditor(client, ledger, findings).audit());
    findings.count("kills", ledger.restarts.size());
    return findings;
}

void report(const Flags& flags, const Findings& findings) {
    for (const auto& [what, count] : findings.counts) {
        std::printf("%10llu %s\n", static_cast<unsigned long long>(count), what.c_str());
    }
    for (const auto& [kind, count] : findings.faults) {
        std::printf("FAULT %llu times: %s\n", static_cast<unsigned long long>(count), kind.c_str());
    }
    for (const std::string& example : findings.examples)
        std::printf("    %s\n", example.c_str());
    const bool is_sound = findings.faults.empty();
    std::printf("durability %s, seed %llu: %d passed, %d failed\n", flags.durability.c_str(),
                static_cast<unsigned long long>(flags.seed), is_sound ? 1 : 0, is_sound ? 0 : 1);
}

}  // namespace
}  // namespace sluice::testing

int main(int count, char** words) {
    sluice::testing::Flags flags;
    CLI::App app("Kills the server again and again while a queue is worked on, and audits it.");
    app.add_option("--sluice", flags.sluice)->required();
    app.add_option("--deliveries", flags.deliveries)->capture_default_str();
    app.add_option("--kills", flags.kills)->capture_default_str();
    app.add_option("--workers", flags.workers)->capture_default_str();
    app.add_option("--durability", flags.durability)->check(CLI::IsMember({"disk", "os"}));
    app.add_option("--seed", flags.seed)->capture_default_str();
    CLI11_PARSE(app, count, words);
    const auto findings = sluice::testing::run(flags);
    if (!findings) {
        std::printf("%s\n0 passed, 1 failed\n", findings.error().message.c_str());
        return 1;
    }
    sluice::testing::report(flags, *findings);
    return findings->faults.empty() ? 0 : 1;
}
