// Sends random commands to redis-server and to `sluice serve` and compares every reply.
//
//   differential_test --sluice PROGRAM [--commands N] [--seed S]
//
//   differential_test --check-docs FILE
//
// The last form only looks whether every row of the table of differences stands in that page.
// On a difference it shrinks the round to a short list of commands that still shows it, prints both
// replies and the seed, and ends with 1. --redis-only compares redis-server with itself, which
// proves the test: only what the table masks may differ.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "differential/comparison.hpp"
#include "differential/generator.hpp"
#include "io/random.hpp"
#include "net/client.hpp"
#include "process/servers.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t short_round = 300;
constexpr std::size_t long_round = 4000;
constexpr std::size_t long_round_one_in = 40;
constexpr std::size_t shrink_runs_max = 3000;

struct Flags {
    std::string sluice;
    std::uint64_t commands = 50'000;
    std::uint64_t seed = 1;
    bool is_redis_only = false;
    std::string docs;
};

struct Mismatch {
    std::size_t index = 0;
    std::string replies;
};

class Duel {
  public:
    Duel(Client redis, Client ours) : redis_(std::move(redis)), ours_(std::move(ours)) {}

    // Sends all commands to both, compares all replies; the first that differ, if any. What was
    // there before, keys or an open transaction, is gone first.
    Result<std::optional<Mismatch>> run(const std::vector<Words>& commands) {
        SLUICE_TRY(begin(redis_));
        SLUICE_TRY(begin(ours_));
        for (const Words& words : commands) {
            const std::vector<std::string_view> views(words.begin(), words.end());
            redis_.queue(views);
            ours_.queue(views);
        }
        SLUICE_TRY(redis_.flush());
        SLUICE_TRY(ours_.flush());
        Comparison comparison;
        std::optional<Mismatch> first;
        for (std::size_t i = 0; i < commands.size(); ++i) {
            SLUICE_TRY_ASSIGN(auto redis, redis_.read());
            SLUICE_TRY_ASSIGN(auto ours, ours_.read());
            std::string replies =
                comparison.compare(commands[i], std::move(redis), std::move(ours));
            if (!replies.empty() && !first) first = Mismatch{i, std::move(replies)};
        }
        return first;
    }

  private:
    static Result<void> begin(Client& client) {
        SLUICE_TRY(client.call({"RESET"}));
        SLUICE_TRY(client.call({"FLUSHALL"}));
        return {};
    }

    Client redis_;
    Client ours_;
};

std::string text_of(const Words& words) {
    std::string text;
    for (const std::string& word : words) {
        const bool is_plain =
            !word.empty() && word.size() < 80 &&
            std::all_of(word.begin(), word.end(), [](char c) { return c > 32 && c < 127; });
        text += (text.empty() ? "" : " ") + (is_plain ? word : sluice::quoted(word));
    }
    return text;
}

// Takes out ever smaller pieces as long as the same command still shows a difference.
std::vector<Words> shrink(Duel& duel, std::vector<Words> commands, Mismatch& mismatch) {
    std::size_t runs = 0;
    commands.resize(mismatch.index + 1);
    for (std::size_t piece = commands.size() / 2; piece > 0;) {
        bool has_shrunk = false;
        for (std::size_t at = 0; at < commands.size() && runs < shrink_runs_max; ++runs) {
            std::vector<Words> fewer = commands;
            const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(at);
            const auto size = static_cast<std::ptrdiff_t>(std::min(piece, commands.size() - at));
            fewer.erase(begin, begin + size);
            const auto still = duel.run(fewer);
            const bool shows_it = still && *still && fewer[(**still).index] == commands.back();
            if (!shows_it) {
                at += piece;
                continue;
            }
            mismatch = **still;
            fewer.resize(mismatch.index + 1);
            commands = std::move(fewer);
            has_shrunk = true;
        }
        if (!has_shrunk) piece /= 2;
    }
    return commands;
}

void report(const Flags& flags, std::uint64_t round, const std::vector<Words>& commands,
            const Mismatch& mismatch) {
    std::printf("differs: seed %llu, round %llu; %zu commands show it:\n",
                static_cast<unsigned long long>(flags.seed), static_cast<unsigned long long>(round),
                commands.size());
    for (const Words& words : commands) {
        std::printf("    %s\n", text_of(words).c_str());
    }
    std::printf("  %s\n", mismatch.replies.c_str());
}

Result<bool> fight(const Flags& flags, Duel& duel) {
    std::uint64_t sent = 0;
    for (std::uint64_t round = 0; sent < flags.commands; ++round) {
        Random seeds(flags.seed + round * 1'000'003);
        const std::size_t size = seeds.one_in(long_round_one_in) ? long_round : short_round;
        const auto commands = Generator(seeds.next()).round(size);
        SLUICE_TRY_ASSIGN(auto mismatch, duel.run(commands));
        sent += commands.size();
        if (!mismatch) continue;
        report(flags, round, shrink(duel, commands, *mismatch), *mismatch);
        return false;
    }
    std::printf("%llu commands, seed %llu: all replies agree, apart from %zu listed differences\n",
                static_cast<unsigned long long>(sent), static_cast<unsigned long long>(flags.seed),
                differences().size());
    return true;
}

Result<bool> run(const Flags& flags) {
    SLUICE_TRY_ASSIGN(const auto redis, RedisServer::start());
    SLUICE_TRY_ASSIGN(auto redis_client, Client::connect(redis.address()));
    if (flags.is_redis_only) {
        SLUICE_TRY_ASSIGN(const auto other, RedisServer::start());
        SLUICE_TRY_ASSIGN(auto client, Client::connect(other.address()));
        Duel duel(std::move(redis_client), std::move(client));
        return fight(flags, duel);
    }
    const TemporaryFolder folder("differential");
    SluiceServer::Options options;
    options.program = flags.sluice;
    options.data = folder.file("data");
    options.durability = "memory";
    SLUICE_TRY_ASSIGN(const auto ours, SluiceServer::start(options));
    SLUICE_TRY_ASSIGN(auto client, Client::connect(ours.address()));
    Duel duel(std::move(redis_client), std::move(client));
    return fight(flags, duel);
}

bool check_docs(const std::string& name) {
    std::ifstream file(name);
    const std::string page(std::istreambuf_iterator<char>(file), {});
    bool is_complete = true;
    for (const Difference& difference : differences()) {
        const std::string row =
            "| " + std::string(difference.name) + " | " + std::string(difference.reason) + " |";
        if (page.find(row) != std::string::npos) continue;
        std::printf("%s lacks the row\n%s\n", name.c_str(), row.c_str());
        is_complete = false;
    }
    return is_complete;
}

}  // namespace
}  // namespace sluice::testing

int main(int count, char** words) {
    sluice::testing::Flags flags;
    CLI::App app("Sends random commands to redis-server and to us and compares each reply.");
    auto* const task = app.add_option_group("task")->require_option(1);
    task->add_option("--sluice", flags.sluice, "the program that fights redis-server");
    task->add_flag("--redis-only", flags.is_redis_only, "two redis-servers fight");
    task->add_option("--check-docs", flags.docs, "the page that lists the differences");
    app.add_option("--commands", flags.commands)->capture_default_str();
    app.add_option("--seed", flags.seed)->capture_default_str();
    CLI11_PARSE(app, count, words);
    if (!flags.docs.empty()) return sluice::testing::check_docs(flags.docs) ? 0 : 1;
    const auto agrees = sluice::testing::run(flags);
    if (!agrees) std::fprintf(stderr, "%s\n", agrees.error().message.c_str());
    return agrees.value_or(false) ? 0 : 1;
}
