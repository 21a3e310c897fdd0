#include "cli/health_checks.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <sys/statvfs.h>

#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"
#include "cli/terminal.hpp"
#include "io/clock.hpp"

namespace sluice {
namespace {

constexpr std::size_t pings = 25;
constexpr Duration slow_ping = Duration::from_ms(20);
constexpr Duration clock_skew_max = Duration::from_seconds(2);
constexpr Duration pending_age_max = Duration::from_seconds(3600);
constexpr std::uint64_t unread_lag_max = 100'000;
constexpr Duration holding_max = Duration::from_seconds(300);
constexpr std::uint64_t disk_free_least = 1ULL << 30;
constexpr std::size_t streams_examined = 200;  // each costs a few questions

// INFO's lines "name:value", and CONFIG GET's pairs.
using Facts = std::map<std::string, std::string, std::less<>>;

Facts parse_info(std::string_view text) {
    Facts facts;
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 2);
        const std::size_t colon = line.find(':');
        if (colon == line.npos || line.starts_with('#')) continue;
        facts.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
    return facts;
}

std::string fact(const Facts& facts, std::string_view name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string() : found->second;
}

std::uint64_t number(const Facts& facts, std::string_view name) {
    return std::strtoull(fact(facts, name).c_str(), nullptr, 10);
}

class Examination {
  public:
    explicit Examination(Client& client) : client_(client) {}

    Result<std::vector<Finding>> run() {
        SLUICE_TRY(gather());
        SLUICE_TRY(look_at_connection());
        look_at_version();
        look_at_durability();
        look_at_journal();
        look_at_disk();
        look_at_memory();
        look_at_doors();
        look_at_clients();
        SLUICE_TRY(look_at_clock());
        SLUICE_TRY(look_at_streams());
        return std::move(findings_);
    }

  private:
    void tell(HealthLevel level, std::string subject, std::string text, std::string remedy = {}) {
        findings_.push_back({level, std::move(subject), std::move(text), std::move(remedy)});
    }
    void fine(std::string subject, std::string text) {
        tell(HealthLevel::fine, std::move(subject), std::move(text));
    }
    bool is_sluice() const { return facts_.contains("sluice_version"); }

    Result<void> gather() {
        SLUICE_TRY_ASSIGN(const Reply info, ask(client_, {"INFO"}));
        facts_ = parse_info(info.text);
        SLUICE_TRY_ASSIGN(const Reply config, client_.call({"CONFIG", "GET", "*"}));
        for (std::size_t i = 0; i + 1 < config.elements.size(); i += 2) {
            config_.emplace(config.elements[i].text, config.elements[i + 1].text);
        }
        return {};
    }

    Result<void> look_at_connection() {
        std::array<std::int64_t, pings> times{};
        SystemClock clock;
        for (std::int64_t& time : times) {
            const MonoTime before = clock.mono();
            SLUICE_TRY(ask(client_, {"PING"}));
            time = (clock.mono() - before).microseconds;
        }
        std::ranges::sort(times);
        const Duration median{times[pings / 2]};
        const std::string text =
            client_.address().text() + " answers in " + std::to_string(median.microseconds) + " us";
        if (median > slow_ping) {
            tell(HealthLevel::warning, "connection", text,
                 "the machine is busy or far away; look at its load and at the network between");
        } else {
            fine("connection", text);
        }
        return {};
    }

    void look_at_version() {
        const std::string uptime = shown_duration(
            Duration::from_seconds(static_cast<std::int64_t>(number(facts_, "uptime_in_seconds"))));
        if (is_sluice()) {
            return fine("server",
                        "Sluice " + fact(facts_, "sluice_version") + ", up for " + uptime);
        }
        tell(HealthLevel::note, "server",
             "not Sluice but Redis " + fact(facts_, "redis_version") + ", up for " + uptime,
             "what is promised about durability is Redis's own; start Sluice with: sluice serve");
    }

    // Sluice says its level; of Redis it follows from two settings.
    std::string durability() const {
        if (is_sluice()) return fact(facts_, "sluice_durability");
        if (fact(config_, "appendonly") != "yes") return "memory";
        return fact(config_, "appendfsync") == "always" ? "disk" : "os";
    }

