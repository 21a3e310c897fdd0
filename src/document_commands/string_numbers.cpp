// Strings as counters. The effect holds the new value, never the increment.

#include <charconv>
#include <cmath>
#include <limits>

#include "document/effect.hpp"
#include "document_commands/document_access.hpp"
#include "document_commands/string_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

void increment(CommandContext& context, std::int64_t by) {
    const std::string_view name = context.request[1];
    const auto found = find_string(context, name);
    if (!found) return;
    const auto old = *found == nullptr ? 0 : parse_integer(*(*found)->string());
    if (!old) {
        context.reply.error(error_text::not_integer);
        return;
    }
    const auto value = add_checked(*old, by);
    if (!value) {
        context.reply.error("ERR increment or decrement would overflow");
        return;
    }
    Key& key = key_or_new(context, *found, name, ValueType::string);
    context.engine.commit_document(key, string_set_effect(std::to_string(*value)));
    context.reply.integer(*value);
}

}  // namespace

void run_incr(CommandContext& context) {
    increment(context, 1);
}

void run_decr(CommandContext& context) {
    increment(context, -1);
}

void run_incrby(CommandContext& context) {
    const auto by = integer_argument(context, 2);
    if (by) increment(context, *by);
}

void run_decrby(CommandContext& context) {
    const auto by = integer_argument(context, 2);
    if (!by) return;
    if (*by == std::numeric_limits<std::int64_t>::min()) {
        context.reply.error("ERR decrement would overflow");
        return;
    }
    increment(context, -*by);
}

void run_incrbyfloat(CommandContext& context) {
    const std::string_view name = context.request[1];
    const auto found = find_string(context, name);
    if (!found) return;
    const auto old = *found == nullptr ? 0.0L : parse_long_real(*(*found)->string());
    const auto by = parse_long_real(context.request[2]);
    if (!old || !by) {
        context.reply.error(error_text::not_float);
        return;
    }
    const long double value = *old + *by;
    if (!std::isfinite(value)) {
        context.reply.error("ERR increment would produce NaN or Infinity");
        return;
    }
    Key& key = key_or_new(context, *found, name, ValueType::string);
    context.engine.commit_document(key, string_set_effect(format_long_real(value)));
    context.reply.bulk(*key.string());
}

}  // namespace sluice
