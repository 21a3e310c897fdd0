#include "cli/reply_streams.hpp"

#include "cli/server_flags.hpp"
#include "cli/stream_survey.hpp"

namespace sluice {
namespace {

// A prefix is a name, not a pattern.
std::string pattern_of(std::string_view prefix) {
    std::string pattern;
    for (const char c : prefix) {
        if (std::string_view("*?[]\\").contains(c)) pattern += '\\';
        pattern += c;
    }
    return pattern + ":*";
}

std::optional<ReplyMessage> message_in(const StreamEntry& entry) {
    auto message = decode_reply(entry.fields);
    if (!message) return std::nullopt;
    return std::move(*message);
}

// Nothing when it is gone.
Result<std::optional<ReplyStream>> look_at(Client& client, const std::string& name) {
    SLUICE_TRY_ASSIGN(const Reply about, client.call({"XINFO", "STREAM", name}));
    if (about.is_error()) return std::optional<ReplyStream>();
    ReplyStream stream{.name = name};
    if (const Reply* length = about.find("length")) {
        stream.unread = static_cast<std::uint64_t>(length->as_integer().value_or(0));
    }
    if (const Reply* last = about.find("last-generated-id")) {
        stream.last_added = EntryId::parse(last->text, 0).value_or(EntryId{});
    }
    SLUICE_TRY_ASSIGN(const Reply range,
                      ask(client, {"XRANGE", name, "-", "+", "COUNT", std::to_string(unread_max)}));
    for (const StreamEntry& entry : entries_of(range)) {
        const auto id = EntryId::parse(entry.id, 0);
        if (id) stream.oldest.push_back({*id, message_in(entry)});
    }
    return std::optional(std::move(stream));
}

}  // namespace

Result<std::vector<ReplyStream>> find_reply_streams(Client& client, std::string_view prefix) {
    SLUICE_TRY_ASSIGN(const StreamNames found, find_streams(client, pattern_of(prefix)));
    std::vector<ReplyStream> streams;
    for (const std::string& name : found.names) {
        SLUICE_TRY_ASSIGN(auto stream, look_at(client, name));
        if (stream) streams.push_back(std::move(*stream));
    }
    return streams;
}

Result<bool> remove_empty_stream(Client& client, const std::string& name) {
    SLUICE_TRY(ask(client, {"WATCH", name}));
    SLUICE_TRY_ASSIGN(const Reply length, ask(client, {"XLEN", name}));
    if (length.integer != 0) {
        SLUICE_TRY(ask(client, {"UNWATCH"}));
        return false;
    }
    SLUICE_TRY(ask(client, {"MULTI"}));
    SLUICE_TRY(ask(client, {"DEL", name}));
    SLUICE_TRY_ASSIGN(const Reply done, ask(client, {"EXEC"}));
    return !done.is_nothing();
}

Result<PrunedStream> prune_reply_stream(Client& client, const ReplyStream& stream,
                                        const ReplyKeeping& keeping, WallTime now, bool is_dry) {
    std::vector<EntryId> ids;
    for (const UnreadReply& reply : stream.oldest)
        ids.push_back(reply.id);
    const auto fate = decide_reply_stream(ids, stream.last_added, now, keeping);
    PrunedStream pruned;
    // They are the oldest ones, in order.
    for (std::size_t at = 0; at < fate.expired.size(); ++at) {
        if (!is_dry) {
            SLUICE_TRY_ASSIGN(const Reply deleted,
                              ask(client, {"XDEL", stream.name, fate.expired[at].text()}));
            if (deleted.integer == 0) continue;  // it was read meanwhile
        }
        pruned.expired.push_back(stream.oldest[at]);
    }
    const bool is_all = stream.unread <= stream.oldest.size();
    if (!fate.is_removed || !is_all) return pruned;
    if (is_dry) {
        pruned.is_removed = true;
    } else {
        SLUICE_TRY_ASSIGN(pruned.is_removed, remove_empty_stream(client, stream.name));
    }
    return pruned;
}

}  // namespace sluice
