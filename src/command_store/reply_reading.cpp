#include "command_store/reply_reading.hpp"

#include <algorithm>
#include <charconv>

namespace sluice {

Error odd_reply_error() {
    return {Errc::io, "the server answered in a way that this program does not understand"};
}

std::optional<EntryId> read_id(const Reply& reply) {
    return reply.is_text() ? EntryId::parse(reply.text, 0) : std::nullopt;
}

std::optional<std::uint64_t> read_number(const Reply& reply) {
    if (reply.kind == Reply::Kind::integer) {
        if (reply.integer < 0) return std::nullopt;
        return static_cast<std::uint64_t>(reply.integer);
    }
    std::uint64_t value = 0;
    const char* const end = reply.text.data() + reply.text.size();
    const auto read = std::from_chars(reply.text.data(), end, value);
    const bool is_whole = reply.is_text() && read.ec == std::errc() && read.ptr == end;
    return is_whole ? std::optional(value) : std::nullopt;
}

std::optional<Fields> read_fields(Reply& reply) {
    if (reply.is_nothing()) return Fields{};
    if (!reply.is_aggregate() || reply.elements.size() % 2 != 0) return std::nullopt;
    Fields fields;
    fields.reserve(reply.elements.size() / 2);
    for (std::size_t i = 0; i < reply.elements.size(); i += 2)
        fields.push_back(
            {std::move(reply.elements[i].text), std::move(reply.elements[i + 1].text)});
    return fields;
}

std::optional<std::vector<StoredEntry>> read_entries(Reply& reply) {
    std::vector<StoredEntry> entries;
    if (reply.is_nothing()) return entries;
    if (!reply.is_aggregate()) return std::nullopt;
    entries.reserve(reply.elements.size());
    for (Reply& each : reply.elements) {
        if (each.elements.size() != 2) return std::nullopt;
        const auto id = read_id(each.elements[0]);
        auto fields = read_fields(each.elements[1]);
        if (!id || !fields) return std::nullopt;
        entries.push_back({*id, std::move(*fields)});
    }
    return entries;
}

Answer<std::vector<Reply>> read_transaction(std::vector<Reply> replies) {
    using Replies = std::vector<Reply>;
    Reply& exec = replies.back();
    if (exec.is_error()) {
        // What EXEC says is that something before was wrong; that is what the caller wants to know.
        return refusal<Replies>(std::ranges::find_if(replies, &Reply::is_error)->text);
    }
    if (!exec.is_aggregate()) return odd_answer<Replies>();
    return std::move(exec.elements);
}

}  // namespace sluice
