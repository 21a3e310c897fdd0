// Commands that read the fields of a hash.

#include <vector>

#include "document_commands/document_access.hpp"
#include "document_commands/hash_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/scan_arguments.hpp"

namespace sluice {

namespace {

std::optional<HashField> field_of(Key* key, std::string_view name) {
    if (key == nullptr) return std::nullopt;
    return key->hash()->find(name);
}

std::size_t size_of(Key* key) {
    return key == nullptr ? 0 : key->hash()->size();
}

void reply_value(CommandContext& context, const std::optional<HashField>& field) {
    if (field) {
        context.reply.bulk(field->value);
    } else {
        context.reply.null();
    }
}

// HKEYS or HVALS.
void reply_each(CommandContext& context, std::string_view HashField::* part) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    context.reply.array(size_of(*found));
    if (*found == nullptr) return;
    (*found)->hash()->for_each([&](const HashField& field) { context.reply.bulk(field.*part); });
}

void reply_scan(CommandContext& context, std::uint64_t cursor, const std::vector<HashField>& fields,
                bool with_values) {
    context.reply.array(2);
    context.reply.bulk(std::to_string(cursor));
    context.reply.array(fields.size() * (with_values ? 2 : 1));
    for (const HashField& field : fields) {
        context.reply.bulk(field.name);
        if (with_values) context.reply.bulk(field.value);
    }
}

}  // namespace

void run_hget(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (found) reply_value(context, field_of(*found, context.request[2]));
}

void run_hmget(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    context.reply.array(context.request.size() - 2);
    for (const std::string_view name : context.request.from(2)) {
        reply_value(context, field_of(*found, name));
    }
}

void run_hgetall(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    context.reply.map(size_of(*found));
    if (*found == nullptr) return;
    (*found)->hash()->for_each([&](const HashField& field) {
        context.reply.bulk(field.name);
        context.reply.bulk(field.value);
    });
}

void run_hkeys(CommandContext& context) {
    reply_each(context, &HashField::name);
}

void run_hvals(CommandContext& context) {
    reply_each(context, &HashField::value);
}

void run_hlen(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (found) context.reply.integer(static_cast<std::int64_t>(size_of(*found)));
}

void run_hexists(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (found) context.reply.integer(field_of(*found, context.request[2]) ? 1 : 0);
}

void run_hstrlen(CommandContext& context) {
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    const auto field = field_of(*found, context.request[2]);
    context.reply.integer(field ? static_cast<std::int64_t>(field->value.size()) : 0);
}

void run_hscan(CommandContext& context) {
    auto cursor = scan_cursor_argument(context, ScanKind::hash);
    if (!cursor) return;
    const auto found = find_hash(context, context.request[1]);
    if (!found) return;
    if (*found == nullptr) return reply_scan(context, 0, {}, true);
    auto options = scan_options_argument(context, ScanKind::hash);
    if (!options) return;

    std::vector<HashField> fields;
    std::size_t seen = 0;
    Result<void> matched;
    const auto visit = [&](const HashField& field) {
        ++seen;
        const auto taken = takes(*options, field.name);
        if (!taken) {
            matched = taken.error();
        } else if (*taken) {
            fields.push_back(field);
        }
    };
    for (std::size_t round = 0; round < scan_rounds_max; ++round) {
        cursor = (*found)->hash()->scan(*cursor, options->count, visit);
        if (*cursor == 0 || seen >= options->count) break;
    }
    if (!matched) return context.reply.error("ERR " + matched.error().message);
    reply_scan(context, *cursor, fields, !options->no_values);
}

}  // namespace sluice
