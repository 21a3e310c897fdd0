#include "document_commands/document_access.hpp"

#include <algorithm>

#include "server/session.hpp"

namespace sluice {

namespace {

// Removes the fields whose time has come; null when no field is left and the key went with them.
Key* without_expired_fields(CommandContext& context, Key& key) {
    const auto next = key.hash()->next_expiry();
    if (!next || *next > context.engine.wall()) return &key;
    // A store that takes no changes any more still answers reads.
    if (!context.engine.admit_write(false)) return &key;
    Changes changes(EffectKind::hash_remove);
    for (const std::string& name : key.hash()->expired_fields(context.engine.wall())) {
        changes.next().add_name(name);
    }
    changes.commit(context, key);
    if (!key.hash()->empty()) return &key;
    context.engine.remove(key);
    return nullptr;
}

}  // namespace

Key* look(CommandContext& context, std::string_view name) {
    Key* key = context.engine.peek(context.tenant, name);
    if (key == nullptr) return context.engine.find(context.tenant, name);
    // What is told of the key depends on it like a read.
    Dependency dependency;
    dependency.include(key->durability, key->position);
    context.session.also_wait_for(dependency);
    return key->hash() == nullptr ? key : without_expired_fields(context, *key);
}

std::optional<Key*> find_string(CommandContext& context, std::string_view name) {
    return find_typed(context, name, ValueType::string);
}

std::optional<Key*> find_hash(CommandContext& context, std::string_view name) {
    const auto found = find_typed(context, name, ValueType::hash);
    if (!found || *found == nullptr) return found;
    return without_expired_fields(context, **found);
}

std::optional<Key*> find_sorted_set(CommandContext& context, std::string_view name) {
    return find_typed(context, name, ValueType::sorted_set);
}

Key& overwrite_with_string(CommandContext& context, std::string_view name, std::string_view value,
                           std::optional<WallTime> expires_at) {
    Key* key = context.engine.find(context.tenant, name);
    if (key != nullptr && (key->type() != ValueType::string || key->degraded)) {
        context.engine.remove(*key);
        key = nullptr;
    }
    Key& written = key_or_new(context, key, name, ValueType::string);
    context.engine.commit_document(written, string_set_effect(value));
    if (written.expires_at != expires_at) context.engine.set_expiry(written, expires_at);
    return written;
}

EffectBuilder& Changes::next() {
    if (effects_.empty() || effects_.back().is_full()) effects_.emplace_back(kind_);
    return effects_.back();
}

void Changes::commit(CommandContext& context, Key& key) {
    for (const EffectBuilder& effect : effects_) {
        context.engine.commit_document(key, effect.bytes());
    }
    effects_.clear();
}

void remove_if_empty(CommandContext& context, Key& key) {
    const bool empty = key.hash() != nullptr ? key.hash()->empty() : key.sorted_set()->empty();
    if (empty) context.engine.remove(key);
}

std::string command_name(const CommandContext& context) {
    std::string name(context.request.name());
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name;
}

}  // namespace sluice
