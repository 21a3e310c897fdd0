// Parts of strings: append, length, ranges.

#include "document/effect.hpp"
#include "document/string_value.hpp"
#include "document_commands/document_access.hpp"
#include "document_commands/string_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

bool fits(CommandContext& context, std::uint64_t begin, std::size_t size) {
    if (begin <= string_bytes_max && size <= string_bytes_max - begin) return true;
    context.reply.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    return false;
}

std::size_t size_of(Key* key) {
    return key == nullptr ? 0 : key->string()->size();
}

}  // namespace

void run_append(CommandContext& context) {
    const std::string_view name = context.request[1];
    const std::string_view bytes = context.request[2];
    const auto found = find_string(context, name);
    if (!found || !fits(context, size_of(*found), bytes.size())) return;
    Key& key = key_or_new(context, *found, name, ValueType::string);
    context.engine.commit_document(key, string_append_effect(bytes));
    context.reply.integer(static_cast<std::int64_t>(key.string()->size()));
}

void run_strlen(CommandContext& context) {
    const auto found = find_string(context, context.request[1]);
    if (found) context.reply.integer(static_cast<std::int64_t>(size_of(*found)));
}

void run_getrange(CommandContext& context) {
    const auto first = integer_argument(context, 2);
    if (!first) return;
    const auto last = integer_argument(context, 3);
    if (!last) return;
    const auto found = find_string(context, context.request[1]);
    if (!found) return;

    // Negative places count from the end; the range is cut to the string.
    const auto size = static_cast<std::int64_t>(size_of(*found));
    const std::int64_t begin = std::max<std::int64_t>(*first < 0 ? size + *first : *first, 0);
    const std::int64_t end = std::min((*last < 0 ? size + *last : *last), size - 1);
    if (begin > end) {
        context.reply.bulk("");
        return;
    }
    const std::string_view value = *(*found)->string();
    context.reply.bulk(
        value.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin + 1)));
}

void run_setrange(CommandContext& context) {
    const std::string_view name = context.request[1];
    const std::string_view bytes = context.request[3];
    const auto offset = integer_argument(context, 2);
    if (!offset) return;
    if (*offset < 0) {
        context.reply.error("ERR offset is out of range");
        return;
    }
    const auto found = find_string(context, name);
    if (!found) return;
    if (bytes.empty()) {
        context.reply.integer(static_cast<std::int64_t>(size_of(*found)));
        return;
    }
    const auto begin = static_cast<std::uint64_t>(*offset);
    if (!fits(context, begin, bytes.size())) return;
    Key& key = key_or_new(context, *found, name, ValueType::string);
    context.engine.commit_document(key, string_write_effect(begin, bytes));
    context.reply.integer(static_cast<std::int64_t>(key.string()->size()));
}

}  // namespace sluice
