// SLUICE.DURABILITY: how far a change of a key must have gone before its reply leaves.

#include <optional>

#include "key_commands/key_commands.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

std::optional<Durability> level_argument(CommandContext& context, std::size_t at) {
    for (const auto level : {Durability::memory, Durability::os, Durability::disk}) {
        if (is_word(context.request[at], name_of(level))) return level;
    }
    context.reply.error("ERR durability must be memory, os or disk");
    return std::nullopt;
}

void run_durability(CommandContext& context) {
    if (context.request.size() > 3) return context.reply.error(error_text::syntax);
    std::optional<Durability> wanted;
    if (context.request.size() == 3) {
        wanted = level_argument(context, 2);
        if (!wanted) return;
    }
    Key* const key = context.engine.find(context.tenant, context.request[1]);
    if (key == nullptr) {
        // A key that is not there has no level to show, and none to set.
        if (!wanted) return context.reply.null();
        return context.reply.error(error_text::no_such_key);
    }
    if (wanted && *wanted != key->durability) context.engine.set_durability(*key, *wanted);
    context.reply.bulk(name_of(key->durability));
}

constexpr ArgumentDocs levels[] = {
    {"memory", "pure-token", "MEMORY"}, {"os", "pure-token", "OS"}, {"disk", "pure-token", "DISK"}};

constexpr ArgumentDocs durability_arguments[] = {{"key", "key"},
                                                 {"level", "oneof", "", true, false, levels}};

constexpr CommandSpec rows[] = {
    {"sluice.durability",
     -2,
     flag_write | flag_fast,
     1,
     1,
     1,
     "generic",
     "1.0.0",
     "How far a change of a key must have gone before its reply leaves; sets it, if asked.",
     "O(1)",
     run_durability,
     {},
     durability_arguments},
};

}  // namespace

CommandFamily durability_commands() {
    return rows;
}

}  // namespace sluice
