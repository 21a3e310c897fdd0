// When fields of a hash expire: HEXPIRE, HTTL and their kin.

#include <algorithm>

#include "document_commands/document_access.hpp"
#include "document_commands/expiry_argument.hpp"
#include "document_commands/expiry_condition.hpp"
#include "document_commands/hash_field_list.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::string_view bad_field_count = "ERR Number of fields must be a positive integer";
constexpr std::string_view bad_expire_count = "ERR Parameter `numFields` should be greater than 0";

// What is replied for a field.
constexpr std::int64_t no_field = -2;
constexpr std::int64_t no_expiry = -1;
constexpr std::int64_t not_allowed = 0;
constexpr std::int64_t changed = 1;
constexpr std::int64_t removed = 2;

std::optional<HashField> field_of(Key* key, std::string_view name) {
    if (key == nullptr) return std::nullopt;
    return key->hash()->find(name);
}

// The effects of HEXPIRE on one hash, and what is replied for each field.
class Expiration {
  public:
    Expiration(CommandContext& context, Key* key, WallTime expires_at)
        : context_(context), key_(key), expires_at_(expires_at) {}

    std::int64_t expire(std::string_view name, const ExpiryCondition& condition) {
        const auto field = field_of(key_, name);
        if (!field || was_removed(name)) return no_field;
        if (!condition.allows(field->expires_at, expires_at_)) return not_allowed;
        if (expires_at_ <= context_.engine.wall()) {
            removals_.next().add_name(name);
            removed_.push_back(name);
            return removed;
        }
        expiries_.next().add_expiry(name, expires_at_);
        return changed;
    }

    void commit() {
        if (key_ == nullptr) return;
        expiries_.commit(context_, *key_);
        removals_.commit(context_, *key_);
        remove_if_empty(context_, *key_);
    }

  private:
    // The same field may be named twice.
    bool was_removed(std::string_view name) const {
        return std::ranges::find(removed_, name) != removed_.end();
    }

    CommandContext& context_;
    Key* key_;
    WallTime expires_at_;
    Changes expiries_{EffectKind::hash_expire};
    Changes removals_{EffectKind::hash_remove};
    std::vector<std::string_view> removed_;
};

void expire_fields(CommandContext& context, ExpiryUnit unit) {
    const Request& request = context.request;
    const auto found = find_hash(context, request[1]);
    if (!found) return;
    const auto number = integer_argument(context, 2);
    if (!number) return;
    if (*number < 0) return context.reply.error("ERR invalid expire time, must be >= 0");
    const auto expires_at = expiry_argument(context, {unit, 2});
    if (!expires_at) return;
    ExpiryCondition condition;
    const std::size_t fields_at = take_expiry_condition(request[3], condition) ? 4 : 3;
    const auto fields = field_list_argument(context, fields_at, bad_expire_count);
    if (!fields) return;

    Expiration expiration(context, *found, *expires_at);
    context.reply.array(fields->size());
    for (const std::string_view name : *fields) {
        context.reply.integer(expiration.expire(name, condition));
    }
    expiration.commit();
}

enum class Since : std::uint8_t { now, epoch };
enum class Unit : std::uint8_t { milliseconds, seconds };

void reply_expiries(CommandContext& context, Since since, Unit unit) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto fields = field_list_argument(context, 2, bad_field_count);
    if (!fields) return;
    const std::int64_t base_ms = since == Since::now ? context.engine.wall().ms() : 0;
    context.reply.array(fields->size());
    for (const std::string_view name : *fields) {
        const auto field = field_of(*found, name);
        if (!field || !field->expires_at) {
            context.reply.integer(field ? no_expiry : no_field);
            continue;
        }
        const std::int64_t ms = field->expires_at->ms() - base_ms;
        // A second that has begun counts.
        context.reply.integer(unit == Unit::seconds ? (ms + 999) / 1000 : ms);
    }
}

}  // namespace

void run_hexpire(CommandContext& context) {
    expire_fields(context, {.in_seconds = true});
}

void run_hpexpire(CommandContext& context) {
    expire_fields(context, {});
}

void run_hexpireat(CommandContext& context) {
    expire_fields(context, {.in_seconds = true, .is_absolute = true});
}

void run_hpexpireat(CommandContext& context) {
    expire_fields(context, {.is_absolute = true});
}

void run_httl(CommandContext& context) {
    reply_expiries(context, Since::now, Unit::seconds);
}

void run_hpttl(CommandContext& context) {
    reply_expiries(context, Since::now, Unit::milliseconds);
}

void run_hexpiretime(CommandContext& context) {
    reply_expiries(context, Since::epoch, Unit::seconds);
}

void run_hpexpiretime(CommandContext& context) {
    reply_expiries(context, Since::epoch, Unit::milliseconds);
}

void run_hpersist(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto fields = field_list_argument(context, 2, bad_field_count);
    if (!fields) return;
    Changes changes(EffectKind::hash_expire);
    context.reply.array(fields->size());
    for (const std::string_view name : *fields) {
        const auto field = field_of(*found, name);
        if (!field || !field->expires_at) {
            context.reply.integer(field ? no_expiry : no_field);
            continue;
        }
        changes.next().add_expiry(name, std::nullopt);
        context.reply.integer(changed);
    }
    if (*found != nullptr) changes.commit(context, **found);
}

}  // namespace sluice