    void look_at_durability() {
        const std::string level = durability();
        if (level == "disk") {
            return fine("durability", "disk: what was acknowledged survives a power cut");
        }
        if (level == "os") {
            return tell(HealthLevel::note, "durability",
                        "os: survives a crash of the server; a power cut may take the last moments",
                        "sluice serve --durability disk");
        }
        tell(HealthLevel::warning, "durability", "memory: a crash loses what was acknowledged",
             "sluice serve --durability disk");
    }

    void look_at_journal() {
        if (!is_sluice()) return;
        if (fact(facts_, "sluice_poisoned") == "1") {
            return tell(HealthLevel::broken, "journal",
                        "a sync failed, so the server refuses every write",
                        "look for the disk's error in the system log, mend it, start the server "
                        "again");
        }
        if (number(facts_, "sluice_damaged_ranges") > 0) {
            return tell(HealthLevel::broken, "journal",
                        fact(facts_, "sluice_damaged_ranges") + " damaged ranges were found",
                        "stop the server and read what `sluice check DIR` says about them");
        }
        fine("journal", shown_bytes(number(facts_, "aof_current_size")) + " in " +
                            fact(facts_, "sluice_segments") + " segments, no damage known");
    }

    // Only this machine's disks can be asked.
    void look_at_disk() {
        const std::string folder = fact(config_, "dir");
        if (fact(facts_, "sluice_disk_full") == "1") {
            return tell(HealthLevel::broken, "disk", "full: publishes are refused, reads go on",
                        "free space on the disk, or trim streams: XTRIM STREAM MAXLEN n");
        }
        struct statvfs disk{};
        if (folder.empty() || !client_.address().is_loopback() ||
            ::statvfs(folder.c_str(), &disk) != 0) {
            return;
        }
        const std::uint64_t free = disk.f_bavail * disk.f_frsize;
        const std::uint64_t total = disk.f_blocks * disk.f_frsize;
        const std::string text =
            shown_bytes(free) + " of " + shown_bytes(total) + " free at " + shown(folder);
        if (free < disk_free_least || free < total / 20) {
            return tell(HealthLevel::warning, "disk", text,
                        "free space, or move the data folder: sluice serve --data DIR");
        }
        fine("disk", text);
    }

    void look_at_memory() {
        const std::uint64_t used = number(facts_, "used_memory_rss");
        const std::uint64_t total = number(facts_, "total_system_memory");
        if (used == 0 || total == 0) return;
        const std::string text = shown_bytes(used) + " of " + shown_bytes(total);
        if (used > total / 10 * 8) {
            return tell(HealthLevel::warning, "memory", text,
                        "trim streams that nobody reads, or lower tail_cache_bytes");
        }
        fine("memory", text);
    }

    void look_at_doors() {
        if (!config_.contains("requirepass")) return;
        const bool has_password = !fact(config_, "requirepass").empty();
        const bool is_local = client_.address().is_unix() || client_.address().is_loopback();
        if (has_password) return fine("access", "a password is needed");
        if (!is_local) {
            return tell(HealthLevel::broken, "access",
                        "no password, and reachable from other machines",
                        "set SLUICE_PASSWORD for the server, or listen on 127.0.0.1 only");
        }
        tell(HealthLevel::note, "access", "no password; everybody on this machine may come in",
             "set SLUICE_PASSWORD where that is too much");
    }

    void look_at_clients() {
        const std::uint64_t connected = number(facts_, "connected_clients");
        const std::uint64_t most =
            std::max(number(facts_, "maxclients"), number(config_, "maxclients"));
        if (most == 0) return;
        const std::string text = shown_count(connected) + " of at most " + shown_count(most);
        if (connected > most / 10 * 8) {
            return tell(HealthLevel::warning, "clients", text,
                        "raise clients_max, or find who does not close: redis-cli CLIENT LIST");
        }
        fine("clients", text);
    }

    Result<void> look_at_clock() {
        SLUICE_TRY_ASSIGN(now_, server_time(client_));
        const WallTime own = SystemClock().wall();
        const Duration skew = own > now_ ? own - now_ : now_ - own;
        if (skew > clock_skew_max) {
            tell(HealthLevel::warning, "clock",
                 "the server's clock and this one differ by " + shown_duration(skew),
                 "set both by NTP; ids and ages of entries come from the server's");
        }
        return {};
    }

