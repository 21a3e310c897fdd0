#include "document_commands/expiry_condition.hpp"

#include "server/number_argument.hpp"

namespace sluice {

bool ExpiryCondition::allows(std::optional<WallTime> old_time, WallTime new_time) const {
    if (only_without && old_time) return false;
    if (only_with && !old_time) return false;
    if (only_later && (!old_time || new_time <= *old_time)) return false;
    return !only_earlier || !old_time || new_time < *old_time;
}

bool take_expiry_condition(std::string_view word, ExpiryCondition& condition) {
    if (is_word(word, "nx")) return condition.only_without = true;
    if (is_word(word, "xx")) return condition.only_with = true;
    if (is_word(word, "gt")) return condition.only_later = true;
    if (is_word(word, "lt")) return condition.only_earlier = true;
    return false;
}

std::optional<ExpiryCondition> parse_expiry_condition(CommandContext& context, std::size_t at) {
    ExpiryCondition condition;
    for (const std::string_view word : context.request.from(at)) {
        if (take_expiry_condition(word, condition)) continue;
        context.reply.error("ERR Unsupported option " + printable(word, 128));
        return std::nullopt;
    }
    const auto [without, with, later, earlier] = condition;
    if (without && (with || later || earlier)) {
        context.reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
        return std::nullopt;
    }
    if (later && earlier) {
        context.reply.error("ERR GT and LT options at the same time are not compatible");
        return std::nullopt;
    }
    return condition;
}

}  // namespace sluice
