// Kills the server again and again under load and audits what is there after each restart.
//
// Ends with 0 when nothing was lost, invented, reordered, torn, or delivered again after its
// acknowledgement. One death in eight is a SIGTERM, which must end with exit code 0.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <signal.h>
#include <string>
#include <thread>

#include "crash/auditor.hpp"
#include "crash/ledger.hpp"
#include "crash/workers.hpp"
#include "io/random.hpp"
#include "process/servers.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t consumers_per_stream = 2;
constexpr std::uint64_t entries_per_life_max = 100'000;  // of all writers: audits stay short
constexpr std::uint64_t life_ms_min = 20;
constexpr std::uint64_t life_ms_max = 400;
constexpr Duration stop_wait_max = Duration::from_seconds(10);

struct Flags {
    std::string sluice;
    std::uint64_t kills = 20;
    std::uint64_t writers = 8;
    std::uint64_t seed = 1;
    std::string durability = "disk";
};

Ledger blank_ledger(std::uint64_t writers) {
    Ledger ledger;
    for (std::size_t writer = 0; writer < writers; ++writer) {
        ledger.writers.push_back({.writer = writer, .acked = {}, .complaint = {}});
    }
    for (std::size_t stream = 0; stream < stream_count; ++stream) {
        for (std::size_t i = 0; i <= consumers_per_stream; ++i) {
            ConsumerPage page;
            page.name = i == consumers_per_stream ? "claimer" : "consumer-" + std::to_string(i);
            page.stream = stream;
            ledger.consumers.push_back(page);
        }
    }
    return ledger;
}

Result<void> create_groups(const Address& server) {
    SLUICE_TRY_ASSIGN(auto client, Client::connect(server));
    for (std::size_t stream = 0; stream < stream_count; ++stream) {
        SLUICE_TRY_ASSIGN(const auto reply, client.call({"XGROUP", "CREATE", stream_name(stream),
                                                         "g", "0", "MKSTREAM"}));
        if (!reply.is_ok()) return Error{Errc::invalid, reply.text};
    }
    return {};
}

std::vector<std::jthread> start_workers(const Address& server, Ledger& ledger, Random& random) {
    std::vector<std::jthread> workers;
    const std::uint64_t entries_max = entries_per_life_max / ledger.writers.size();
    for (WriterPage& page : ledger.writers) {
        workers.emplace_back([&server, &page, entries_max, seed = random.next()] {
            write_entries(server, seed, entries_max, page);
        });
    }
    for (ConsumerPage& page : ledger.consumers) {
        const auto work = page.name == "claimer" ? claim : consume;
        workers.emplace_back(
            [&server, &page, work, seed = random.next()] { work(server, seed, page); });
    }
    workers.emplace_back([&server, &page = ledger.pair] { write_pairs(server, page); });
    return workers;
}

// Lets the workers run for a while, then ends the server while they do.
Result<void> one_life(SluiceServer& server, Ledger& ledger, Random& random) {
    const Address address = server.address();
    ledger.begin_era();
    const auto workers = start_workers(address, ledger, random);
    const auto life =
        static_cast<std::int64_t>(life_ms_min + random.below(life_ms_max - life_ms_min));
    if (server.process().wait(Duration::from_ms(life))) {
        return Error{Errc::closed, "the server ended by itself: " + server.process().errors()};
    }
    if (!random.one_in(8)) {
        server.process().kill();
        return {};
    }
    server.process().signal(SIGTERM);
    const auto code = server.process().wait(stop_wait_max);
    if (code != 0) return Error{Errc::timeout, "SIGTERM did not end with exit code 0 in time"};
    return {};
}

Result<Verdict> run(const Flags& flags) {
    const TemporaryFolder folder("crash");
    SluiceServer::Options options;
    options.program = flags.sluice;
    options.data = folder.file("data");
    options.durability = flags.durability;
    Random random(flags.seed);
    Ledger ledger = blank_ledger(flags.writers);
    Auditor auditor;
    Verdict verdict;
    SLUICE_TRY_ASSIGN(auto server, SluiceServer::start(options));
    SLUICE_TRY(create_groups(server.address()));
    for (std::uint64_t kill = 0; kill < flags.kills && verdict.faults() == 0; ++kill) {
        SLUICE_TRY(one_life(server, ledger, random));
        SLUICE_TRY_ASSIGN(server, SluiceServer::start(options));
        SLUICE_TRY_ASSIGN(auto client, Client::connect(server.address()));
        SLUICE_TRY(auditor.audit(client, ledger, verdict));
    }
    return verdict;
}

void report(const Flags& flags, const Verdict& verdict) {
    const auto print = [](const char* name, std::uint64_t count) {
        std::printf("%s %llu, ", name, static_cast<unsigned long long>(count));
    };
    print("kills", flags.kills);
    print("writers", flags.writers);
    print("acknowledged entries", verdict.acked);
    print("entries read back", verdict.entries);
    print("lost", verdict.lost);
    print("phantom", verdict.phantom);
    print("reordered", verdict.reordered);
    print("redelivered", verdict.redelivered);
    print("wrongly pending", verdict.pending_wrong);
    print("torn transactions", verdict.torn_transactions);
    print("complaints", verdict.complaints);
    print("seed", flags.seed);
    std::printf("durability %s\n", flags.durability.c_str());
    for (const std::string& example : verdict.examples) {
        std::printf("    %s\n", example.c_str());
    }
}

}  // namespace
}  // namespace sluice::testing

int main(int count, char** words) {
    sluice::testing::Flags flags;
    CLI::App app("Kills the server again and again and audits what is there.");
    app.add_option("--sluice", flags.sluice)->required();
    app.add_option("--kills", flags.kills)->capture_default_str();
    app.add_option("--writers", flags.writers)->capture_default_str();
    app.add_option("--durability", flags.durability)->check(CLI::IsMember({"disk", "os"}));
    app.add_option("--seed", flags.seed)->capture_default_str();
    CLI11_PARSE(app, count, words);
    const auto verdict = sluice::testing::run(flags);
    if (!verdict) {
        std::fprintf(stderr, "%s\n", verdict.error().message.c_str());
        return 1;
    }
    sluice::testing::report(flags, *verdict);
    return verdict->faults() == 0 && verdict->acked > 0 ? 0 : 1;
}
