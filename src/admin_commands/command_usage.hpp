// The syntax of commands as people read it, from the argument rows of the command table.
#pragma once

#include <string>

#include "server/command.hpp"

namespace sluice {

// "key [NX|XX] [EX seconds] member [member ...]"; empty without arguments.
std::string usage_of(const CommandSpec& spec);

// The handler of every "<container> HELP": its subcommands, their syntax and what they do.
void run_help(CommandContext& context);

}  // namespace sluice
