// The commands of hashes; their rows are in hash_commands.cpp.
#pragma once

#include "server/command.hpp"

namespace sluice {

// hash_fields.cpp
void run_hset(CommandContext& context);
void run_hmset(CommandContext& context);
void run_hsetnx(CommandContext& context);
void run_hdel(CommandContext& context);
void run_hincrby(CommandContext& context);
void run_hincrbyfloat(CommandContext& context);

// hash_reads.cpp
void run_hget(CommandContext& context);
void run_hmget(CommandContext& context);
void run_hgetall(CommandContext& context);
void run_hkeys(CommandContext& context);
void run_hvals(CommandContext& context);
void run_hlen(CommandContext& context);
void run_hexists(CommandContext& context);
void run_hstrlen(CommandContext& context);
void run_hscan(CommandContext& context);

// hash_expiry.cpp
void run_hexpire(CommandContext& context);
void run_hpexpire(CommandContext& context);
void run_hexpireat(CommandContext& context);
void run_hpexpireat(CommandContext& context);
void run_httl(CommandContext& context);
void run_hpttl(CommandContext& context);
void run_hexpiretime(CommandContext& context);
void run_hpexpiretime(CommandContext& context);
void run_hpersist(CommandContext& context);

// hash_field_options.cpp
void run_hgetdel(CommandContext& context);
void run_hgetex(CommandContext& context);
void run_hsetex(CommandContext& context);

// hash_random.cpp
void run_hrandfield(CommandContext& context);

}  // namespace sluice
