#include "document_commands/sorted_set_store.hpp"

namespace sluice {

void store_members(CommandContext& context, std::string_view name, Changes& changes) {
    if (Key* old = context.engine.find(context.tenant, name)) context.engine.remove(*old);
    if (changes.empty()) return context.reply.integer(0);
    Key& key = context.engine.create(context.tenant, name, ValueType::sorted_set);
    changes.commit(context, key);
    context.reply.integer(static_cast<std::int64_t>(key.sorted_set()->size()));
}

}  // namespace sluice
