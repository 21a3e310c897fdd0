#include "admin_commands/command_usage.hpp"

#include <vector>

#include "server/server.hpp"

namespace sluice {

namespace {

std::string usage_of(std::span<const ArgumentDocs> arguments, std::string_view separator);

std::string usage_of_one(const ArgumentDocs& argument) {
    std::string text(argument.token);
    if (argument.type == "oneof" || argument.type == "block") {
        const auto children = usage_of(argument.children, argument.type == "oneof" ? "|" : " ");
        text += (text.empty() ? "" : " ") + children;
    } else if (argument.type != "pure-token") {
        text += (text.empty() ? "" : " ") + std::string(argument.name);
    }
    if (argument.multiple) text += " [" + text + " ...]";
    return argument.optional ? "[" + text + "]" : text;
}

std::string usage_of(std::span<const ArgumentDocs> arguments, std::string_view separator) {
    std::string text;
    for (const auto& argument : arguments) {
        if (!text.empty()) text += separator;
        text += usage_of_one(argument);
    }
    return text;
}

std::string upper_case(std::string_view text) {
    std::string upper(text);
    for (char& c : upper) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return upper;
}

}  // namespace

std::string usage_of(const CommandSpec& spec) {
    return usage_of(spec.arguments, " ");
}

void run_help(CommandContext& context) {
    const Command& container = *context.server.commands().find(context.request.name());
    std::vector<std::string> lines;
    lines.push_back(upper_case(container.spec->name) +
                    " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (const auto& command : container.subcommands) {
        const std::string usage = usage_of(*command.spec);
        lines.push_back(upper_case(command.short_name) + (usage.empty() ? "" : " " + usage));
        lines.push_back("    " + std::string(command.spec->summary));
    }
    context.reply.array(lines.size());
    for (const auto& line : lines) {
        context.reply.simple(line);
    }
}

}  // namespace sluice
