// The rows of the commands about work.

#include "work_commands/work_commands.hpp"

#include "work_commands/dispatch.hpp"
#include "work_commands/work_handlers.hpp"

namespace sluice {

namespace {

// --- arguments ---

constexpr ArgumentDocs lease_pair[] = {{"id", "string"}, {"epoch", "integer"}};
constexpr ArgumentDocs consumer_pair[] = {{"group", "string"}, {"consumer", "string"}};
constexpr ArgumentDocs lease_streams[] = {{"key", "key", "STREAMS", false, true},
                                          {"pattern", "pattern", "PATTERN"}};
constexpr ArgumentDocs lease_arguments[] = {
    {"group-block", "block", "GROUP", false, false, consumer_pair},
    {"count", "integer", "COUNT", true},
    {"lease-ms", "integer", "LEASE", true},
    {"milliseconds", "integer", "BLOCK", true},
    {"streams", "oneof", "", false, false, lease_streams}};
constexpr ArgumentDocs settle_arguments[] = {
    {"key", "key"}, {"group", "string"}, {"lease", "block", "", false, true, lease_pair}};
constexpr ArgumentDocs extend_arguments[] = {{"key", "key"},
                                             {"group", "string"},
                                             {"lease-ms", "integer"},
                                             {"lease", "block", "", false, true, lease_pair}};
constexpr ArgumentDocs fail_arguments[] = {{"key", "key"},
                                           {"group", "string"},
                                           {"id", "string"},
                                           {"epoch", "integer"},
                                           {"delay-ms", "integer", "DELAY", true},
                                           {"permanent", "pure-token", "PERMANENT", true},
                                           {"error", "string", "ERROR", true}};
constexpr ArgumentDocs dead_arguments[] = {{"key", "key"},
                                           {"group", "string"},
                                           {"id", "string"},
                                           {"epoch", "integer"},
                                           {"reason", "string", "REASON", true},
                                           {"error", "string", "ERROR", true}};
constexpr ArgumentDocs withhold_arguments[] = {
    {"key", "key"}, {"group", "string"}, {"partition-key", "string"}, {"milliseconds", "integer"}};
constexpr ArgumentDocs yes_or_no[] = {{"yes", "pure-token", "YES"}, {"no", "pure-token", "NO"}};
constexpr ArgumentDocs settings_arguments[] = {
    {"key", "key"},
    {"group", "string"},
    {"policy", "string", "RETRY", true},
    {"lease-ms", "integer", "LEASE", true},
    {"in-flight", "integer", "INFLIGHT", true},
    {"of-one", "integer", "CONSUMERINFLIGHT", true},
    {"protect", "oneof", "PROTECT", true, false, yes_or_no}};
constexpr ArgumentDocs create_arguments[] = {
    {"key", "key"},
    {"group", "string"},
    {"start", "string", "START", true},
    {"policy", "string", "RETRY", true},
    {"lease-ms", "integer", "LEASE", true},
    {"in-flight", "integer", "INFLIGHT", true},
    {"of-one", "integer", "CONSUMERINFLIGHT", true},
    {"protect", "oneof", "PROTECT", true, false, yes_or_no}};
constexpr ArgumentDocs group_arguments[] = {{"key", "key"}, {"group", "string"}};
constexpr ArgumentDocs parked_arguments[] = {{"key", "key"},
                                             {"group", "string"},
                                             {"after", "string", "AFTER", true},
                                             {"count", "integer", "COUNT", true}};
constexpr ArgumentDocs why_arguments[] = {{"key", "key"}, {"group", "string"}, {"id", "string"}};
constexpr ArgumentDocs filter_arguments[] = {{"key", "key"},
                                             {"group", "string", "GROUP", true},
                                             {"reason", "string", "REASON", true},
                                             {"signature", "string", "SIGNATURE", true},
                                             {"type", "string", "TYPE", true},
                                             {"agent", "string", "AGENT", true},
                                             {"since", "unix-time", "SINCE", true},
                                             {"until", "unix-time", "UNTIL", true},
                                             {"text", "string", "TEXT", true},
                                             {"after", "string", "AFTER", true},
                                             {"count", "integer", "COUNT", true}};
constexpr ArgumentDocs replay_arguments[] = {{"key", "key"},
                                             {"group", "string", "TO", true},
                                             {"dryrun", "pure-token", "DRYRUN", true},
                                             {"matching", "pure-token", "MATCHING", true},
                                             {"limit", "integer", "LIMIT", true},
                                             {"id", "string", "", true, true}};
constexpr ArgumentDocs field_pair[] = {{"field", "string"}, {"value", "string"}};
constexpr ArgumentDocs edit_arguments[] = {
    {"key", "key"}, {"id", "string"}, {"data", "block", "", false, true, field_pair}};
constexpr ArgumentDocs purge_arguments[] = {{"key", "key"},
                                            {"why", "string", "BECAUSE"},
                                            {"matching", "pure-token", "MATCHING", true},
                                            {"limit", "integer", "LIMIT", true},
                                            {"id", "string", "", true, true}};

// clang-format off
constexpr CommandSpec group_rows[] = {
    {"sluice.group|create", -4, flag_write | flag_denyoom, 2, 2, 1, "work", "0.1.0",
     "Creates a group of workers, and the stream when there is none.", "O(1)",
     run_work_group_create, {}, create_arguments},
    {"sluice.group|set", -6, flag_write | flag_denyoom, 2, 2, 1, "work", "0.1.0",
     "Sets how a group retries, leases and limits.", "O(1)", run_work_group_set, {},
     settings_arguments},
    {"sluice.group|show", 4, flag_readonly, 2, 2, 1, "work", "0.1.0",
     "The settings of a group and what its entries wait for.", "O(1)", run_work_group_show, {},
     group_arguments},
};

constexpr CommandSpec dead_letter_rows[] = {
    {"sluice.dlq|edit", -6, flag_write | flag_denyoom, 2, 2, 1, "work", "0.1.0",
     "Changes fields of a dead letter before it is replayed.", "O(N) in the fields",
     run_dead_letters_edit, {}, edit_arguments},
    {"sluice.dlq|list", -3, flag_readonly, 2, 2, 1, "work", "0.1.0",
     "The dead letters of a stream, oldest first.", "O(N) in the dead letters looked at",
     run_dead_letters_list, {}, filter_arguments},
    {"sluice.dlq|purge", -6, flag_write, 2, 2, 1, "work", "0.1.0",
     "Deletes dead letters for good.", "O(N) in the dead letters looked at",
     run_dead_letters_purge, {}, purge_arguments},
    {"sluice.dlq|replay", -4, flag_write | flag_denyoom, 2, 2, 1, "work", "0.1.0",
     "Puts dead letters back into their stream, for the group that failed.",
     "O(N) in the dead letters looked at", run_dead_letters_replay, {}, replay_arguments},
    {"sluice.dlq|summary", -3, flag_readonly, 2, 2, 1, "work", "0.1.0",
     "The dead letters of a stream counted by the shape of their errors.",
     "O(N) in the dead letters looked at", run_dead_letters_summary, {}, filter_arguments},
};

constexpr CommandSpec rows[] = {
    {"sluice.ack", -5, flag_write | flag_fast, 1, 1, 1, "work", "0.1.0",
     "Settles leased entries: they are done.", "O(log N) for each id", run_ack, {},
     settle_arguments},
    {"sluice.dead", -5, flag_write, 1, 1, 1, "work", "0.1.0",
     "Moves a leased entry to the dead letters.", "O(log N)", run_dead, {}, dead_arguments},
    {"sluice.dlq", -2, 0, 0, 0, 0, "work", "0.1.0",
     "A container for commands about dead letters.", "Depends on subcommand.", nullptr,
     dead_letter_rows},
    {"sluice.extend", -6, flag_write | flag_fast, 1, 1, 1, "work", "0.1.0",
     "Makes leases last longer.", "O(log N) for each id", run_extend, {}, extend_arguments},
    {"sluice.fail", -5, flag_write, 1, 1, 1, "work", "0.1.0",
     "Reports that a leased entry failed: it is parked for a retry, or dead.", "O(log N)",
     run_fail, {}, fail_arguments},
    {"sluice.group", -2, 0, 0, 0, 0, "work", "0.1.0",
     "A container for commands about groups of workers.", "Depends on subcommand.", nullptr,
     group_rows},
    {"sluice.lease", -6, flag_write | flag_blocking | flag_movablekeys, 0, 0, 0, "work", "0.1.0",
     "Leases entries to a consumer; can wait for them.", "O(log N) for each entry", run_lease, {},
     lease_arguments},
    {"sluice.parked", -3, flag_readonly, 1, 1, 1, "work", "0.1.0",
     "The entries of a group that wait for their time.", "O(N) in the entries in work", run_parked,
     {}, parked_arguments},
    {"sluice.release", -5, flag_write | flag_fast, 1, 1, 1, "work", "0.1.0",
     "Hands leased entries back; that is no failure.", "O(log N) for each id", run_release, {},
     settle_arguments},
    {"sluice.why", 4, flag_readonly, 1, 1, 1, "work", "0.1.0",
     "What an entry of a group is waiting for.", "O(log N), O(N) in the dead letters", run_why, {},
     why_arguments},
    {"sluice.withhold", 5, flag_write | flag_fast, 1, 1, 1, "work", "0.1.0",
     "Keeps entries with this partition key from all workers for a while.", "O(log N)",
     run_withhold, {}, withhold_arguments},
};
// clang-format on

}  // namespace

CommandFamily work_commands() {
    return rows;
}

std::unique_ptr<Resident> make_dispatch(TenantSettingsOf settings_of) {
    return std::make_unique<Dispatch>(std::move(settings_of));
}

}  // namespace sluice
