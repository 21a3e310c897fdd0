#include "cli/command_dead_replay.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <poll.h>

#include "cli/dead_letter_flags.hpp"
#include "cli/output.hpp"
#include "cli/replay_fates.hpp"
#include "cli/replay_guard.hpp"
#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "io/clock.hpp"

namespace sluice {
namespace {

constexpr const char* replay_help = R"(
What is replayed appears at the end of the stream as a new entry, and only the group that failed
sees it. Each dead letter goes in one step: it is either here or there.

--max-failure-rate follows what is replayed: it goes on only while at most 20 events are on their
way, and stops when more than this share of them failed again, which a failed attempt counts as.
It needs consumers that run; without any it gives up after a minute.

Examples:
  sluice dead replay orders 1700000000000-0
  sluice dead replay orders --signature 9a3c01d2e4f5a6b7 --dry-run
  sluice dead replay orders --all --rate 10/s --max-failure-rate 20%
  sluice dead replay orders --type order.paid --to billing-v2

Exit codes: 0 replayed, 1 refused by the server or stopped, 64 usage, 69 server not reachable.
)";

// No fate became known for so long: nobody works.
constexpr Duration patience = Duration::from_seconds(60);
constexpr Duration look_again = Duration::from_ms(100);

struct ReplayOptions {
    ServerFlags server;
    std::string stream;
    std::vector<std::string> ids;
    DeadLetterFlags filters;
    std::string to;
    std::string rate;
    std::string failures;
    std::uint64_t limit = 1'000'000;
    bool is_all = false;
    bool is_dry = false;
    bool is_json = false;
};

// "10/s" or "10"; "20%" or "0.2". Nothing for anything else.
std::optional<double> number_before(std::string text, std::string_view unit, double scale) {
    const bool has_unit = text.ends_with(unit);
    if (has_unit) text.resize(text.size() - unit.size());
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !std::isfinite(value) || value < 0) return std::nullopt;
    return has_unit ? value * scale : value;
}

class Replay {
  public:
    Replay(Client client, const ReplayOptions& options)
        : client_(std::move(client)),
          options_(options),
          rate_(number_before(options.rate, "/s", 1)),
          failures_max_(number_before(options.failures, "%", 0.01)),
          guard_(failures_max_.value_or(1)) {}

    Result<void> run() {
        SLUICE_TRY_ASSIGN(const WallTime now, server_time(client_));
        SLUICE_TRY_ASSIGN(auto filters, filter_words(options_.filters, now));
        SLUICE_TRY_ASSIGN(auto pages, DeadLetterPages::open(client_, options_.stream, filters));
        if (failures_max_ && !options_.is_dry)
            fates_.emplace(client_, options_.stream, pages.end());
        if (options_.ids.empty()) {
            SLUICE_TRY(replay_pages(pages));
        } else {
            SLUICE_TRY(replay_ids());
        }
        return finish();
    }

  private:
    Result<void> replay_ids() {
        for (const std::string& id : options_.ids) {
            SLUICE_TRY_ASSIGN(const FoundLetter found, find_letter(client_, options_.stream, id));
            SLUICE_TRY(replay(found));
        }
        return {};
    }

    Result<void> replay_pages(DeadLetterPages& pages) {
        while (guard_.replayed_count() < options_.limit && !is_interrupted()) {
            SLUICE_TRY_ASSIGN(const auto letters,
                              pages.next(options_.limit - guard_.replayed_count()));
            if (letters.empty()) break;
            for (const FoundLetter& found : letters) {
                if (is_interrupted()) break;
                SLUICE_TRY(replay(found));
            }
        }
        return {};
    }

    Result<void> replay(const FoundLetter& found) {
        SLUICE_TRY(wait_for_turn());
        std::vector<std::string> words = {"SLUICE.DLQ", "REPLAY", options_.stream};
        if (!options_.to.empty()) words.insert(words.end(), {"TO", options_.to});
        if (options_.is_dry) words.emplace_back("DRYRUN");
        words.push_back(found.id);
        SLUICE_TRY_ASSIGN(const Reply reply, ask_words(client_, words));
        guard_.replayed();
        const bool is_new = !reply.elements.empty() && reply.elements[0].elements.size() == 2 &&
                            reply.elements[0].elements[1].is_text();
        const std::string id = is_new ? reply.elements[0].elements[1].text : std::string();
        const bool is_named = !options_.to.empty() && options_.to != "ALL";
        const std::string& group = is_named ? options_.to : found.letter.group;
        const auto parsed = EntryId::parse(id, 0);
        if (fates_ && parsed) fates_->add(group, *parsed);
        return print(found, id, group);
    }

    Result<void> print(const FoundLetter& found, const std::string& id,
                       const std::string& group) const {
        if (options_.is_json) {
            std::printf("{\"dead_letter\":%s,\"id\":%s,\"group\":%s}\n",
                        json_text(found.id).c_str(), id.empty() ? "null" : json_text(id).c_str(),
                        json_text(group).c_str());
        } else {
            std::printf("%s -> %s for %s\n", shown(found.id).c_str(),
                        id.empty() ? "(dry run)" : shown(id).c_str(),
                        options_.to == "ALL" ? "all groups" : shown(group).c_str());
        }
        return flush_output();
    }

