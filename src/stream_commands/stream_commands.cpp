// The rows of the stream commands.

#include "stream_commands/stream_commands.hpp"

#include <vector>

#include "server/command.hpp"
#include "stream_commands/stream_handlers.hpp"

namespace sluice {

namespace {

// --- arguments that several commands share ---

constexpr ArgumentDocs condition_arguments[] = {{"keepref", "pure-token", "KEEPREF"},
                                                {"delref", "pure-token", "DELREF"},
                                                {"acked", "pure-token", "ACKED"}};
constexpr ArgumentDocs strategy_arguments[] = {{"maxlen", "pure-token", "MAXLEN"},
                                               {"minid", "pure-token", "MINID"}};
constexpr ArgumentDocs operator_arguments[] = {{"equal", "pure-token", "="},
                                               {"approximately", "pure-token", "~"}};
constexpr ArgumentDocs trim_arguments[] = {
    {"strategy", "oneof", "", false, false, strategy_arguments},
    {"operator", "oneof", "", true, false, operator_arguments},
    {"threshold", "string"},
    {"count", "integer", "LIMIT", true},
    {"condition", "oneof", "", true, false, condition_arguments}};
constexpr ArgumentDocs ids_arguments[] = {{"numids", "integer"}, {"id", "string", "", false, true}};
constexpr ArgumentDocs streams_arguments[] = {{"key", "key", "", false, true},
                                              {"id", "string", "", false, true}};

// --- arguments by command ---

constexpr ArgumentDocs key_arguments[] = {{"key", "key"}};

constexpr ArgumentDocs idmp_key_arguments[] = {{"pid", "string"}, {"iid", "string"}};
constexpr ArgumentDocs idmp_arguments[] = {
    {"pid", "string", "IDMPAUTO"},
    {"idmp-block", "block", "IDMP", false, false, idmp_key_arguments}};
constexpr ArgumentDocs id_arguments[] = {{"auto-id", "pure-token", "*"}, {"id", "string"}};
constexpr ArgumentDocs data_arguments[] = {{"field", "string"}, {"value", "string"}};
constexpr ArgumentDocs xadd_arguments[] = {
    {"key", "key"},
    {"nomkstream", "pure-token", "NOMKSTREAM", true},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"idmp", "oneof", "", true, false, idmp_arguments},
    {"trim", "block", "", true, false, trim_arguments},
    {"id-selector", "oneof", "", false, false, id_arguments},
    {"data", "block", "", false, true, data_arguments}};

constexpr ArgumentDocs xtrim_arguments[] = {{"key", "key"},
                                            {"trim", "block", "", false, false, trim_arguments}};

constexpr ArgumentDocs xrange_arguments[] = {
    {"key", "key"}, {"start", "string"}, {"end", "string"}, {"count", "integer", "COUNT", true}};
constexpr ArgumentDocs xrevrange_arguments[] = {
    {"key", "key"}, {"end", "string"}, {"start", "string"}, {"count", "integer", "COUNT", true}};

constexpr ArgumentDocs xread_arguments[] = {
    {"count", "integer", "COUNT", true},
    {"maxcount", "integer", "MAXCOUNT", true},
    {"maxsize", "integer", "MAXSIZE", true},
    {"milliseconds", "integer", "BLOCK", true},
    {"streams", "block", "STREAMS", false, false, streams_arguments}};

constexpr ArgumentDocs group_arguments[] = {{"group", "string"}, {"consumer", "string"}};
constexpr ArgumentDocs xreadgroup_arguments[] = {
    {"group-block", "block", "GROUP", false, false, group_arguments},
    {"count", "integer", "COUNT", true},
    {"maxcount", "integer", "MAXCOUNT", true},
    {"maxsize", "integer", "MAXSIZE", true},
    {"milliseconds", "integer", "BLOCK", true},
    {"min-idle-time", "integer", "CLAIM", true},
    {"noack", "pure-token", "NOACK", true},
    {"streams", "block", "STREAMS", false, false, streams_arguments}};

constexpr ArgumentDocs xack_arguments[] = {
    {"key", "key"}, {"group", "string"}, {"id", "string", "", false, true}};
constexpr ArgumentDocs mode_arguments[] = {{"silent", "pure-token", "SILENT"},
                                           {"fail", "pure-token", "FAIL"},
                                           {"fatal", "pure-token", "FATAL"}};
constexpr ArgumentDocs xnack_arguments[] = {{"key", "key"},
                                            {"group", "string"},
                                            {"mode", "oneof", "", false, false, mode_arguments},
                                            {"ids", "block", "IDS", false, false, ids_arguments},
                                            {"count", "integer", "RETRYCOUNT", true},
                                            {"force", "pure-token", "FORCE", true}};
constexpr ArgumentDocs xackdel_arguments[] = {
    {"key", "key"},
    {"group", "string"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"ids", "block", "IDS", false, false, ids_arguments}};
constexpr ArgumentDocs xdel_arguments[] = {{"key", "key"}, {"id", "string", "", false, true}};
constexpr ArgumentDocs xdelex_arguments[] = {
    {"key", "key"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"ids", "block", "IDS", false, false, ids_arguments}};

constexpr ArgumentDocs xclaim_arguments[] = {{"key", "key"},
                                             {"group", "string"},
                                             {"consumer", "string"},
                                             {"min-idle-time", "string"},
                                             {"id", "string", "", false, true},
                                             {"ms", "integer", "IDLE", true},
                                             {"unix-time-milliseconds", "unix-time", "TIME", true},
                                             {"count", "integer", "RETRYCOUNT", true},
                                             {"force", "pure-token", "FORCE", true},
                                             {"justid", "pure-token", "JUSTID", true},
                                             {"lastid", "string", "LASTID", true}};
constexpr ArgumentDocs xautoclaim_arguments[] = {{"key", "key"},
                                                 {"group", "string"},
                                                 {"consumer", "string"},
                                                 {"min-idle-time", "string"},
                                                 {"start", "string"},
                                                 {"count", "integer", "COUNT", true},
                                                 {"justid", "pure-token", "JUSTID", true}};
constexpr ArgumentDocs xpending_filters[] = {{"min-idle-time", "integer", "IDLE", true},
                                             {"start", "string"},
                                             {"end", "string"},
                                             {"count", "integer"},
                                             {"consumer", "string", "", true}};
constexpr ArgumentDocs xpending_arguments[] = {
    {"key", "key"}, {"group", "string"}, {"filters", "block", "", true, false, xpending_filters}};
constexpr ArgumentDocs xsetid_arguments[] = {{"key", "key"},
                                             {"last-id", "string"},
                                             {"entries-added", "integer", "ENTRIESADDED", true},
                                             {"max-deleted-id", "string", "MAXDELETEDID", true}};
constexpr ArgumentDocs xcfgset_arguments[] = {{"key", "key"},
                                              {"duration", "integer", "IDMP-DURATION", true},
                                              {"maxsize", "integer", "IDMP-MAXSIZE", true}};

// clang-format off
const std::vector<CommandSpec>& rows() {
    static const std::vector<CommandSpec> table = {
    {"xack", -4, flag_write | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "Acknowledges entries of a consumer group; answers how many were pending.",
     "O(1) for each id", run_xack, {}, xack_arguments},
    {"xackdel", -6, flag_write | flag_fast, 1, 1, 1, "stream", "8.2.0",
     "Acknowledges entries of a consumer group and deletes them from the stream.",
     "O(1) for each id", run_xackdel, {}, xackdel_arguments},
    {"xadd", -5, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "Appends an entry to a stream, which is created when there is none.",
     "O(1), and O(N) in the entries that are trimmed", run_xadd, {}, xadd_arguments},
    {"xautoclaim", -6, flag_write | flag_fast, 1, 1, 1, "stream", "6.2.0",
     "Gives a consumer the pending entries that have been idle for long enough.",
     "O(1) when COUNT is small", run_xautoclaim, {}, xautoclaim_arguments},
    {"xcfgset", -2, flag_write | flag_fast, 1, 1, 1, "stream", "8.6.0",
     "Sets for how long and how many idempotent ids are remembered.", "O(1)", run_xcfgset, {},
     xcfgset_arguments},
    {"xclaim", -6, flag_write | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "Gives a consumer these pending entries when they have been idle for long enough.",
     "O(log N) for each id", run_xclaim, {}, xclaim_arguments},
    {"xdel", -3, flag_write | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "Deletes entries; answers how many there were.", "O(1) for each id", run_xdel, {},
     xdel_arguments},
    {"xdelex", -5, flag_write | flag_fast, 1, 1, 1, "stream", "8.2.0",
     "Deletes entries, and says what becomes of their pending entries.", "O(1) for each id",
     run_xdelex, {}, xdelex_arguments},
    {"xgroup", -2, 0, 0, 0, 0, "stream", "5.0.0",
     "A container for consumer group commands.", "Depends on subcommand.", nullptr,
     xgroup_subcommands()},
    {"xinfo", -2, 0, 0, 0, 0, "stream", "5.0.0",
     "A container for stream introspection commands.", "Depends on subcommand.", nullptr,
     xinfo_subcommands()},
    {"xlen", 2, flag_readonly | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "How many entries a stream has.", "O(1)", run_xlen, {}, key_arguments},
    {"xnack", -7, flag_write | flag_fast, 1, 1, 1, "stream", "8.8.0",
     "Hands pending entries back to the group, to be claimed at once.", "O(1) for each id",
     run_xnack, {}, xnack_arguments},
    {"xpending", -3, flag_readonly, 1, 1, 1, "stream", "5.0.0",
     "The pending entries of a consumer group, counted or one by one.",
     "O(N) in the entries shown", run_xpending, {}, xpending_arguments},
    {"xrange", -4, flag_readonly, 1, 1, 1, "stream", "5.0.0",
     "The entries whose ids lie in an interval.", "O(N) in the entries shown", run_xrange, {},
     xrange_arguments},
    {"xread", -4, flag_readonly | flag_blocking | flag_movablekeys, 0, 0, 0, "stream", "5.0.0",
     "Entries of several streams behind the ids given; can wait for them.",
     "O(N) in the entries shown", run_xread, {}, xread_arguments},
    {"xreadgroup", -7, flag_write | flag_blocking | flag_movablekeys, 0, 0, 0, "stream", "5.0.0",
     "Delivers new entries to a consumer of a group, or shows its history; can wait.",
     "O(N) in the entries shown", run_xreadgroup, {}, xreadgroup_arguments},
    {"xrevrange", -4, flag_readonly, 1, 1, 1, "stream", "5.0.0",
     "The entries whose ids lie in an interval, the greatest first.",
     "O(N) in the entries shown", run_xrevrange, {}, xrevrange_arguments},
    {"xsetid", -3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "stream", "5.0.0",
     "Sets the last id of a stream, for replication.", "O(1)", run_xsetid, {}, xsetid_arguments},
    {"xtrim", -4, flag_write, 1, 1, 1, "stream", "5.0.0",
     "Removes entries from the beginning of a stream; answers how many.",
     "O(N) in the entries removed", run_xtrim, {}, xtrim_arguments},
    };
    return table;
}
// clang-format on

}  // namespace

CommandFamily stream_commands() {
    return rows();
}

}  // namespace sluice
