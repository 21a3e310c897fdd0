// The rows of the string commands.

#include "document_commands/document_commands.hpp"
#include "document_commands/string_handlers.hpp"
#include "server/command.hpp"

namespace sluice {

namespace {

constexpr ArgumentDocs key_only_arguments[] = {{"key", "key"}};

constexpr ArgumentDocs condition_arguments[] = {{"nx", "pure-token", "NX"},
                                                {"xx", "pure-token", "XX"}};

constexpr ArgumentDocs expiration_arguments[] = {{"seconds", "integer", "EX"},
                                                 {"milliseconds", "integer", "PX"},
                                                 {"unix-time-seconds", "unix-time", "EXAT"},
                                                 {"unix-time-milliseconds", "unix-time", "PXAT"},
                                                 {"keepttl", "pure-token", "KEEPTTL"}};

constexpr ArgumentDocs set_arguments[] = {
    {"key", "key"},
    {"value", "string"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"get", "pure-token", "GET", true},
    {"expiration", "oneof", "", true, false, expiration_arguments}};

constexpr ArgumentDocs setnx_arguments[] = {{"key", "key"}, {"value", "string"}};

constexpr ArgumentDocs setex_arguments[] = {
    {"key", "key"}, {"seconds", "integer"}, {"value", "string"}};

constexpr ArgumentDocs psetex_arguments[] = {
    {"key", "key"}, {"milliseconds", "integer"}, {"value", "string"}};

constexpr ArgumentDocs expiration_arguments_2[] = {{"seconds", "integer", "EX"},
                                                   {"milliseconds", "integer", "PX"},
                                                   {"unix-time-seconds", "unix-time", "EXAT"},
                                                   {"unix-time-milliseconds", "unix-time", "PXAT"},
                                                   {"persist", "pure-token", "PERSIST"}};

constexpr ArgumentDocs getex_arguments[] = {
    {"key", "key"}, {"expiration", "oneof", "", true, false, expiration_arguments_2}};

constexpr ArgumentDocs keys_only_arguments[] = {{"key", "key", "", false, true}};

constexpr ArgumentDocs mset_arguments[] = {{"data", "block", "", false, true, setnx_arguments}};

constexpr ArgumentDocs incrby_arguments[] = {{"key", "key"}, {"increment", "integer"}};

constexpr ArgumentDocs decrby_arguments[] = {{"key", "key"}, {"decrement", "integer"}};

constexpr ArgumentDocs incrbyfloat_arguments[] = {{"key", "key"}, {"increment", "double"}};

constexpr ArgumentDocs getrange_arguments[] = {
    {"key", "key"}, {"start", "integer"}, {"end", "integer"}};

constexpr ArgumentDocs setrange_arguments[] = {
    {"key", "key"}, {"offset", "integer"}, {"value", "string"}};

constexpr ArgumentDocs getbit_arguments[] = {{"key", "key"}, {"offset", "integer"}};

constexpr ArgumentDocs setbit_arguments[] = {
    {"key", "key"}, {"offset", "integer"}, {"value", "integer"}};

constexpr ArgumentDocs unit_arguments[] = {{"byte", "pure-token", "BYTE"},
                                           {"bit", "pure-token", "BIT"}};

constexpr ArgumentDocs range_arguments[] = {
    {"start", "integer"}, {"end", "integer"}, {"unit", "oneof", "", true, false, unit_arguments}};

constexpr ArgumentDocs bitcount_arguments[] = {
    {"key", "key"}, {"range", "block", "", true, false, range_arguments}};

// clang-format off
constexpr CommandSpec rows[] = {
    {"get", 2, flag_readonly | flag_fast, 1, 1, 1, "string", "1.0.0",
     "The string that a key holds.", "O(1)", run_get, {}, key_only_arguments},
    {"set", -3, flag_write | flag_denyoom, 1, 1, 1, "string", "1.0.0",
     "Gives a key this string, whatever it held before.", "O(1)", run_set, {}, set_arguments},
    {"setnx", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Gives a key this string if there is no such key.", "O(1)", run_setnx, {}, setnx_arguments},
    {"setex", 4, flag_write | flag_denyoom, 1, 1, 1, "string", "2.0.0",
     "Gives a key this string and a time to live in seconds.", "O(1)", run_setex, {},
     setex_arguments},
    {"psetex", 4, flag_write | flag_denyoom, 1, 1, 1, "string", "2.6.0",
     "Gives a key this string and a time to live in milliseconds.", "O(1)", run_psetex, {},
     psetex_arguments},
    {"getset", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Gives a key this string and answers the one before.", "O(1)", run_getset, {},
     setnx_arguments},
    {"getdel", 2, flag_write | flag_fast, 1, 1, 1, "string", "6.2.0",
     "Answers the string of a key and removes the key.", "O(1)", run_getdel, {},
     key_only_arguments},
    {"getex", -2, flag_write | flag_fast, 1, 1, 1, "string", "6.2.0",
     "Answers the string of a key and changes its time to live.", "O(1)", run_getex, {},
     getex_arguments},
    {"mget", -2, flag_readonly | flag_fast, 1, -1, 1, "string", "1.0.0",
     "The strings of several keys.", "O(N)", run_mget, {}, keys_only_arguments},
    {"mset", -3, flag_write | flag_denyoom, 1, -1, 2, "string", "1.0.1",
     "Gives several keys their strings in one step.", "O(N)", run_mset, {}, mset_arguments},
    {"msetnx", -3, flag_write | flag_denyoom, 1, -1, 2, "string", "1.0.1",
     "Gives several keys their strings if none of the keys exists.", "O(N)", run_msetnx, {},
     mset_arguments},
    {"incr", 2, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Adds one to the integer of a key.", "O(1)", run_incr, {}, key_only_arguments},
    {"decr", 2, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Takes one from the integer of a key.", "O(1)", run_decr, {}, key_only_arguments},
    {"incrby", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Adds to the integer of a key.", "O(1)", run_incrby, {}, incrby_arguments},
    {"decrby", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "1.0.0",
     "Takes from the integer of a key.", "O(1)", run_decrby, {}, decrby_arguments},
    {"incrbyfloat", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "2.6.0",
     "Adds to the number of a key.", "O(1)", run_incrbyfloat, {}, incrbyfloat_arguments},
    {"append", 3, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "string", "2.0.0",
     "Adds bytes at the end of a string.", "O(1)", run_append, {}, setnx_arguments},
    {"strlen", 2, flag_readonly | flag_fast, 1, 1, 1, "string", "2.2.0",
     "The size of a string in bytes.", "O(1)", run_strlen, {}, key_only_arguments},
    {"getrange", 4, flag_readonly, 1, 1, 1, "string", "2.4.0",
     "A part of a string.", "O(N) in the size of the answer", run_getrange, {},
     getrange_arguments},
    {"substr", 4, flag_readonly, 1, 1, 1, "string", "1.0.0",
     "A part of a string.", "O(N) in the size of the answer", run_getrange, {},
     getrange_arguments},
    {"setrange", 4, flag_write | flag_denyoom, 1, 1, 1, "string", "2.2.0",
     "Writes bytes into a string at an offset.", "O(1) for short values, else O(M) in their size",
     run_setrange, {}, setrange_arguments},
    {"getbit", 3, flag_readonly | flag_fast, 1, 1, 1, "bitmap", "2.2.0",
     "One bit of a string.", "O(1)", run_getbit, {}, getbit_arguments},
    {"setbit", 4, flag_write | flag_denyoom, 1, 1, 1, "bitmap", "2.2.0",
     "Writes one bit of a string.", "O(1)", run_setbit, {}, setbit_arguments},
    {"bitcount", -2, flag_readonly, 1, 1, 1, "bitmap", "2.6.0",
     "Counts the bits of a string that are set.", "O(N)", run_bitcount, {}, bitcount_arguments},
};
// clang-format on

}  // namespace

CommandFamily string_commands() {
    return rows;
}

}  // namespace sluice
