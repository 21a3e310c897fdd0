// When keys expire: EXPIRE, TTL and their kin.

#include "document_commands/document_access.hpp"
#include "document_commands/expiry_argument.hpp"
#include "document_commands/expiry_condition.hpp"
#include "key_commands/generic_handlers.hpp"
#include "server/error_replies.hpp"

namespace sluice {

namespace {

void expire(CommandContext& context, ExpiryUnit unit) {
    const auto condition = parse_expiry_condition(context, 3);
    if (!condition) return;
    const auto expires_at = expiry_argument(context, {unit, 2});
    if (!expires_at) return;
    Key* key = context.engine.find(context.tenant, context.request[1]);
    if (key == nullptr || !condition->allows(key->expires_at, *expires_at)) {
        return context.reply.integer(0);
    }
    if (*expires_at <= context.engine.wall()) {
        context.engine.remove(*key);
    } else {
        context.engine.set_expiry(*key, *expires_at);
    }
    context.reply.integer(1);
}

enum class Since : std::uint8_t { now, epoch };
enum class Unit : std::uint8_t { milliseconds, seconds };

void reply_expiry(CommandContext& context, Since since, Unit unit) {
    const Key* key = look(context, context.request[1]);
    if (key == nullptr) return context.reply.integer(-2);
    if (!key->expires_at) return context.reply.integer(-1);
    const std::int64_t base_ms = since == Since::now ? context.engine.wall().ms() : 0;
    const std::int64_t ms = std::max<std::int64_t>(key->expires_at->ms() - base_ms, 0);
    context.reply.integer(unit == Unit::milliseconds ? ms : (ms + 500) / 1000);
}

}  // namespace

void run_expire(CommandContext& context) {
    expire(context, {.in_seconds = true});
}

void run_pexpire(CommandContext& context) {
    expire(context, {});
}

void run_expireat(CommandContext& context) {
    expire(context, {.in_seconds = true, .is_absolute = true});
}

void run_pexpireat(CommandContext& context) {
    expire(context, {.is_absolute = true});
}

void run_ttl(CommandContext& context) {
    reply_expiry(context, Since::now, Unit::seconds);
}

void run_pttl(CommandContext& context) {
    reply_expiry(context, Since::now, Unit::milliseconds);
}

void run_expiretime(CommandContext& context) {
    reply_expiry(context, Since::epoch, Unit::seconds);
}

void run_pexpiretime(CommandContext& context) {
    reply_expiry(context, Since::epoch, Unit::milliseconds);
}

void run_persist(CommandContext& context) {
    Key* key = context.engine.find(context.tenant, context.request[1]);
    const bool expires = key != nullptr && key->expires_at.has_value();
    if (expires) context.engine.set_expiry(*key, std::nullopt);
    context.reply.integer(expires ? 1 : 0);
}

}  // namespace sluice
