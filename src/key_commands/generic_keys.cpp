// Keys of any type: remove, look, rename, move.

#include "document_commands/document_access.hpp"
#include "key_commands/generic_handlers.hpp"
#include "key_commands/generic_names.hpp"
#include "server/error_replies.hpp"
#include "server/random_draws.hpp"

namespace sluice {

namespace {

constexpr std::string_view same_object = "ERR source and destination objects are the same";

// How often RANDOMKEY draws again when it meets a key whose time has come.
constexpr int random_key_draws_max = 100;

template <class Counts>
void reply_count(CommandContext& context, const Counts& counts) {
    std::int64_t count = 0;
    for (const std::string_view name : context.request.from(1)) {
        if (counts(name)) ++count;
    }
    context.reply.integer(count);
}

enum class Existing : std::uint8_t { is_replaced, is_kept };

// Whether the key has the new name now; nothing, with the error replied, when there is no key.
std::optional<bool> rename(CommandContext& context, Existing existing) {
    const std::string_view name = context.request[1];
    const std::string_view new_name = context.request[2];
    Key* key = context.engine.find(context.tenant, name);
    if (key == nullptr) {
        context.reply.error(error_text::no_such_key);
        return std::nullopt;
    }
    if (name == new_name) return existing == Existing::is_replaced;
    if (Key* old = context.engine.find(context.tenant, new_name)) {
        if (existing == Existing::is_kept) return false;
        context.engine.remove(*old);
    }
    context.engine.rename(*key, context.tenant, new_name);
    return true;
}

}  // namespace

void run_del(CommandContext& context) {
    reply_count(context, [&](std::string_view name) {
        Key* key = context.engine.find(context.tenant, name);
        if (key != nullptr) context.engine.remove(*key);
        return key != nullptr;
    });
}

void run_exists(CommandContext& context) {
    reply_count(context, [&](std::string_view name) { return look(context, name) != nullptr; });
}

void run_touch(CommandContext& context) {
    reply_count(context, [&](std::string_view name) {
        return context.engine.find(context.tenant, name) != nullptr;
    });
}

void run_type(CommandContext& context) {
    const Key* key = look(context, context.request[1]);
    context.reply.simple(key == nullptr ? "none" : type_name(key->type()));
}

void run_rename(CommandContext& context) {
    if (rename(context, Existing::is_replaced)) context.reply.ok();
}

void run_renamenx(CommandContext& context) {
    const auto renamed = rename(context, Existing::is_kept);
    if (renamed) context.reply.integer(*renamed ? 1 : 0);
}

void run_move(CommandContext& context) {
    const std::string_view name = context.request[1];
    const auto database = database_argument(context, 2);
    if (!database) return;
    if (*database == context.tenant) return context.reply.error(same_object);
    Key* key = context.engine.find(context.tenant, name);
    if (key == nullptr || context.engine.find(*database, name) != nullptr) {
        return context.reply.integer(0);
    }
    context.engine.rename(*key, *database, name);
    context.reply.integer(1);
}

void run_randomkey(CommandContext& context) {
    RandomDraws draws(context);
    for (int draw = 0; draw < random_key_draws_max; ++draw) {
        Key* key = context.engine.random_key(context.tenant, draws.next());
        if (key == nullptr) break;
        // find() removes a key whose time has come.
        const std::string name = key->name;
        if (look(context, name) != nullptr) return context.reply.bulk(name);
    }
    context.reply.null();
}

}  // namespace sluice
