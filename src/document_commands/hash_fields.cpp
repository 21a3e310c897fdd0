// Commands that change the fields of a hash.

#include <cmath>

#include "document_commands/document_access.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

// Sets the fields and values from argument 2 on; answers how many fields are new, nothing when an
// error has been replied.
std::optional<std::int64_t> set_fields(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() % 2 != 0) {
        context.reply.error("ERR wrong number of arguments for '" + command_name(context) +
                            "' command");
        return std::nullopt;
    }
    const auto found = find_hash(context, request[1]);
    if (!found) return std::nullopt;
    Key& key = key_or_new(context, *found, request[1], ValueType::hash);
    const std::size_t size_before = key.hash()->size();
    Changes changes(EffectKind::hash_set);
    for (std::size_t i = 2; i < request.size(); i += 2) {
        changes.next().add_field(request[i], request[i + 1]);
    }
    changes.commit(context, key);
    return static_cast<std::int64_t>(key.hash()->size() - size_before);
}

// Writes the new value of a counter; the field keeps its time to live.
void write_counter(CommandContext& context, Key* found, std::string_view value) {
    const std::string_view field = context.request[2];
    Key& key = key_or_new(context, found, context.request[1], ValueType::hash);
    const auto old = key.hash()->find(field);
    const auto expires_at = old ? old->expires_at : std::nullopt;
    EffectBuilder set(EffectKind::hash_set);
    set.add_field(field, value);
    context.engine.commit_document(key, set.bytes());
    if (!expires_at) return;
    EffectBuilder expire(EffectKind::hash_expire);
    expire.add_expiry(field, expires_at);
    context.engine.commit_document(key, expire.bytes());
}

// The text of the field of a counter; nothing when there is no such field.
std::optional<std::string_view> counter_text(Key* key, std::string_view field) {
    if (key == nullptr) return std::nullopt;
    const auto found = key->hash()->find(field);
    if (!found) return std::nullopt;
    return found->value;
}

}  // namespace

void run_hset(CommandContext& context) {
    const auto added = set_fields(context);
    if (added) context.reply.integer(*added);
}

void run_hmset(CommandContext& context) {
    if (set_fields(context)) context.reply.ok();
}

void run_hsetnx(CommandContext& context) {
    const Request& request = context.request;
    const auto found = find_hash(context, request[1]);
    if (!found) return;
    if (*found != nullptr && (*found)->hash()->find(request[2])) {
        context.reply.integer(0);
        return;
    }
    Key& key = key_or_new(context, *found, request[1], ValueType::hash);
    EffectBuilder effect(EffectKind::hash_set);
    effect.add_field(request[2], request[3]);
    context.engine.commit_document(key, effect.bytes());
    context.reply.integer(1);
}

void run_hdel(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) {
        context.reply.integer(0);
        return;
    }
    Key& key = **found;
    const std::size_t size_before = key.hash()->size();
    Changes changes(EffectKind::hash_remove);
    for (const std::string_view field : context.request.from(2)) {
        if (key.hash()->find(field)) changes.next().add_name(field);
    }
    changes.commit(context, key);
    context.reply.integer(static_cast<std::int64_t>(size_before - key.hash()->size()));
    remove_if_empty(context, key);
}

void run_hincrby(CommandContext& context) {
    const auto by = integer_argument(context, 3);
    if (!by) return;
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto text = counter_text(*found, context.request[2]);
    const auto old = text ? parse_integer(*text) : 0;
    if (!old) {
        context.reply.error("ERR hash value is not an integer");
        return;
    }
    const auto value = add_checked(*old, *by);
    if (!value) {
        context.reply.error("ERR increment or decrement would overflow");
        return;
    }
    write_counter(context, *found, std::to_string(*value));
    context.reply.integer(*value);
}

void run_hincrbyfloat(CommandContext& context) {
    const auto by = parse_long_real(context.request[3]);
    if (!by) {
        context.reply.error(error_text::not_float);
        return;
    }
    if (!std::isfinite(*by)) {
        context.reply.error("ERR value is NaN or Infinity");
        return;
    }
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto text = counter_text(*found, context.request[2]);
    const auto old = text ? parse_long_real(*text) : 0.0L;
    if (!old) {
        context.reply.error("ERR hash value is not a float");
        return;
    }
    const long double value = *old + *by;
    if (!std::isfinite(value)) {
        context.reply.error("ERR increment would produce NaN or Infinity");
        return;
    }
    const std::string new_text = format_long_real(value);
    write_counter(context, *found, new_text);
    context.reply.bulk(new_text);
}

}  // namespace sluice
