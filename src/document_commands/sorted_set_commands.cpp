// The rows of the sorted set commands.

#include "document_commands/document_commands.hpp"
#include "document_commands/sorted_set_handlers.hpp"
#include "server/command.hpp"

namespace sluice {

namespace {

constexpr ArgumentDocs condition_arguments[] = {{"nx", "pure-token", "NX"},
                                                {"xx", "pure-token", "XX"}};

constexpr ArgumentDocs comparison_arguments[] = {{"gt", "pure-token", "GT"},
                                                 {"lt", "pure-token", "LT"}};

constexpr ArgumentDocs data_arguments[] = {{"score", "double"}, {"member", "string"}};

constexpr ArgumentDocs zadd_arguments[] = {
    {"key", "key"},
    {"condition", "oneof", "", true, false, condition_arguments},
    {"comparison", "oneof", "", true, false, comparison_arguments},
    {"change", "pure-token", "CH", true},
    {"increment", "pure-token", "INCR", true},
    {"data", "block", "", false, true, data_arguments}};

constexpr ArgumentDocs zincrby_arguments[] = {
    {"key", "key"}, {"increment", "integer"}, {"member", "string"}};

constexpr ArgumentDocs zrem_arguments[] = {{"key", "key"}, {"member", "string", "", false, true}};

constexpr ArgumentDocs zremrangebyrank_arguments[] = {
    {"key", "key"}, {"start", "integer"}, {"stop", "integer"}};

constexpr ArgumentDocs zremrangebyscore_arguments[] = {
    {"key", "key"}, {"min", "double"}, {"max", "double"}};

constexpr ArgumentDocs zremrangebylex_arguments[] = {
    {"key", "key"}, {"min", "string"}, {"max", "string"}};

constexpr ArgumentDocs key_only_arguments[] = {{"key", "key"}};

constexpr ArgumentDocs zscore_arguments[] = {{"key", "key"}, {"member", "string"}};

constexpr ArgumentDocs zrank_arguments[] = {
    {"key", "key"}, {"member", "string"}, {"withscore", "pure-token", "WITHSCORE", true}};

constexpr ArgumentDocs zscan_arguments[] = {{"key", "key"},
                                            {"cursor", "integer"},
                                            {"pattern", "pattern", "MATCH", true},
                                            {"count", "integer", "COUNT", true}};

constexpr ArgumentDocs options_arguments[] = {{"count", "integer"},
                                              {"withscores", "pure-token", "WITHSCORES", true}};

constexpr ArgumentDocs zrandmember_arguments[] = {
    {"key", "key"}, {"options", "block", "", true, false, options_arguments}};

constexpr ArgumentDocs sortby_arguments[] = {{"byscore", "pure-token", "BYSCORE"},
                                             {"bylex", "pure-token", "BYLEX"}};

constexpr ArgumentDocs limit_arguments[] = {{"offset", "integer"}, {"count", "integer"}};

constexpr ArgumentDocs zrange_arguments[] = {
    {"key", "key"},
    {"start", "string"},
    {"stop", "string"},
    {"sortby", "oneof", "", true, false, sortby_arguments},
    {"rev", "pure-token", "REV", true},
    {"limit", "block", "LIMIT", true, false, limit_arguments},
    {"withscores", "pure-token", "WITHSCORES", true}};

constexpr ArgumentDocs zrevrange_arguments[] = {{"key", "key"},
                                                {"start", "integer"},
                                                {"stop", "integer"},
                                                {"withscores", "pure-token", "WITHSCORES", true}};

constexpr ArgumentDocs zrangebyscore_arguments[] = {
    {"key", "key"},
    {"min", "double"},
    {"max", "double"},
    {"withscores", "pure-token", "WITHSCORES", true},
    {"limit", "block", "LIMIT", true, false, limit_arguments}};

constexpr ArgumentDocs zrevrangebyscore_arguments[] = {
    {"key", "key"},
    {"max", "double"},
    {"min", "double"},
    {"withscores", "pure-token", "WITHSCORES", true},
    {"limit", "block", "LIMIT", true, false, limit_arguments}};

constexpr ArgumentDocs zrangebylex_arguments[] = {
    {"key", "key"},
    {"min", "string"},
    {"max", "string"},
    {"limit", "block", "LIMIT", true, false, limit_arguments}};

constexpr ArgumentDocs zrevrangebylex_arguments[] = {
    {"key", "key"},
    {"max", "string"},
    {"min", "string"},
    {"limit", "block", "LIMIT", true, false, limit_arguments}};

constexpr ArgumentDocs zrangestore_arguments[] = {
    {"dst", "key"},
    {"src", "key"},
    {"min", "string"},
    {"max", "string"},
    {"sortby", "oneof", "", true, false, sortby_arguments},
    {"rev", "pure-token", "REV", true},
    {"limit", "block", "LIMIT", true, false, limit_arguments}};

constexpr ArgumentDocs zpopmin_arguments[] = {{"key", "key"}, {"count", "integer", "", true}};

constexpr ArgumentDocs bzpopmin_arguments[] = {{"key", "key", "", false, true},
                                               {"timeout", "double"}};

constexpr ArgumentDocs where_arguments[] = {{"min", "pure-token", "MIN"},
                                            {"max", "pure-token", "MAX"}};

constexpr ArgumentDocs zmpop_arguments[] = {{"numkeys", "integer"},
                                            {"key", "key", "", false, true},
                                            {"where", "oneof", "", false, false, where_arguments},
                                            {"count", "integer", "COUNT", true}};

constexpr ArgumentDocs bzmpop_arguments[] = {{"timeout", "double"},
                                             {"numkeys", "integer"},
                                             {"key", "key", "", false, true},
                                             {"where", "oneof", "", false, false, where_arguments},
                                             {"count", "integer", "COUNT", true}};

constexpr ArgumentDocs aggregate_arguments[] = {
    {"sum", "pure-token", "SUM"}, {"min", "pure-token", "MIN"}, {"max", "pure-token", "MAX"}};

constexpr ArgumentDocs zunion_arguments[] = {
    {"numkeys", "integer"},
    {"key", "key", "", false, true},
    {"weight", "integer", "WEIGHTS", true, true},
    {"aggregate", "oneof", "AGGREGATE", true, false, aggregate_arguments},
    {"withscores", "pure-token", "WITHSCORES", true}};

constexpr ArgumentDocs zdiff_arguments[] = {{"numkeys", "integer"},
                                            {"key", "key", "", false, true},
                                            {"withscores", "pure-token", "WITHSCORES", true}};

constexpr ArgumentDocs zunionstore_arguments[] = {
    {"destination", "key"},
    {"numkeys", "integer"},
    {"key", "key", "", false, true},
    {"weight", "integer", "WEIGHTS", true, true},
    {"aggregate", "oneof", "AGGREGATE", true, false, aggregate_arguments}};

constexpr ArgumentDocs zdiffstore_arguments[] = {
    {"destination", "key"}, {"numkeys", "integer"}, {"key", "key", "", false, true}};

constexpr ArgumentDocs zintercard_arguments[] = {
    {"numkeys", "integer"}, {"key", "key", "", false, true}, {"limit", "integer", "LIMIT", true}};

// clang-format off
constexpr CommandSpec rows[] = {
    {"zadd", -4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "sorted-set", "1.2.0",
     "Adds members with scores, or changes their scores.", "O(log(N)) for each item added",
     run_zadd, {}, zadd_arguments},
    {"zincrby", 4, flag_write | flag_denyoom | flag_fast, 1, 1, 1, "sorted-set", "1.2.0",
     "Adds to the score of a member.", "O(log(N))", run_zincrby, {}, zincrby_arguments},
    {"zrem", -3, flag_write | flag_fast, 1, 1, 1, "sorted-set", "1.2.0",
     "Removes members.", "O(M*log(N))", run_zrem, {}, zrem_arguments},
    {"zremrangebyrank", 4, flag_write, 1, 1, 1, "sorted-set", "2.0.0",
     "Removes the members in a range of ranks.", "O(log(N)+M)", run_zremrangebyrank, {},
     zremrangebyrank_arguments},
    {"zremrangebyscore", 4, flag_write, 1, 1, 1, "sorted-set", "1.2.0",
     "Removes the members in a range of scores.", "O(log(N)+M)", run_zremrangebyscore, {},
     zremrangebyscore_arguments},
    {"zremrangebylex", 4, flag_write, 1, 1, 1, "sorted-set", "2.8.9",
     "Removes the members in a range of member bytes.", "O(log(N)+M)", run_zremrangebylex, {},
     zremrangebylex_arguments},
    {"zcard", 2, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "1.2.0",
     "How many members a sorted set has.", "O(1)", run_zcard, {}, key_only_arguments},
    {"zscore", 3, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "1.2.0",
     "The score of a member.", "O(1)", run_zscore, {}, zscore_arguments},
    {"zmscore", -3, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "6.2.0",
     "The scores of several members.", "O(N)", run_zmscore, {}, zrem_arguments},
    {"zrank", -3, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "2.0.0",
     "The rank of a member, the lowest score first.", "O(log(N))", run_zrank, {}, zrank_arguments},
    {"zrevrank", -3, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "2.0.0",
     "The rank of a member, the highest score first.", "O(log(N))", run_zrevrank, {},
     zrank_arguments},
    {"zcount", 4, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "2.0.0",
     "Counts the members in a range of scores.", "O(log(N))", run_zcount, {},
     zremrangebyscore_arguments},
    {"zlexcount", 4, flag_readonly | flag_fast, 1, 1, 1, "sorted-set", "2.8.9",
     "Counts the members in a range of member bytes.", "O(log(N))", run_zlexcount, {},
     zremrangebylex_arguments},
    {"zscan", -3, flag_readonly, 1, 1, 1, "sorted-set", "2.8.0",
     "Walks through the members and scores.", "O(1) a call, O(N) for the whole walk", run_zscan,
     {}, zscan_arguments},
    {"zrandmember", -2, flag_readonly, 1, 1, 1, "sorted-set", "6.2.0",
     "Members chosen at random.", "O(N)", run_zrandmember, {}, zrandmember_arguments},
    {"zrange", -4, flag_readonly, 1, 1, 1, "sorted-set", "1.2.0",
     "The members in a range of ranks, scores or member bytes.", "O(log(N)+M)", run_zrange, {},
     zrange_arguments},
    {"zrevrange", -4, flag_readonly, 1, 1, 1, "sorted-set", "1.2.0",
     "The members in a range of ranks, the highest score first.", "O(log(N)+M)", run_zrevrange, {},
     zrevrange_arguments},
    {"zrangebyscore", -4, flag_readonly, 1, 1, 1, "sorted-set", "1.0.5",
     "The members in a range of scores.", "O(log(N)+M)", run_zrangebyscore, {},
     zrangebyscore_arguments},
    {"zrevrangebyscore", -4, flag_readonly, 1, 1, 1, "sorted-set", "2.2.0",
     "The members in a range of scores, the highest first.", "O(log(N)+M)", run_zrevrangebyscore,
     {}, zrevrangebyscore_arguments},
    {"zrangebylex", -4, flag_readonly, 1, 1, 1, "sorted-set", "2.8.9",
     "The members in a range of member bytes.", "O(log(N)+M)", run_zrangebylex, {},
     zrangebylex_arguments},
    {"zrevrangebylex", -4, flag_readonly, 1, 1, 1, "sorted-set", "2.8.9",
     "The members in a range of member bytes, the last first.", "O(log(N)+M)", run_zrevrangebylex,
     {}, zrevrangebylex_arguments},
    {"zrangestore", -5, flag_write | flag_denyoom, 1, 2, 1, "sorted-set", "6.2.0",
     "Stores a range of members as a new sorted set.", "O(log(N)+M)", run_zrangestore, {},
     zrangestore_arguments},
    {"zpopmin", -2, flag_write | flag_fast, 1, 1, 1, "sorted-set", "5.0.0",
     "Removes and answers the members with the lowest scores.", "O(log(N)*M)", run_zpopmin, {},
     zpopmin_arguments},
    {"zpopmax", -2, flag_write | flag_fast, 1, 1, 1, "sorted-set", "5.0.0",
     "Removes and answers the members with the highest scores.", "O(log(N)*M)", run_zpopmax, {},
     zpopmin_arguments},
    {"bzpopmin", -3, flag_write | flag_fast | flag_blocking, 1, -2, 1, "sorted-set", "5.0.0",
     "Removes and answers the member with the lowest score, or waits for one.", "O(log(N))",
     run_bzpopmin, {}, bzpopmin_arguments},
    {"bzpopmax", -3, flag_write | flag_fast | flag_blocking, 1, -2, 1, "sorted-set", "5.0.0",
     "Removes and answers the member with the highest score, or waits for one.", "O(log(N))",
     run_bzpopmax, {}, bzpopmin_arguments},
    {"zmpop", -4, flag_write | flag_movablekeys, 0, 0, 0, "sorted-set", "7.0.0",
     "Removes and answers members of the first sorted set that has any.", "O(K) + O(M*log(N))",
     run_zmpop, {}, zmpop_arguments},
    {"bzmpop", -5, flag_write | flag_blocking | flag_movablekeys, 0, 0, 0, "sorted-set", "7.0.0",
     "Removes and answers members of the first sorted set that has any, or waits.",
     "O(K) + O(M*log(N))", run_bzmpop, {}, bzmpop_arguments},
    {"zunion", -3, flag_readonly | flag_movablekeys, 0, 0, 0, "sorted-set", "6.2.0",
     "The union of sorted sets.", "O(N)+O(M*log(M))", run_zunion, {}, zunion_arguments},
    {"zinter", -3, flag_readonly | flag_movablekeys, 0, 0, 0, "sorted-set", "6.2.0",
     "The intersection of sorted sets.", "O(N*K)+O(M*log(M)) worst case", run_zinter, {},
     zunion_arguments},
    {"zdiff", -3, flag_readonly | flag_movablekeys, 0, 0, 0, "sorted-set", "6.2.0",
     "The members of the first sorted set that are in no other.", "O(L + (N-K)log(N)) worst case",
     run_zdiff, {}, zdiff_arguments},
    {"zunionstore", -4, flag_write | flag_denyoom | flag_movablekeys, 1, 1, 1, "sorted-set",
     "2.0.0",
     "Stores the union of sorted sets.", "O(N)+O(M log(M))", run_zunionstore, {},
     zunionstore_arguments},
    {"zinterstore", -4, flag_write | flag_denyoom | flag_movablekeys, 1, 1, 1, "sorted-set",
     "2.0.0",
     "Stores the intersection of sorted sets.", "O(N*K)+O(M*log(M)) worst case", run_zinterstore,
     {}, zunionstore_arguments},
    {"zdiffstore", -4, flag_write | flag_denyoom | flag_movablekeys, 1, 1, 1, "sorted-set",
     "6.2.0",
     "Stores the difference of sorted sets.", "O(L + (N-K)log(N)) worst case", run_zdiffstore, {},
     zdiffstore_arguments},
    {"zintercard", -3, flag_readonly | flag_movablekeys, 0, 0, 0, "sorted-set", "7.0.0",
     "Counts the members that all sorted sets share.", "O(N*K) worst case", run_zintercard, {},
     zintercard_arguments},
};
// clang-format on

}  // namespace

CommandFamily sorted_set_commands() {
    return rows;
}

}  // namespace sluice
