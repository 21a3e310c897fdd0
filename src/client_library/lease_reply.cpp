#include "client_library/lease_reply.hpp"

#include <algorithm>

#include "client_library/client_error.hpp"

namespace sluice {
namespace {

// key, id, epoch, deliveries, failures, lease in ms, fields; docs/protocol/sluice.md
bool is_leased(const Reply& reply) {
    constexpr std::size_t parts = 7;
    const std::vector<Reply>& part = reply.elements;
    return part.size() == parts && part[0].is_text() && part[1].is_text() && part[2].is_text() &&
           part[6].elements.size() % 2 == 0;
}

Leased leased_of(Reply& reply) {
    std::vector<Reply>& part = reply.elements;
    Leased leased;
    leased.event.stream = std::move(part[0].text);
    leased.event.id = std::move(part[1].text);
    leased.epoch = std::move(part[2].text);
    leased.event.deliveries = part[3].as_integer().value_or(1);
    leased.event.failures = part[4].as_integer().value_or(0);
    std::vector<Reply>& fields = part[6].elements;
    for (std::size_t at = 0; at + 1 < fields.size(); at += 2)
        leased.event.fields.emplace_back(std::move(fields[at].text),
                                         std::move(fields[at + 1].text));
    return leased;
}

}  // namespace

Expected<std::vector<Leased>> read_leased(Reply reply) {
    std::vector<Leased> all;
    if (reply.is_nothing()) return all;
    if (!reply.is_aggregate() || !std::ranges::all_of(reply.elements, is_leased)) {
        return odd_reply("lease", reply);
    }
    for (Reply& each : reply.elements)
        all.push_back(leased_of(each));
    return all;
}

}  // namespace sluice
