// The commands of streams; their rows are in stream_commands.cpp.
#pragma once

#include <span>

#include "server/command.hpp"

namespace sluice {

// stream_append.cpp
void run_xadd(CommandContext& context);

// stream_upkeep.cpp
void run_xlen(CommandContext& context);
void run_xtrim(CommandContext& context);
void run_xsetid(CommandContext& context);
void run_xcfgset(CommandContext& context);

// stream_range.cpp
void run_xrange(CommandContext& context);
void run_xrevrange(CommandContext& context);

// stream_read.cpp
void run_xread(CommandContext& context);

// stream_read_group.cpp
void run_xreadgroup(CommandContext& context);

// stream_delete.cpp
void run_xdel(CommandContext& context);
void run_xdelex(CommandContext& context);
void run_xackdel(CommandContext& context);

// stream_settle.cpp
void run_xack(CommandContext& context);
void run_xnack(CommandContext& context);

// stream_claim.cpp
void run_xclaim(CommandContext& context);

// stream_autoclaim.cpp
void run_xautoclaim(CommandContext& context);

// stream_pending.cpp
void run_xpending(CommandContext& context);

// stream_groups.cpp
std::span<const CommandSpec> xgroup_subcommands();

// stream_info.cpp
std::span<const CommandSpec> xinfo_subcommands();

}  // namespace sluice
