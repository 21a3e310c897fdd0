// What a server tells about its streams and groups, gathered for tables and checks.
//
// Why        commands of Redis say most of it, so it works on any server that speaks them; what
//            only Sluice knows is asked of Sluice and missing elsewhere
// Limits     streams_max keys are looked at; what lies beyond is counted, not shown
// Errors     those of the client; a stream that goes away while it is looked at is left out
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/time.hpp"
#include "net/client.hpp"

namespace sluice {

struct ConsumerSummary {
    std::string name;
    std::uint64_t pending = 0;
    Duration idle;  // since it last asked
};

struct GroupSummary {
    std::string name;
    std::uint64_t pending = 0;
    std::uint64_t consumers = 0;
    std::string last_delivered_id;
    std::optional<std::uint64_t> lag;            // entries that were not delivered yet
    std::optional<Duration> oldest_pending_age;  // since the oldest unacknowledged entry was added
    // Of Sluice only.
    std::optional<std::uint64_t> missed;  // entries that went although the group needed them
    Duration holding;                     // since it keeps the stream above its limits
};

// What a stream keeps by its settings, of Sluice only.
struct RetentionSummary {
    bool is_set = false;
    std::uint64_t length_max = 0;  // 0 here and below: no such limit
    std::uint64_t bytes_max = 0;
    Duration age_max;
    std::uint64_t length_hard = 0;
    std::uint64_t bytes_hard = 0;
    bool protects = false;
    std::uint64_t length = 0;
    std::uint64_t fill_percent = 0;
    std::string warning;
    std::uint64_t lost = 0;
    std::string held_by;
    std::string held_at;
    Duration held;
};

struct StreamSummary {
    std::string name;
    std::uint64_t length = 0;
    std::optional<std::uint64_t> bytes;
    std::uint64_t groups = 0;
    std::uint64_t entries_added = 0;
    std::string first_id;
    std::string last_id;
    std::optional<Duration> age;  // of the newest entry
    double rate_per_second = 0;   // over the newest entries
};

struct StreamNames {
    std::vector<std::string> names;  // sorted
    std::uint64_t left_out = 0;
};

inline constexpr std::size_t streams_max = 10'000;

Result<WallTime> server_time(Client& client);
Result<StreamNames> find_streams(Client& client, std::string_view pattern);
// Nothing when there is no such stream any more.
Result<std::optional<StreamSummary>> survey_stream(Client& client, std::string_view name,
                                                   WallTime now);
Result<std::vector<GroupSummary>> survey_groups(Client& client, std::string_view stream,
                                                WallTime now);
// Nothing when the server is not Sluice, or the stream is gone.
Result<std::optional<RetentionSummary>> survey_retention(Client& client, std::string_view stream);
Result<std::vector<ConsumerSummary>> survey_consumers(Client& client, std::string_view stream,
                                                      std::string_view group);

}  // namespace sluice
