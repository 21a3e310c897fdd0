// The commands of sorted sets; their rows are in sorted_set_commands.cpp.
#pragma once

#include "server/command.hpp"

namespace sluice {

// sorted_set_changes.cpp
void run_zadd(CommandContext& context);
void run_zincrby(CommandContext& context);
void run_zrem(CommandContext& context);
void run_zremrangebyrank(CommandContext& context);
void run_zremrangebyscore(CommandContext& context);
void run_zremrangebylex(CommandContext& context);

// sorted_set_reads.cpp
void run_zcard(CommandContext& context);
void run_zscore(CommandContext& context);
void run_zmscore(CommandContext& context);
void run_zrank(CommandContext& context);
void run_zrevrank(CommandContext& context);
void run_zcount(CommandContext& context);
void run_zlexcount(CommandContext& context);
void run_zscan(CommandContext& context);
void run_zrandmember(CommandContext& context);

// sorted_set_ranges.cpp
void run_zrange(CommandContext& context);
void run_zrevrange(CommandContext& context);
void run_zrangebyscore(CommandContext& context);
void run_zrevrangebyscore(CommandContext& context);
void run_zrangebylex(CommandContext& context);
void run_zrevrangebylex(CommandContext& context);
void run_zrangestore(CommandContext& context);

// sorted_set_pops.cpp
void run_zpopmin(CommandContext& context);
void run_zpopmax(CommandContext& context);
void run_bzpopmin(CommandContext& context);
void run_bzpopmax(CommandContext& context);
void run_zmpop(CommandContext& context);
void run_bzmpop(CommandContext& context);

// sorted_set_algebra.cpp
void run_zunion(CommandContext& context);
void run_zinter(CommandContext& context);
void run_zdiff(CommandContext& context);
void run_zunionstore(CommandContext& context);
void run_zinterstore(CommandContext& context);
void run_zdiffstore(CommandContext& context);
void run_zintercard(CommandContext& context);

}  // namespace sluice
