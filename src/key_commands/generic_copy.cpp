// COPY: a second key with the same value.

#include "document_commands/document_access.hpp"
#include "key_commands/generic_handlers.hpp"
#include "key_commands/generic_names.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_copy.hpp"

namespace sluice {

namespace {

struct CopyOptions {
    bool replaces = false;
    TenantNumber tenant = 0;
};

std::optional<CopyOptions> parse_copy_options(CommandContext& context) {
    const Request& request = context.request;
    CopyOptions options{.tenant = context.tenant};
    for (std::size_t at = 3; at < request.size(); ++at) {
        if (is_word(request[at], "replace")) {
            options.replaces = true;
        } else if (is_word(request[at], "db") && at + 1 < request.size()) {
            const auto database = database_argument(context, ++at);
            if (!database) return std::nullopt;
            options.tenant = *database;
        } else {
            context.reply.error(error_text::syntax);
            return std::nullopt;
        }
    }
    return options;
}

void copy_hash(CommandContext& context, const Hash& source, Key& copy) {
    Changes fields(EffectKind::hash_set);
    Changes expiries(EffectKind::hash_expire);
    source.for_each([&](const HashField& field) {
        fields.next().add_field(field.name, field.value);
        if (field.expires_at) expiries.next().add_expiry(field.name, field.expires_at);
    });
    fields.commit(context, copy);
    expiries.commit(context, copy);
}

void copy_sorted_set(CommandContext& context, const SortedSet& source, Key& copy) {
    Changes members(EffectKind::members_set);
    source.for_each({0, source.size()}, Direction::forward, [&](const ScoredMember& member) {
        members.next().add_member(member.member, member.score);
    });
    members.commit(context, copy);
}

Result<void> copy_value(CommandContext& context, Key& source, Key& copy) {
    switch (source.type()) {
        case ValueType::string:
            context.engine.commit_document(copy, string_set_effect(*source.string()));
            return {};
        case ValueType::hash:
            copy_hash(context, *source.hash(), copy);
            return {};
        case ValueType::sorted_set:
            copy_sorted_set(context, *source.sorted_set(), copy);
            return {};
        case ValueType::stream:
            return copy_stream(context, source, copy);
    }
    return {};
}

}  // namespace

void run_copy(CommandContext& context) {
    const auto options = parse_copy_options(context);
    if (!options) return;
    const std::string_view name = context.request[1];
    const std::string_view new_name = context.request[2];
    if (options->tenant == context.tenant && name == new_name) {
        return context.reply.error("ERR source and destination objects are the same");
    }
    Key* source = context.engine.find(context.tenant, name);
    if (source == nullptr) return context.reply.integer(0);
    if (refuses_damaged(context, *source)) return;
    Key* old = context.engine.find(options->tenant, new_name);
    if (old != nullptr && !options->replaces) return context.reply.integer(0);
    if (source->stream() != nullptr) {
        const auto copyable = check_stream_copy(context, *source);
        if (!copyable) return reply_error(context.reply, copyable.error());
    }
    if (old != nullptr) context.engine.remove(*old);
    Key& copy = context.engine.create(options->tenant, new_name, source->type());
    if (source->durability != copy.durability) {
        context.engine.set_durability(copy, source->durability);
    }
    const auto copied = copy_value(context, *source, copy);
    if (!copied) {
        context.engine.remove(copy);
        return reply_error(context.reply, copied.error());
    }
    if (source->expires_at) context.engine.set_expiry(copy, source->expires_at);
    context.reply.integer(1);
}

}  // namespace sluice