    // For the rate, and for the fates of those before.
    Result<void> wait_for_turn() {
        if (options_.is_dry) return {};
        const MonoTime now = clock_.mono();
        if (rate_) {
            if (next_due_ > now) pause((next_due_ - now).ms() + 1);
            const auto gap = Duration{static_cast<std::int64_t>(1e6 / *rate_)};
            next_due_ = std::max(next_due_, now) + gap;
        }
        if (!fates_) return {};
        const bool is_full = guard_.verdict() != ReplayGuard::Verdict::go_on;
        if (is_full || now > asked_ + look_again) SLUICE_TRY(ask_for_fates());
        const MonoTime end = clock_.mono() + patience;
        while (guard_.verdict() == ReplayGuard::Verdict::wait && !is_interrupted()) {
            if (clock_.mono() > end) {
                return Error{Errc::invalid,
                             "stopped: nothing that was replayed was worked on for "
                             "a minute; are consumers running?"};
            }
            pause(look_again.ms());
            SLUICE_TRY(ask_for_fates());
        }
        if (guard_.verdict() != ReplayGuard::Verdict::stop) return {};
        return Error{Errc::invalid, "stopped: " + counts()};
    }

    // An attempt that failed counts, although its retry may succeed: the cause is still there.
    Result<void> ask_for_fates() {
        if (!fates_ || fates_->size() == 0) return {};
        asked_ = clock_.mono();
        SLUICE_TRY_ASSIGN(const auto known, fates_->ask_now());
        for (std::uint64_t i = 0; i < known.failed; ++i)
            guard_.ended(true);
        for (std::uint64_t i = 0; i < known.succeeded; ++i)
            guard_.ended(false);
        return {};
    }

    Result<void> finish() {
        if (guard_.replayed_count() == 0) std::fprintf(stderr, "sluice: no dead letter matches\n");
        if (fates_) {
            SLUICE_TRY(ask_for_fates());
            std::fprintf(stderr, "sluice: %s\n", counts().c_str());
        }
        return {};
    }

    std::string counts() const {
        return shown_count(guard_.failed_count()) + " of " + shown_count(guard_.known_count()) +
               " failed again; " + shown_count(guard_.replayed_count()) + " replayed, " +
               shown_count(fates_ ? fates_->size() : 0) + " still on their way";
    }

    static void pause(std::int64_t ms) { ::poll(nullptr, 0, static_cast<int>(ms)); }

    Client client_;
    const ReplayOptions& options_;
    std::optional<double> rate_;
    std::optional<double> failures_max_;
    ReplayGuard guard_;
    std::optional<ReplayFates> fates_;  // where a failure rate is watched
    MonoTime asked_;                    // for fates
    SystemClock clock_;
    MonoTime next_due_;
};

std::string contradiction(const ReplayOptions& options) {
    const bool is_filtered = options.is_all || !options.filters.empty();
    if (!options.ids.empty() && is_filtered) return "give ids, or filters, not both";
    if (options.ids.empty() && !is_filtered) return "which? give ids, filters, or --all";
    const auto rate = number_before(options.rate, "/s", 1);
    if (!options.rate.empty() && (!rate || *rate < 0.01 || *rate > 100'000)) {
        return "--rate: a number from 0.01 to 100000, such as 10/s";
    }
    const auto failures = number_before(options.failures, "%", 0.01);
    if (!options.failures.empty() && (!failures || *failures > 1)) {
        return "--max-failure-rate: 0% to 100%, such as 20%";
    }
    return {};
}

ExitCode run_replay(const ReplayOptions& options) {
    if (const std::string sentence = contradiction(options); !sentence.empty()) {
        return fail(ExitCode::usage, sentence);
    }
    is_interrupted();
    auto client = connect_to_server(options.server);
    if (!client) return end_with(client.error());
    const auto replayed = Replay(std::move(*client), options).run();
    return replayed ? ExitCode::done : end_with(replayed.error());
}

}  // namespace

void add_dead_replay(CLI::App& dead, Plan& plan) {
    auto options = std::make_shared<ReplayOptions>();
    auto* command = dead.add_subcommand("replay", "Give them back to the group that failed");
    command->add_option("stream", options->stream, "name of the stream")->required();
    command->add_option("id", options->ids, "ids of dead letters");
    command->add_flag("--all", options->is_all, "all that are there now");
    command->add_option("--limit", options->limit, "at most so many")->capture_default_str();
    command->add_flag("--dry-run", options->is_dry, "say what would go, and for whom");
    command->add_option("--rate", options->rate, "so many a second: 10/s");
    command->add_option("--max-failure-rate", options->failures,
                        "stop when more of them fail again: 20%");
    command->add_option("--to", options->to, "for this group instead, or ALL");
    add_filter_flags(*command, options->filters);
    add_json_flag(*command, options->is_json);
    add_server_flags(*command, options->server);
    command->footer(replay_help);
    command->callback(
        [&plan, options] { plan.action = [options] { return run_replay(*options); }; });
}

}  // namespace sluice
