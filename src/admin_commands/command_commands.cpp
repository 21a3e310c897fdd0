// COMMAND and its subcommands, all from the one table that runs the commands.

#include <algorithm>
#include <string>
#include <vector>

#include "admin_commands/command_docs.hpp"
#include "admin_commands/command_usage.hpp"
#include "admin_commands/server_handlers.hpp"
#include "event/glob.hpp"
#include "server/command_table.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "server/server.hpp"

namespace sluice {

namespace {

void run_count(CommandContext& context) {
    context.reply.integer(static_cast<std::int64_t>(context.server.commands().all().size()));
}

// Calls `write` for each command that was named, or for all; null for an unknown name.
template <class Write>
void for_each_named(CommandContext& context, Write write) {
    const CommandTable& commands = context.server.commands();
    if (context.request.size() == 2) {
        for (const auto& command : commands.all()) {
            write(&command);
        }
        return;
    }
    for (const auto name : context.request.from(2)) {
        write(commands.find_full(name));
    }
}

void run_info_of(CommandContext& context) {
    const bool is_all = context.request.size() == 2;
    context.reply.array(is_all ? context.server.commands().all().size()
                               : context.request.size() - 2);
    for_each_named(context, [&](const Command* command) {
        if (command == nullptr) return context.reply.null();
        reply_command_info(context.reply, *command);
    });
}

void run_docs(CommandContext& context) {
    std::size_t known = 0;
    for_each_named(context, [&](const Command* command) { known += command != nullptr; });
    context.reply.map(known);
    for_each_named(context, [&](const Command* command) {
        if (command == nullptr) return;
        context.reply.bulk(command->spec->name);
        reply_command_docs(context.reply, *command);
    });
}

// The ACL categories that follow from the flags; enough for LIST FILTERBY ACLCAT.
bool is_in_category(const Command& command, std::string_view category) {
    const auto& categories = command_categories(command);
    return std::ranges::any_of(
        categories, [&](std::string_view known) { return is_word(category, known.substr(1)); });
}

enum class Filter : std::uint8_t { none, module, category, pattern };

// LIST [FILTERBY MODULE m | ACLCAT c | PATTERN p]; nothing when the error was replied.
std::optional<Filter> parse_filter(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() == 2) return Filter::none;
    if (request.size() == 5 && is_word(request[2], "filterby")) {
        if (is_word(request[3], "module")) return Filter::module;
        if (is_word(request[3], "aclcat")) return Filter::category;
        if (is_word(request[3], "pattern")) return Filter::pattern;
    }
    context.reply.error(error_text::syntax);
    return std::nullopt;
}

void add_names(std::vector<std::string_view>& names, std::span<const Command> commands,
               const auto& takes) {
    for (const auto& command : commands) {
        if (takes(command)) names.push_back(command.spec->name);
        add_names(names, command.subcommands, takes);
    }
}

void run_list(CommandContext& context) {
    const auto filter = parse_filter(context);
    if (!filter.has_value()) return;
    const std::string_view value = *filter == Filter::none ? "*" : context.request[4];
    const auto pattern = Glob::parse(*filter == Filter::pattern ? value : "*", Glob::Case::ignored);
    if (!pattern.has_value()) return context.reply.error("ERR " + pattern.error().message);
    std::vector<std::string_view> names;
    add_names(names, context.server.commands().all(), [&](const Command& command) {
        switch (*filter) {
            case Filter::none:
                return true;
            case Filter::module:
                return false;
            case Filter::category:
                return is_in_category(command, value);
            case Filter::pattern:
                return pattern->matches(command.spec->name).value_or(false);
        }
        return false;
    });
    context.reply.array(names.size());
    for (const auto name : names) {
        context.reply.bulk(name);
    }
}

// The command and the keys of a request that stands in the arguments of another.
struct Inner {
    const Command* command = nullptr;
    Request request;
    std::vector<std::size_t> positions;
};

// Nothing when the error was replied.
std::optional<Inner> find_inner_keys(CommandContext& context) {
    const auto refuse = [&](std::string_view text) -> std::optional<Inner> {
        context.reply.error(text);
        return std::nullopt;
    };
    Inner inner{.command = nullptr, .request = Request(context.request.from(2)), .positions = {}};
    inner.command = context.server.commands().find(inner.request.name());
    if (inner.command != nullptr && inner.command->is_container()) {
        const bool has_word = inner.request.size() > 1;
        inner.command =
            has_word ? CommandTable::find_subcommand(*inner.command, inner.request[1]) : nullptr;
    }
    if (inner.command == nullptr) return refuse("ERR Invalid command specified");
    const CommandSpec& spec = *inner.command->spec;
    const auto size = static_cast<std::int64_t>(inner.request.size());
    if (spec.first_key == 0 && !inner.command->has(flag_movablekeys)) {
        return refuse("ERR The command has no key arguments");
    }
    if (spec.arity >= 0 ? size != spec.arity : size < -std::int64_t{spec.arity}) {
        return refuse("ERR Invalid number of arguments specified for command");
    }
    auto keys = find_keys(*inner.command, inner.request);
    if (!keys.valid) return refuse("ERR Invalid arguments specified for command");
    inner.positions = std::move(keys.positions);
    return inner;
}

void run_getkeys(CommandContext& context) {
    const auto inner = find_inner_keys(context);
    if (!inner.has_value()) return;
    context.reply.array(inner->positions.size());
    for (const auto at : inner->positions) {
        context.reply.bulk(inner->request[at]);
    }
}

void run_getkeysandflags(CommandContext& context) {
    const auto inner = find_inner_keys(context);
    if (!inner.has_value()) return;
    context.reply.array(inner->positions.size());
    for (const auto at : inner->positions) {
        const auto flags = key_flags(*inner->command);
        context.reply.array(2);
        context.reply.bulk(inner->request[at]);
        context.reply.set(flags.size());
        for (const auto flag : flags) {
            context.reply.simple(flag);
        }
    }
}

constexpr std::uint32_t telling = flag_loading | flag_stale;

constexpr ArgumentDocs names_arguments[] = {{"command-name", "string", {}, true, true}};
constexpr ArgumentDocs filter_choices[] = {{"module-name", "string", "MODULE"},
                                           {"category", "string", "ACLCAT"},
                                           {"pattern", "pattern", "PATTERN"}};
constexpr ArgumentDocs list_arguments[] = {
    {"filterby", "oneof", "FILTERBY", true, false, filter_choices}};
constexpr ArgumentDocs getkeys_arguments[] = {{"command", "string"},
                                              {"arg", "string", {}, true, true}};

constexpr CommandSpec rows[] = {
    {"command|count", 2, telling, 0, 0, 0, "server", "2.8.13", "How many commands there are.",
     "O(1)", run_count},
    {"command|docs",
     -2,
     telling,
     0,
     0,
     0,
     "server",
     "7.0.0",
     "What commands do and take.",
     "O(N) for N commands",
     run_docs,
     {},
     names_arguments},
    {"command|getkeys",
     -3,
     telling,
     0,
     0,
     0,
     "server",
     "2.8.13",
     "The keys of a request.",
     "O(N) for N arguments",
     run_getkeys,
     {},
     getkeys_arguments},
    {"command|getkeysandflags",
     -3,
     telling,
     0,
     0,
     0,
     "server",
     "7.0.0",
     "The keys of a request, and what it does with them.",
     "O(N) for N arguments",
     run_getkeysandflags,
     {},
     getkeys_arguments},
    {"command|help", 2, telling, 0, 0, 0, "server", "5.0.0", "The subcommands of COMMAND.", "O(1)",
     run_help},
    {"command|info",
     -2,
     telling,
     0,
     0,
     0,
     "server",
     "2.8.13",
     "Arity, flags and keys of commands.",
     "O(N) for N commands",
     run_info_of,
     {},
     names_arguments},
    {"command|list",
     -2,
     telling,
     0,
     0,
     0,
     "server",
     "7.0.0",
     "The names of commands.",
     "O(N) for N commands",
     run_list,
     {},
     list_arguments},
};

}  // namespace

void run_command_list(CommandContext& context) {
    const auto commands = context.server.commands().all();
    context.reply.array(commands.size());
    for (const auto& command : commands) {
        reply_command_info(context.reply, command);
    }
}

std::span<const CommandSpec> command_subcommands() {
    return rows;
}

}  // namespace sluice
