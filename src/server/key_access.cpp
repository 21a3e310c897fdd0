#include "server/key_access.hpp"

#include "server/error_replies.hpp"
#include "server/server.hpp"

namespace sluice {

bool refuses_damaged(CommandContext& context, const Key& key) {
    if (!key.degraded || key.type() == ValueType::stream) return false;
    context.reply.error(
        "CORRUPT a change of this key is lost in a damaged part of the journal; DEL or SET it");
    return true;
}

std::optional<Key*> find_typed(CommandContext& context, std::string_view name, ValueType type) {
    Key* key = context.engine.find(context.tenant, name);
    if (context.session.last_command->has(flag_readonly)) {
        context.server.statistics().count_lookup(key != nullptr);
    }
    if (key != nullptr && key->type() != type) {
        context.reply.error(error_text::wrong_type);
        return std::nullopt;
    }
    if (key != nullptr && refuses_damaged(context, *key)) return std::nullopt;
    return key;
}

Key& key_or_new(CommandContext& context, Key* key, std::string_view name, ValueType type) {
    if (key != nullptr) return *key;
    return context.engine.create(context.tenant, name, type);
}

}  // namespace sluice
