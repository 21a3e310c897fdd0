#include "admin_commands/command_docs.hpp"

#include <array>
#include <string>

namespace sluice {

namespace {

struct GroupCategory {
    std::string_view group;
    std::string_view category;
};
constexpr std::array group_categories = {
    GroupCategory{"generic", "@keyspace"},
    GroupCategory{"string", "@string"},
    GroupCategory{"hash", "@hash"},
    GroupCategory{"sorted-set", "@sortedset"},
    GroupCategory{"stream", "@stream"},
    GroupCategory{"connection", "@connection"},
    GroupCategory{"transactions", "@transaction"},
    GroupCategory{"bitmap", "@bitmap"},
};

std::vector<std::string_view> flags_of(const Command& command) {
    std::vector<std::string_view> flags;
    for (const auto& [flag, name] : command_flag_names()) {
        if (command.has(flag)) flags.push_back(name);
    }
    return flags;
}

void reply_words(ReplyWriter& reply, const std::vector<std::string_view>& words) {
    reply.set(words.size());
    for (const auto word : words) {
        reply.simple(word);
    }
}

// One key specification, of the kind "starts at index, takes a range".
void reply_key_specification(ReplyWriter& reply, const Command& command) {
    const CommandSpec& spec = *command.spec;
    reply.map(3);
    reply.bulk("flags");
    reply_words(reply, key_flags(command));
    reply.bulk("begin_search");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("index");
    reply.bulk("spec");
    reply.map(1);
    reply.bulk("index");
    reply.integer(spec.first_key);
    reply.bulk("find_keys");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("range");
    reply.bulk("spec");
    reply.map(3);
    reply.bulk("lastkey");
    reply.integer(spec.last_key >= 0 ? spec.last_key - spec.first_key : spec.last_key);
    reply.bulk("keystep");
    reply.integer(spec.key_step);
    reply.bulk("limit");
    reply.integer(0);
}

void reply_unknown_keys(ReplyWriter& reply, const Command& command) {
    reply.map(3);
    reply.bulk("flags");
    reply_words(reply, key_flags(command));
    for (const std::string_view part : {"begin_search", "find_keys"}) {
        reply.bulk(part);
        reply.map(2);
        reply.bulk("type");
        reply.bulk("unknown");
        reply.bulk("spec");
        reply.map(0);
    }
}

void reply_arguments(ReplyWriter& reply, std::span<const ArgumentDocs> arguments);

void reply_argument(ReplyWriter& reply, const ArgumentDocs& argument) {
    const bool has_token = !argument.token.empty();
    const bool has_flags = argument.optional || argument.multiple;
    const bool has_children = !argument.children.empty();
    // A block or a choice has no name of its own to show.
    const bool is_shown = !has_children && argument.type != "pure-token";
    reply.map(2U + is_shown + has_token + has_flags + has_children);
    reply.bulk("name");
    reply.bulk(argument.name);
    reply.bulk("type");
    reply.bulk(argument.type);
    if (is_shown) {
        reply.bulk("display_text");
        reply.bulk(argument.name);
    }
    if (has_token) {
        reply.bulk("token");
        reply.bulk(argument.token);
    }
    if (has_flags) {
        reply.bulk("flags");
        reply.array(std::size_t{argument.optional} + argument.multiple);
        if (argument.optional) reply.simple("optional");
        if (argument.multiple) reply.simple("multiple");
    }
    if (has_children) {
        reply.bulk("arguments");
        reply_arguments(reply, argument.children);
    }
}

void reply_arguments(ReplyWriter& reply, std::span<const ArgumentDocs> arguments) {
    reply.array(arguments.size());
    for (const auto& argument : arguments) {
        reply_argument(reply, argument);
    }
}

}  // namespace

std::vector<std::string_view> command_categories(const Command& command) {
    std::vector<std::string_view> categories;
    if (command.has(flag_write)) categories.push_back("@write");
    if (command.has(flag_readonly)) categories.push_back("@read");
    if (command.has(flag_admin)) categories.push_back("@admin");
    if (command.has(flag_admin)) categories.push_back("@dangerous");
    for (const auto& [group, category] : group_categories) {
        if (command.spec->group == group) categories.push_back(category);
    }
    if (command.has(flag_blocking)) categories.push_back("@blocking");
    categories.push_back(command.has(flag_fast) ? "@fast" : "@slow");
    return categories;
}

std::vector<std::string_view> key_flags(const Command& command) {
    if (command.has(flag_readonly)) return {"RO", "access"};
    if (command.has(flag_write)) return {"RW", "update"};
    return {"RO"};
}

void reply_command_info(ReplyWriter& reply, const Command& command) {
    const CommandSpec& spec = *command.spec;
    reply.array(10);
    reply.bulk(spec.name);
    reply.integer(spec.arity);
    reply_words(reply, flags_of(command));
    reply.integer(spec.first_key);
    reply.integer(spec.last_key);
    reply.integer(spec.key_step);
    reply_words(reply, command_categories(command));
    reply.set(0);  // tips: we have none to give
    const bool has_fixed_keys = spec.first_key > 0;
    const bool has_movable_keys = command.has(flag_movablekeys);
    reply.set(std::size_t{has_fixed_keys} + has_movable_keys);
    if (has_fixed_keys) reply_key_specification(reply, command);
    if (has_movable_keys) reply_unknown_keys(reply, command);
    if (!command.is_container()) return reply.set(0);
    reply.array(command.subcommands.size());
    for (const auto& subcommand : command.subcommands) {
        reply_command_info(reply, subcommand);
    }
}

void reply_command_docs(ReplyWriter& reply, const Command& command) {
    const CommandSpec& spec = *command.spec;
    const bool has_arguments = !spec.arguments.empty();
    reply.map(4U + has_arguments + command.is_container());
    reply.bulk("summary");
    reply.bulk(spec.summary);
    reply.bulk("since");
    reply.bulk(spec.since);
    reply.bulk("group");
    reply.bulk(spec.group);
    reply.bulk("complexity");
    reply.bulk(spec.complexity);
    if (has_arguments) {
        reply.bulk("arguments");
        reply_arguments(reply, spec.arguments);
    }
    if (!command.is_container()) return;
    reply.bulk("subcommands");
    reply.map(command.subcommands.size());
    for (const auto& subcommand : command.subcommands) {
        reply.bulk(subcommand.spec->name);
        reply_command_docs(reply, subcommand);
    }
}

}  // namespace sluice
