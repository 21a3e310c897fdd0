#include "document_commands/expiry_argument.hpp"

#include <algorithm>
#include <limits>

#include "document_commands/document_access.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

void reply_invalid_expiry(CommandContext& context) {
    context.reply.error("ERR invalid expire time in '" + command_name(context) + "' command");
}

std::optional<WallTime> resolve(CommandContext& context, std::int64_t number, ExpiryUnit unit) {
    constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / 1000;
    if (unit.in_seconds && (number > seconds_max || number < -seconds_max)) return std::nullopt;
    const std::int64_t given_ms = unit.in_seconds ? number * 1000 : number;
    const std::int64_t base_ms = unit.is_absolute ? 0 : context.engine.wall().ms();
    const auto ms = add_checked(given_ms, base_ms);
    if (!ms || *ms > expiry_ms_max) return std::nullopt;
    // The past is the past, however long ago.
    return WallTime::from_ms(std::max(*ms, -expiry_ms_max));
}

}  // namespace

std::optional<ExpiryUnit> parse_expiry_word(std::string_view argument) {
    if (is_word(argument, "ex")) return ExpiryUnit{.in_seconds = true};
    if (is_word(argument, "px")) return ExpiryUnit{};
    if (is_word(argument, "exat")) return ExpiryUnit{.in_seconds = true, .is_absolute = true};
    if (is_word(argument, "pxat")) return ExpiryUnit{.is_absolute = true};
    return std::nullopt;
}

std::optional<WallTime> expiry_argument(CommandContext& context, ExpiryArgument argument) {
    const auto number = integer_argument(context, argument.at);
    if (!number) return std::nullopt;
    const auto time = resolve(context, *number, argument.unit);
    if (!time) reply_invalid_expiry(context);
    return time;
}

std::optional<WallTime> positive_expiry_argument(CommandContext& context, ExpiryArgument argument) {
    const auto number = integer_argument(context, argument.at);
    if (!number) return std::nullopt;
    const auto time = *number > 0 ? resolve(context, *number, argument.unit) : std::nullopt;
    if (!time) reply_invalid_expiry(context);
    return time;
}

}  // namespace sluice
