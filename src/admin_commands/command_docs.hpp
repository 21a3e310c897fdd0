// A row of the command table in the shapes of COMMAND INFO and COMMAND DOCS.
#pragma once

#include <string_view>
#include <vector>

#include "resp/reply_writer.hpp"
#include "server/command_table.hpp"

namespace sluice {

// Ten elements: name, arity, flags, first key, last key, step, categories, tips, key
// specifications, subcommands.
void reply_command_info(ReplyWriter& reply, const Command& command);
// A map: summary, since, group, complexity, arguments, subcommands.
void reply_command_docs(ReplyWriter& reply, const Command& command);

// "@write", "@stream", "@fast" ...
std::vector<std::string_view> command_categories(const Command& command);
// "RW", "access", "update": what a command does with its keys.
std::vector<std::string_view> key_flags(const Command& command);

}  // namespace sluice
