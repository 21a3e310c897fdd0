// The families that make up server_commands(), each in its own file.
#pragma once

#include <span>

#include "server/command.hpp"

namespace sluice {

void run_command_list(CommandContext& context);  // COMMAND without a subcommand
void run_info(CommandContext& context);
void run_wait(CommandContext& context);
void run_waitaof(CommandContext& context);

std::span<const CommandSpec> command_subcommands();
std::span<const CommandSpec> config_subcommands();
std::span<const CommandSpec> debug_subcommands();
std::span<const CommandSpec> latency_subcommands();
std::span<const CommandSpec> memory_subcommands();
std::span<const CommandSpec> slowlog_subcommands();

}  // namespace sluice
