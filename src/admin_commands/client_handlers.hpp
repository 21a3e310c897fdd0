// CLIENT: what connection_commands.cpp and INFO need of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/command.hpp"

namespace sluice {

constexpr std::string_view client_name_error =
    "ERR Client names cannot contain spaces, newlines or special characters.";

// Printable ASCII without spaces, so that it cannot break the lines of CLIENT LIST.
bool is_client_word(std::string_view text);

// One line of CLIENT LIST, with its line feed.
std::string describe_client(const Server& server, const Session& session);

void run_client_list(CommandContext& context);
void run_client_kill(CommandContext& context);

std::span<const CommandSpec> client_subcommands();

}  // namespace sluice
