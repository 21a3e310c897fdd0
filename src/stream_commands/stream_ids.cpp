#include "stream_commands/stream_ids.hpp"

#include <limits>

namespace sluice {

namespace {

constexpr std::uint64_t seq_max = std::numeric_limits<std::uint64_t>::max();

struct Bound {
    EntryId id;
    bool is_open = false;
};

std::optional<Bound> parse_bound(std::string_view text, std::uint64_t missing_seq) {
    if (text == "-") return Bound{EntryId::min()};
    if (text == "+") return Bound{EntryId::max()};
    const bool is_open = text.size() > 1 && text.front() == '(';
    const auto id = EntryId::parse(is_open ? text.substr(1) : text, missing_seq);
    if (!id) return std::nullopt;
    return Bound{*id, is_open};
}

}  // namespace

std::optional<EntryId> id_argument(CommandContext& context, std::size_t at) {
    const auto id = EntryId::parse(context.request[at], 0);
    if (!id) context.reply.error(error_text::invalid_id);
    return id;
}

std::optional<std::vector<EntryId>> id_arguments(CommandContext& context, std::size_t first,
                                                 std::size_t count) {
    std::vector<EntryId> ids;
    ids.reserve(count);
    for (std::size_t at = first; at < first + count; ++at) {
        const auto id = id_argument(context, at);
        if (!id) return std::nullopt;
        ids.push_back(*id);
    }
    return ids;
}

std::optional<EntryId> interval_start(CommandContext& context, std::size_t at) {
    const auto bound = parse_bound(context.request[at], 0);
    if (!bound) {
        context.reply.error(error_text::invalid_id);
        return std::nullopt;
    }
    if (!bound->is_open) return bound->id;
    const auto above = bound->id.next();
    if (!above) context.reply.error("ERR invalid start ID for the interval");
    return above;
}

std::optional<EntryId> interval_end(CommandContext& context, std::size_t at) {
    const auto bound = parse_bound(context.request[at], seq_max);
    if (!bound) {
        context.reply.error(error_text::invalid_id);
        return std::nullopt;
    }
    if (!bound->is_open) return bound->id;
    const auto below = bound->id.previous();
    if (!below) context.reply.error("ERR invalid end ID for the interval");
    return below;
}

}  // namespace sluice