    Result<void> look_at_streams() {
        SLUICE_TRY_ASSIGN(const StreamNames streams, find_streams(client_, "*"));
        const std::size_t count = std::min(streams.names.size(), streams_examined);
        const std::size_t before = findings_.size();
        for (std::size_t i = 0; i < count; ++i) {
            auto groups = survey_groups(client_, streams.names[i], now_);
            if (!groups) continue;  // it went away meanwhile
            for (const GroupSummary& group : *groups) {
                look_at_group(streams.names[i], group);
            }
            if (is_sluice()) SLUICE_TRY(look_at_retention(streams.names[i]));
        }
        if (findings_.size() > before) return {};
        const std::uint64_t all = streams.names.size() + streams.left_out;
        fine("streams",
             shown_count(all) + (all == 1 ? " stream" : " streams") + ", every group keeps up");
        return {};
    }

    void look_at_group(const std::string& stream, const GroupSummary& group) {
        const std::string subject = "group " + shown(group.name) + " of " + shown(stream);
        if (group.oldest_pending_age && *group.oldest_pending_age > pending_age_max) {
            tell(HealthLevel::warning, subject,
                 shown_count(group.pending) + " pending, the oldest added " +
                     shown_duration(*group.oldest_pending_age) + " ago",
                 "a consumer died or fails on them: sluice groups " + shown(stream) +
                     "; take them over with XAUTOCLAIM");
        }
        if (group.lag.value_or(0) > unread_lag_max) {
            tell(HealthLevel::warning, subject, shown_count(*group.lag) + " entries behind",
                 group.consumers == 0 ? "nobody reads it: start its consumers, or remove it"
                                      : "add consumers, or make them faster");
        }
    }

    // A stream at its hard limit refuses publishers; before that, whoever holds it back is the
    // cause.
    Result<void> look_at_retention(const std::string& stream) {
        SLUICE_TRY_ASSIGN(const auto retention, survey_retention(client_, stream));
        if (!retention || !retention->is_set) return {};
        const std::string group = shown(retention->held_by);
        const bool is_full =
            retention->length_hard > 0 && retention->length >= retention->length_hard;
        if (!group.empty() && (is_full || retention->held > holding_max)) {
            tell(is_full ? HealthLevel::broken : HealthLevel::warning, "stream " + shown(stream),
                 std::string(is_full ? "full: publishers hear BUSY; " : "above its limits; ") +
                     "group " + group + " has held it back at " + retention->held_at + " for " +
                     shown_duration(retention->held),
                 "start the consumers of " + group +
                     "; if nobody misses its events: sluice group set " + shown(stream) + " " +
                     group + " --protect no");
        }
        look_at_warning(stream, *retention);
        if (retention->lost > 0) {
            tell(HealthLevel::note, "stream " + shown(stream),
                 shown_count(retention->lost) + " events went that a group had not settled",
                 "the events stream.truncated in it say which and by whom; sluice groups " +
                     shown(stream) + " says who missed them");
        }
        return {};
    }

    void look_at_warning(const std::string& stream, const RetentionSummary& retention) {
        if (retention.warning.empty()) return;
        tell(HealthLevel::warning, "stream " + shown(stream),
             "warns of " + retention.warning + "; " + std::to_string(retention.fill_percent) +
                 " percent of its limit are used",
             "its groups fall behind: sluice groups " + shown(stream) + ", sluice stream show " +
                 shown(stream));
    }

    Client& client_;
    Facts facts_;
    Facts config_;
    WallTime now_{};
    std::vector<Finding> findings_;
};

}  // namespace

std::string_view name_of(HealthLevel level) {
    switch (level) {
        case HealthLevel::fine:
            return "fine";
        case HealthLevel::note:
            return "note";
        case HealthLevel::warning:
            return "warning";
        case HealthLevel::broken:
            break;
    }
    return "broken";
}

Result<std::vector<Finding>> examine(Client& client) {
    return Examination(client).run();
}

}  // namespace sluice
