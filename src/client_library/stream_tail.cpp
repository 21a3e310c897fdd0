#include "client_library/stream_tail.hpp"

#include <algorithm>

#include "client_library/client_error.hpp"

namespace sluice {
namespace {

// Entries of some megabytes may be among them.
constexpr std::string_view count_max = "16";
// Beyond the time that the server was asked to block.
constexpr Duration patience = Duration::from_seconds(10);

bool is_entry(const Reply& reply) {
    return reply.elements.size() == 2 && reply.elements[0].is_text() &&
           reply.elements[1].elements.size() % 2 == 0;
}

TailEntry entry_of(Reply& reply) {
    TailEntry entry{.id = std::move(reply.elements[0].text), .fields = {}};
    std::vector<Reply>& fields = reply.elements[1].elements;
    for (std::size_t at = 0; at + 1 < fields.size(); at += 2)
        entry.fields.push_back({std::move(fields[at].text), std::move(fields[at + 1].text)});
    return entry;
}

}  // namespace

Expected<std::vector<TailEntry>> StreamTail::read(Duration block) {
    const std::string action = "read '" + stream_ + "'";
    auto channel = link_.channel();
    if (!channel) return channel.error();
    if (block > Duration{}) {
        (*channel)->queue({"XREAD", "COUNT", count_max, "BLOCK", std::to_string(block.ms()),
                           "STREAMS", stream_, last_});
    } else {
        (*channel)->queue({"XREAD", "COUNT", count_max, "STREAMS", stream_, last_});
    }
    auto reply = (*channel)->read({block.microseconds + patience.microseconds});
    if (!reply) {
        link_.drop();
        return lost_answer(action, reply.error());
    }
    if (reply->is_error()) return refused_by_server(action, reply->text);
    std::vector<TailEntry> entries;
    if (reply->is_nothing()) return entries;
    // One stream: its name and its entries.
    const bool is_ours = reply->elements.size() == 1 && reply->elements[0].elements.size() == 2;
    if (!is_ours) return odd_reply(action, *reply);
    std::vector<Reply>& read = reply->elements[0].elements[1].elements;
    if (!std::ranges::all_of(read, is_entry)) return odd_reply(action, *reply);
    for (Reply& each : read)
        entries.push_back(entry_of(each));
    if (!entries.empty()) last_ = entries.back().id;
    return entries;
}

}  // namespace sluice
