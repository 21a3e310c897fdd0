// The commands of strings; their rows are in string_commands.cpp.
#pragma once

#include "server/command.hpp"

namespace sluice {

// string_values.cpp
void run_get(CommandContext& context);
void run_set(CommandContext& context);
void run_setnx(CommandContext& context);
void run_setex(CommandContext& context);
void run_psetex(CommandContext& context);
void run_getset(CommandContext& context);
void run_getdel(CommandContext& context);
void run_getex(CommandContext& context);
void run_mget(CommandContext& context);
void run_mset(CommandContext& context);
void run_msetnx(CommandContext& context);

// string_bytes.cpp
void run_append(CommandContext& context);
void run_strlen(CommandContext& context);
void run_getrange(CommandContext& context);
void run_setrange(CommandContext& context);

// string_numbers.cpp
void run_incr(CommandContext& context);
void run_decr(CommandContext& context);
void run_incrby(CommandContext& context);
void run_decrby(CommandContext& context);
void run_incrbyfloat(CommandContext& context);

// string_bits.cpp
void run_getbit(CommandContext& context);
void run_setbit(CommandContext& context);
void run_bitcount(CommandContext& context);

}  // namespace sluice
