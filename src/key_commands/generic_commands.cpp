// The rows of the commands of keys of any type.

#include "key_commands/generic_handlers.hpp"
#include "key_commands/key_commands.hpp"
#include "server/command.hpp"

namespace sluice {

namespace {

constexpr ArgumentDocs keys_only_arguments[] = {{"key", "key", "", false, true}};

constexpr ArgumentDocs key_only_arguments[] = {{"key", "key"}};

constexpr ArgumentDocs rename_arguments[] = {{"key", "key"}, {"newkey", "key"}};

constexpr ArgumentDocs copy_arguments[] = {{"source", "key"},
                                           {"destination", "key"},
                                           {"destination-db", "integer", "DB", true},
                                           {"replace", "pure-token", "REPLACE", true}};

constexpr ArgumentDocs move_arguments[] = {{"key", "key"}, {"db", "integer"}};

constexpr ArgumentDocs keys_arguments[] = {{"pattern", "pattern"}};

constexpr ArgumentDocs scan_arguments[] = {{"cursor", "integer"},
                                           {"pattern", "pattern", "MATCH", true},
                                           {"count", "integer", "COUNT", true},
                                           {"type", "string", "TYPE", true}};

constexpr ArgumentDocs condition_arguments[] = {{"nx", "pure-token", "NX"},
                                                {"xx", "pure-token", "XX"},
                                                {"gt", "pure-token", "GT"},
                                                {"lt", "pure-token", "LT"}};

constexpr ArgumentDocs expire_arguments[] = {
    {"key", "key"},
    {"seconds", "integer"},
    {"condition", "oneof", "", true, false, condition_arguments}};

constexpr ArgumentDocs pexpire_arguments[] = {
    {"key", "key"},
    {"milliseconds", "integer"},
    {"condition", "oneof", "", true, false, condition_arguments}};

constexpr ArgumentDocs expireat_arguments[] = {
    {"key", "key"},
    {"unix-time-seconds", "unix-time"},
    {"condition", "oneof", "", true, false, condition_arguments}};

constexpr ArgumentDocs pexpireat_arguments[] = {
    {"key", "key"},
    {"unix-time-milliseconds", "unix-time"},
    {"condition", "oneof", "", true, false, condition_arguments}};

// clang-format off
constexpr CommandSpec object_rows[] = {
    {"object|encoding", 3, flag_readonly, 2, 2, 1, "generic", "2.2.3",
     "How the value of a key is kept.", "O(1)", run_object_encoding, {}, key_only_arguments},
    {"object|freq", 3, flag_readonly, 2, 2, 1, "generic", "4.0.0",
     "How often a key is used; refused.", "O(1)", run_object_freq, {}, key_only_arguments},
    {"object|idletime", 3, flag_readonly, 2, 2, 1, "generic", "2.2.3",
     "Seconds since a key was used.", "O(1)", run_object_idletime, {}, key_only_arguments},
    {"object|refcount", 3, flag_readonly, 2, 2, 1, "generic", "2.2.3",
     "How many references a value has.", "O(1)", run_object_refcount, {}, key_only_arguments},
    {"object|help", 2, 0, 0, 0, 0, "generic", "6.2.0",
     "What OBJECT can do.", "O(1)", run_object_help, {}, {}},
};

constexpr CommandSpec rows[] = {
    {"del", -2, flag_write, 1, -1, 1, "generic", "1.0.0",
     "Removes keys.", "O(N)", run_del, {}, keys_only_arguments},
    {"unlink", -2, flag_write | flag_fast, 1, -1, 1, "generic", "4.0.0",
     "Removes keys.", "O(1) for each key removed regardless of its size", run_del, {},
     keys_only_arguments},
    {"exists", -2, flag_readonly | flag_fast, 1, -1, 1, "generic", "1.0.0",
     "Counts the keys that exist.", "O(N)", run_exists, {}, keys_only_arguments},
    {"touch", -2, flag_readonly | flag_fast, 1, -1, 1, "generic", "3.2.1",
     "Counts the keys that exist and notes that they were read.", "O(N)", run_touch, {},
     keys_only_arguments},
    {"type", 2, flag_readonly | flag_fast, 1, 1, 1, "generic", "1.0.0",
     "The type of a key.", "O(1)", run_type, {}, key_only_arguments},
    {"rename", 3, flag_write, 1, 2, 1, "generic", "1.0.0",
     "Renames a key, over another one if need be.", "O(1)", run_rename, {}, rename_arguments},
    {"renamenx", 3, flag_write | flag_fast, 1, 2, 1, "generic", "1.0.0",
     "Renames a key if the new name is free.", "O(1)", run_renamenx, {}, rename_arguments},
    {"copy", -3, flag_write | flag_denyoom, 1, 2, 1, "generic", "6.2.0",
     "Makes a second key with the same value.", "O(N) worst case for collections", run_copy, {},
     copy_arguments},
    {"move", 3, flag_write | flag_fast, 1, 1, 1, "generic", "1.0.0",
     "Moves a key to another database.", "O(1)", run_move, {}, move_arguments},
    {"keys", 2, flag_readonly, 0, 0, 0, "generic", "1.0.0",
     "All names that match a pattern, in small databases.", "O(N) in the keys of the database",
     run_keys, {}, keys_arguments},
    {"scan", -2, flag_readonly, 0, 0, 0, "generic", "2.8.0",
     "Walks through the names of all keys.", "O(1) a call, O(N) for the whole walk", run_scan, {},
     scan_arguments},
    {"randomkey", 1, flag_readonly, 0, 0, 0, "generic", "1.0.0",
     "Any key.", "O(1)", run_randomkey, {}, {}},
    {"expire", -3, flag_write | flag_fast, 1, 1, 1, "generic", "1.0.0",
     "Removes a key after so many seconds.", "O(1)", run_expire, {}, expire_arguments},
    {"pexpire", -3, flag_write | flag_fast, 1, 1, 1, "generic", "2.6.0",
     "Removes a key after so many milliseconds.", "O(1)", run_pexpire, {}, pexpire_arguments},
    {"expireat", -3, flag_write | flag_fast, 1, 1, 1, "generic", "1.2.0",
     "Removes a key at a time in seconds.", "O(1)", run_expireat, {}, expireat_arguments},
    {"pexpireat", -3, flag_write | flag_fast, 1, 1, 1, "generic", "2.6.0",
     "Removes a key at a time in milliseconds.", "O(1)", run_pexpireat, {}, pexpireat_arguments},
    {"ttl", 2, flag_readonly | flag_fast, 1, 1, 1, "generic", "1.0.0",
     "How many seconds a key has to live.", "O(1)", run_ttl, {}, key_only_arguments},
    {"pttl", 2, flag_readonly | flag_fast, 1, 1, 1, "generic", "2.6.0",
     "How many milliseconds a key has to live.", "O(1)", run_pttl, {}, key_only_arguments},
    {"expiretime", 2, flag_readonly | flag_fast, 1, 1, 1, "generic", "7.0.0",
     "When a key expires, in seconds.", "O(1)", run_expiretime, {}, key_only_arguments},
    {"pexpiretime", 2, flag_readonly | flag_fast, 1, 1, 1, "generic", "7.0.0",
     "When a key expires, in milliseconds.", "O(1)", run_pexpiretime, {}, key_only_arguments},
    {"persist", 2, flag_write | flag_fast, 1, 1, 1, "generic", "2.2.0",
     "Lets a key live for ever.", "O(1)", run_persist, {}, key_only_arguments},
    {"object", -2, 0, 0, 0, 0, "generic", "2.2.3",
     "What is known of the value of a key.", "Depends on subcommand", nullptr, object_rows, {}},
};
// clang-format on

}  // namespace

CommandFamily generic_commands() {
    return rows;
}

}  // namespace sluice
