#include "work_commands/work_arguments.hpp"

#include <charconv>

#include "server/error_replies.hpp"
#include "server/number_argument.hpp"
#include "stream_commands/stream_ids.hpp"

namespace sluice {

std::optional<GroupKey> group_argument(CommandContext& context) {
    return find_group(context, context.request[1], context.request[2]);
}

std::optional<Epoch> epoch_argument(CommandContext& context, std::size_t at) {
    const std::string_view text = context.request[at];
    Epoch epoch = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (error == std::errc{} && end == text.data() + text.size()) return epoch;
    context.reply.error("ERR an epoch is the number that SLUICE.LEASE gave with the entry");
    return std::nullopt;
}

std::optional<std::vector<LeaseId>> lease_ids(CommandContext& context, std::size_t first) {
    if ((context.request.size() - first) % 2 != 0) {
        context.reply.error("ERR each id is followed by the epoch of its lease");
        return std::nullopt;
    }
    std::vector<LeaseId> ids;
    for (std::size_t at = first; at < context.request.size(); at += 2) {
        const auto id = id_argument(context, at);
        if (!id) return std::nullopt;
        const auto epoch = epoch_argument(context, at + 1);
        if (!epoch) return std::nullopt;
        ids.push_back({*id, *epoch});
    }
    return ids;
}

std::optional<std::int64_t> option_number(CommandContext& context, std::size_t option,
                                          std::int64_t least, std::int64_t most) {
    if (option + 1 < context.request.size()) {
        const auto number = parse_integer(context.request[option + 1]);
        if (number && *number >= least && *number <= most) return number;
    }
    context.reply.error("ERR " + printable(context.request[option], 32) + " is a number from " +
                        std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

}  // namespace sluice
