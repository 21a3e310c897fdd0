// The rows of the commands about what a stream keeps.

#include "retention_commands/retention_commands.hpp"

#include "retention_commands/retention_handlers.hpp"
#include "retention_commands/retention_work.hpp"

namespace sluice {

namespace {

constexpr ArgumentDocs yes_or_no[] = {{"yes", "pure-token", "YES"}, {"no", "pure-token", "NO"}};
constexpr ArgumentDocs set_arguments[] = {{"key", "key"},
                                          {"entries", "integer", "MAXLEN", true},
                                          {"bytes", "integer", "MAXBYTES", true},
                                          {"age-ms", "integer", "MAXAGE", true},
                                          {"hard-entries", "integer", "HARDLEN", true},
                                          {"hard-bytes", "integer", "HARDBYTES", true},
                                          {"protect", "oneof", "PROTECT", true, false, yes_or_no},
                                          {"percent", "integer", "WARN", true},
                                          {"pending", "integer", "WARNPENDING", true}};
constexpr ArgumentDocs key_arguments[] = {{"key", "key"}};
constexpr ArgumentDocs read_arguments[] = {{"key", "key"},
                                           {"after", "string", "AFTER"},
                                           {"count", "integer", "COUNT", true},
                                           {"milliseconds", "integer", "BLOCK", true}};

// clang-format off
constexpr CommandSpec stream_rows[] = {
    {"sluice.stream|set", -5, flag_write | flag_denyoom, 2, 2, 1, "stream", "0.1.0",
     "Sets how much a stream keeps and from where on it takes no more.",
     "O(1), and O(N) in the entries that go at once", run_stream_set, {}, set_arguments},
    {"sluice.stream|show", 3, flag_readonly, 2, 2, 1, "stream", "0.1.0",
     "What a stream keeps, how full it is, and which group holds it back.",
     "O(N) in the groups", run_stream_show, {}, key_arguments},
    {"sluice.stream|unset", 3, flag_write, 2, 2, 1, "stream", "0.1.0",
     "Lets a stream keep everything again, as Redis does.", "O(1)", run_stream_unset, {},
     key_arguments},
};

constexpr CommandSpec rows[] = {
    {"sluice.read", -4, flag_readonly | flag_blocking, 1, 1, 1, "stream", "0.1.0",
     "Entries behind an id, and how many behind it are gone; can wait.",
     "O(N) in the entries shown", run_gap_read, {}, read_arguments},
    {"sluice.stream", -2, 0, 0, 0, 0, "stream", "0.1.0",
     "A container for commands about what a stream keeps.", "Depends on subcommand.", nullptr,
     stream_rows},
};
// clang-format on

}  // namespace

CommandFamily retention_commands() {
    return rows;
}

std::unique_ptr<Resident> make_retention_work() {
    return std::make_unique<RetentionWork>();
}

}  // namespace sluice
