// The rows of the hash commands.

#include "document_commands/document_commands.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/command.hpp"

namespace sluice {

namespace {

constexpr ArgumentDocs data_arguments[] = {{"field", "string"}, {"value", "string"}};

constexpr ArgumentDocs hset_arguments[] = {{"key", "key"},
                                           {"data", "block", "", false, true, data_arguments}};

constexpr ArgumentDocs hsetnx_arguments[] = {
    {"key", "key"}, {"field", "string"}, {"value", "string"}};

constexpr ArgumentDocs hget_arguments[] = {{"key", "key"}, {"field", "string"}};

constexpr ArgumentDocs hmget_arguments[] = {{"key", "key"}, {"field", "string", "", false, true}};

constexpr ArgumentDocs key_only_arguments[] = {{"key", "key"}};

constexpr ArgumentDocs hincrby_arguments[] = {
    {"key", "key"}, {"field", "string"}, {"increment", "integer"}};

constexpr ArgumentDocs hincrbyfloat_arguments[] = {
    {"key", "key"}, {"field", "string"}, {"increment", "double"}};

constexpr ArgumentDocs options_arguments[] = {{"count", "integer"},
                                              {"withvalues", "pure-token", "WITHVALUES", true}};

constexpr ArgumentDocs hrandfield_arguments[] = {
    {"key", "key"}, {"options", "block", "", true, false, options_arguments}};

constexpr ArgumentDocs hscan_arguments[] = {{"key", "key"},
                                            {"cursor", "integer"},
                                            {"pattern", "pattern", "MATCH", true},
                                            {"count", "integer", "COUNT", true},
                                            {"novalues", "pure-token", "NOVALUES", true}};

constexpr ArgumentDocs condition_arguments[] = {{"nx", "pure-token", "NX"},
                                                {"xx", "pure-token", "XX"},
                                                {"gt", "pure-token", "GT"},
                                                {"lt", "pure-token", "LT"}};

constexpr ArgumentDocs fields_arguments[] = {{"numfields", "integer"},
                                             {"field", "string", "", false, true}};

constexpr ArgumentDocs hexpire_arguments[] = {
    {"key", "key"},
    {"seconds", "integer"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs hpexpire_arguments[] = {
    {"key", "key"},
    {"milliseconds", "integer"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs hexpireat_arguments[] = {
    {"key", "key"},
    {"unix-time-seconds", "unix-time"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs hpexpireat_arguments[] = {
    {"key", "key"},
    {"unix-time-milliseconds", "unix-time"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs httl_arguments[] = {
    {"key", "key"}, {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs expiration_arguments[] = {{"seconds", "integer", "EX"},
                                                 {"milliseconds", "integer", "PX"},
                                                 {"unix-time-seconds", "unix-time", "EXAT"},
                                                 {"unix-time-milliseconds", "unix-time", "PXAT"},
                                                 {"persist", "pure-token", "PERSIST"}};

constexpr ArgumentDocs hgetex_arguments[] = {
    {"key", "key"},
    {"expiration", "oneof", "", true, false, expiration_arguments},
    {"fields", "block", "FIELDS", false, false, fields_arguments}};

constexpr ArgumentDocs condition_arguments_2[] = {{"fnx", "pure-token", "FNX"},
                                                  {"fxx", "pure-token", "FXX"}};

constexpr ArgumentDocs expiration_arguments_2[] = {{"seconds", "integer", "EX"},
                                                   {"milliseconds", "integer", "PX"},
                                                   {"unix-time-seconds", "unix-time", "EXAT"},
                                                   {"unix-time-milliseconds", "unix-time", "PXAT"},
                                                   {"keepttl", "pure-token", "KEEPTTL"}};

constexpr ArgumentDocs fields_arguments_2[] = {{"numfields", "integer"},
                                               {"data", "block", "", false, true, data_arguments}};

constexpr ArgumentDocs hsetex_arguments[] = {
    {"key", "key"},
    {"condition", "oneof", "", true, false, condition_arguments_2},
    {"expiration", "oneof", "", true, false, expiration_arguments_2},
    {"fields", "block", "FIELDS", false, false, fields_arguments_2}};

// clang-format off
constexpr CommandSpec rows[] = {
    {"hset", -4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Sets fields of a hash; answers how many are new.", "O(N) in the fields given", run_hset, {},
     hset_arguments},
    {"hmset", -4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Sets fields of a hash.", "O(N)", run_hmset, {}, hset_arguments},
    {"hsetnx", 4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Sets a field of a hash if there is no such field.", "O(1)", run_hsetnx, {},
     hsetnx_arguments},
    {"hget", 3, flag_readonly | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "The value of a field.", "O(1)", run_hget, {}, hget_arguments},
    {"hmget", -3, flag_readonly | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "The values of several fields.", "O(N)", run_hmget, {}, hmget_arguments},
    {"hgetall", 2, flag_readonly, 1, 1, 1, "hash", "2.0.0",
     "All fields and values of a hash.", "O(N)", run_hgetall, {}, key_only_arguments},
    {"hdel", -3, flag_write | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Removes fields of a hash, and the hash with the last one.", "O(N)", run_hdel, {},
     hmget_arguments},
    {"hexists", 3, flag_readonly | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Whether a field exists.", "O(1)", run_hexists, {}, hget_arguments},
    {"hlen", 2, flag_readonly | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "How many fields a hash has.", "O(1)", run_hlen, {}, key_only_arguments},
    {"hstrlen", 3, flag_readonly | flag_fast, 1, 1, 1, "hash", "3.2.0",
     "The size of the value of a field in bytes.", "O(1)", run_hstrlen, {}, hget_arguments},
    {"hkeys", 2, flag_readonly, 1, 1, 1, "hash", "2.0.0",
     "All fields of a hash.", "O(N)", run_hkeys, {}, key_only_arguments},
    {"hvals", 2, flag_readonly, 1, 1, 1, "hash", "2.0.0",
     "All values of a hash.", "O(N)", run_hvals, {}, key_only_arguments},
    {"hincrby", 4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "2.0.0",
     "Adds to the integer of a field.", "O(1)", run_hincrby, {}, hincrby_arguments},
    {"hincrbyfloat", 4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "2.6.0",
     "Adds to the number of a field.", "O(1)", run_hincrbyfloat, {}, hincrbyfloat_arguments},
    {"hrandfield", -2, flag_readonly, 1, 1, 1, "hash", "6.2.0",
     "Fields of a hash, chosen at random.", "O(N)", run_hrandfield, {}, hrandfield_arguments},
    {"hscan", -3, flag_readonly, 1, 1, 1, "hash", "2.8.0",
     "Walks through the fields of a hash.", "O(1) a call, O(N) for the whole walk", run_hscan, {},
     hscan_arguments},
    {"hexpire", -6, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "Removes fields after so many seconds.", "O(N)", run_hexpire, {}, hexpire_arguments},
    {"hpexpire", -6, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "Removes fields after so many milliseconds.", "O(N)", run_hpexpire, {}, hpexpire_arguments},
    {"hexpireat", -6, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "Removes fields at a time in seconds.", "O(N)", run_hexpireat, {}, hexpireat_arguments},
    {"hpexpireat", -6, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "Removes fields at a time in milliseconds.", "O(N)", run_hpexpireat, {},
     hpexpireat_arguments},
    {"httl", -5, flag_readonly | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "How many seconds fields have to live.", "O(N)", run_httl, {}, httl_arguments},
    {"hpttl", -5, flag_readonly | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "How many milliseconds fields have to live.", "O(N)", run_hpttl, {}, httl_arguments},
    {"hexpiretime", -5, flag_readonly | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "When fields expire, in seconds.", "O(N)", run_hexpiretime, {}, httl_arguments},
    {"hpexpiretime", -5, flag_readonly | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "When fields expire, in milliseconds.", "O(N)", run_hpexpiretime, {}, httl_arguments},
    {"hpersist", -5, flag_write | flag_fast, 1, 1, 1, "hash", "7.4.0",
     "Lets fields live for ever.", "O(N)", run_hpersist, {}, httl_arguments},
    {"hgetdel", -5, flag_write | flag_fast, 1, 1, 1, "hash", "8.0.0",
     "Answers the values of fields and removes the fields.", "O(N)", run_hgetdel, {},
     httl_arguments},
    {"hgetex", -5, flag_write | flag_fast, 1, 1, 1, "hash", "8.0.0",
     "Answers the values of fields and changes when they expire.", "O(N)", run_hgetex, {},
     hgetex_arguments},
    {"hsetex", -6, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "hash", "8.0.0",
     "Sets fields and when they expire.", "O(N)", run_hsetex, {}, hsetex_arguments},
};
// clang-format on

}  // namespace

CommandFamily hash_commands() {
    return rows;
}

}  // namespace sluice
