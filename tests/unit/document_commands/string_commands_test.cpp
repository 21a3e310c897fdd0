// What clients are told about strings. The replies are those of Redis 8.

#include "unit/server/conversation.hpp"

namespace sluice::testing {
namespace {

class Strings : public Conversation {};

constexpr std::string_view wrong_type =
    "-WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr std::string_view not_integer = "-ERR value is not an integer or out of range";
constexpr std::string_view syntax_error = "-ERR syntax error";

TEST_F(Strings, set_obeys_its_conditions) {
    expect({{"SET k 1 NX", "+OK"},
            {"SET k 2 NX", "nil"},
            {"SET k 3 XX", "+OK"},
            {"SET other 1 XX", "nil"},
            {"SET k 4 NX GET", "\"3\""},
            {"SET k 5 GET", "\"3\""},
            {"SET none 1 GET", "nil"},
            {"SET k 1 NX XX", syntax_error},
            {"GET k", "\"5\""}});
}

TEST_F(Strings, set_clears_the_expiry_unless_it_is_told_to_keep_it) {
    expect({{"SET k 1 EX 100", "+OK"},
            {"TTL k", "100"},
            {"SET k 2 KEEPTTL", "+OK"},
            {"TTL k", "100"},
            {"SET k 3", "+OK"},
            {"TTL k", "-1"},
            {"SET k 1 PX 1500", "+OK"},
            {"PTTL k", "1500"},
            {"SET k 1 EX 10 KEEPTTL", syntax_error},
            {"SET k 1 EX 10 PX 10", syntax_error},
            {"SET k 1 EX", syntax_error},
            {"SET k 1 EX 0", "-ERR invalid expire time in 'set' command"},
            {"SET k 1 EX 9223372036854775807", "-ERR invalid expire time in 'set' command"},
            {"SET k 1 EX x", not_integer},
            {"SETEX k -1 v", "-ERR invalid expire time in 'setex' command"},
            {"PTTL k", "1500"}});
}

TEST_F(Strings, set_replaces_a_key_of_any_type) {
    expect({{"HSET k f v", "1"},
            {"SET k v GET", wrong_type},
            {"SET k v", "+OK"},
            {"TYPE k", "+string"}});
}

TEST_F(Strings, expire_by_themselves) {
    expect({{"SET k v PX 100", "+OK"}});
    door_.advance(Duration::from_ms(99));
    EXPECT_EQ(tell("EXISTS k"), "1");
    door_.advance(Duration::from_ms(1));
    EXPECT_EQ(tell("GET k"), "nil");
}

TEST_F(Strings, getex_changes_the_expiry_and_getdel_removes) {
    expect({{"SET k v", "+OK"},
            {"GETEX k EX 10", "\"v\""},
            {"TTL k", "10"},
            {"GETEX k PERSIST", "\"v\""},
            {"TTL k", "-1"},
            {"GETEX k PXAT 1", "\"v\""},
            {"EXISTS k", "0"},
            {"GETEX k EX 0", "nil"},
            {"SET k v", "+OK"},
            {"GETEX k EX 0", "-ERR invalid expire time in 'getex' command"},
            {"GETDEL k", "\"v\""},
            {"GETDEL k", "nil"}});
}

TEST_F(Strings, msetnx_sets_all_or_nothing) {
    expect({{"MSET a 1 b 2", "+OK"},
            {"MSETNX b 3 c 4", "0"},
            {"MGET a b c", "[\"1\" \"2\" nil]"},
            {"MSETNX c 4 d 5", "1"},
            {"MSET a", "-ERR wrong number of arguments for 'mset' command"},
            {"MSET a 1 b", "-ERR wrong number of arguments for 'mset' command"}});
}

TEST_F(Strings, counters_stop_at_the_ends_of_64_bits) {
    expect({{"INCR n", "1"},
            {"DECRBY n 3", "-2"},
            {"SET n 9223372036854775807", "+OK"},
            {"INCR n", "-ERR increment or decrement would overflow"},
            {"DECRBY n -9223372036854775808", "-ERR decrement would overflow"},
            {"INCRBY n 1.5", not_integer},
            {"SET n 007", "+OK"},
            {"INCR n", not_integer},
            {"SET n ' 7'", "+OK"},
            {"INCR n", not_integer}});
}

TEST_F(Strings, float_counters_are_written_without_exponent_and_zeroes) {
    expect({{"SET n 10.50", "+OK"},
            {"INCRBYFLOAT n 0.1", "\"10.6\""},
            {"SET n 5.0e3", "+OK"},
            {"INCRBYFLOAT n 2.0e2", "\"5200\""},
            {"INCRBYFLOAT n -5200", "\"0\""},
            {"INCRBYFLOAT n inf", "-ERR increment would produce NaN or Infinity"},
            {"INCRBYFLOAT n abc", "-ERR value is not a valid float"}});
}

TEST_F(Strings, ranges_are_cut_to_the_string) {
    expect({{"SET k 'Hello World'", "+OK"},
            {"GETRANGE k 0 4", "\"Hello\""},
            {"GETRANGE k -5 -1", "\"World\""},
            {"GETRANGE k -100 100", "\"Hello World\""},
            {"GETRANGE k 5 2", "\"\""},
            {"GETRANGE k -3 -100", "\"\""},
            {"SUBSTR k 0 0", "\"H\""},
            {"SETRANGE k 6 Redis", "11"},
            {"GET k", "\"Hello Redis\""},
            {"SETRANGE new 3 x", "4"},
            {"GET new", "\"\\x00\\x00\\x00x\""},
            {"SETRANGE none 3 ''", "0"},
            {"EXISTS none", "0"},
            {"SETRANGE k -1 x", "-ERR offset is out of range"},
            {"SETRANGE k 536870912 x",
             "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"},
            {"APPEND k !", "12"},
            {"STRLEN k", "12"}});
}

TEST_F(Strings, bits_count_from_the_highest_of_the_first_byte) {
    expect({{"SETBIT b 7 1", "0"},
            {"GET b", "\"\\x01\""},
            {"SETBIT b 7 1", "1"},
            {"GETBIT b 7", "1"},
            {"GETBIT b 100", "0"},
            {"SETBIT b 17 0", "0"},
            {"STRLEN b", "3"},
            {"SETBIT b -1 1", "-ERR bit offset is not an integer or out of range"},
            {"SETBIT b 4294967296 1", "-ERR bit offset is not an integer or out of range"},
            {"SETBIT b 1 2", "-ERR bit is not an integer or out of range"},
            {"SET b foobar", "+OK"},
            {"BITCOUNT b", "26"},
            {"BITCOUNT b 0 0", "4"},
            {"BITCOUNT b 5 30 BIT", "17"},
            {"BITCOUNT b -1 -2", "0"},
            {"BITCOUNT b 1", syntax_error}});
}

TEST_F(Strings, survive_a_restart) {
    expect({{"SET k v EX 100", "+OK"},
            {"APPEND k w", "2"},
            {"INCRBYFLOAT n 1.5", "\"1.5\""},
            {"SETBIT b 1 1", "0"},
            {"SET gone 1", "+OK"},
            {"DEL gone", "1"}});
    door_.reopen();
    expect({{"GET k", "\"vw\""},
            {"TTL k", "100"},
            {"GET n", "\"1.5\""},
            {"GET b", "\"@\""},
            {"EXISTS gone", "0"}});
}

}  // namespace
}  // namespace sluice::testing
