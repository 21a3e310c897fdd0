// The commands of keys of any type; their rows are in generic_commands.cpp.
#pragma once

#include "server/command.hpp"

namespace sluice {

// generic_keys.cpp
void run_del(CommandContext& context);
void run_exists(CommandContext& context);
void run_touch(CommandContext& context);
void run_type(CommandContext& context);
void run_rename(CommandContext& context);
void run_renamenx(CommandContext& context);
void run_move(CommandContext& context);
void run_randomkey(CommandContext& context);

// generic_copy.cpp
void run_copy(CommandContext& context);

// generic_scan.cpp
void run_keys(CommandContext& context);
void run_scan(CommandContext& context);

// generic_expiry.cpp
void run_expire(CommandContext& context);
void run_pexpire(CommandContext& context);
void run_expireat(CommandContext& context);
void run_pexpireat(CommandContext& context);
void run_ttl(CommandContext& context);
void run_pttl(CommandContext& context);
void run_expiretime(CommandContext& context);
void run_pexpiretime(CommandContext& context);
void run_persist(CommandContext& context);

// generic_object.cpp
void run_object_encoding(CommandContext& context);
void run_object_refcount(CommandContext& context);
void run_object_idletime(CommandContext& context);
void run_object_freq(CommandContext& context);
void run_object_help(CommandContext& context);

}  // namespace sluice
