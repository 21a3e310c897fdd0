#include "crash/workers.hpp"

#include <array>
#include <string_view>

#include "io/random.hpp"
#include "net/client.hpp"

namespace sluice::testing {

namespace {

constexpr std::array<std::size_t, 4> pipeline_lengths = {1, 4, 16, 100};

EntryId id_of(const Reply& reply) {
    return EntryId::parse(reply.text, 0).value_or(EntryId::min());
}

// Sends XACK for these ids; the page says whether the reply came.
Result<void> acknowledge(Client& client, const std::vector<EntryId>& ids, ConsumerPage& page) {
    if (ids.empty()) return {};
    std::vector<std::string> words = {"XACK", stream_name(page.stream), "g"};
    for (const EntryId id : ids) {
        words.push_back(id.text());
    }
    page.ack_sent.insert(page.ack_sent.end(), ids.begin(), ids.end());
    SLUICE_TRY_ASSIGN(const auto reply,
                      client.call(std::vector<std::string_view>(words.begin(), words.end())));
    if (reply.kind != Reply::Kind::integer) page.complaint = "XACK: " + printed(reply);
    page.ack_replied.insert(page.ack_replied.end(), ids.begin(), ids.end());
    page.ack_sent.resize(page.ack_sent.size() - ids.size());
    return {};
}

Result<void> write_batch(Client& client, std::size_t size, WriterPage& page) {
    const std::string stream = stream_name(stream_of_writer(page.writer));
    const std::string writer = std::to_string(page.writer);
    for (std::size_t i = 0; i < size; ++i) {
        const std::string number = std::to_string(page.sent);
        const std::string value = payload(page.writer, page.sent);
        client.queue({"XADD", stream, "*", "w", writer, "n", number, "p", value});
        ++page.sent;
    }
    SLUICE_TRY(client.flush());
    for (std::size_t i = 0; i < size; ++i) {
        SLUICE_TRY_ASSIGN(const auto reply, client.read());
        if (reply.kind != Reply::Kind::bulk) page.complaint = "XADD: " + printed(reply);
        page.acked.push_back(id_of(reply));
    }
    return {};
}

Result<void> consume_batch(Client& client, Random& random, ConsumerPage& page) {
    const std::string count = std::to_string(1 + random.below(100));
    SLUICE_TRY_ASSIGN(const auto reply,
                      client.call({"XREADGROUP", "GROUP", "g", page.name, "COUNT", count, "BLOCK",
                                   "1000", "STREAMS", stream_name(page.stream), ">"}));
    if (reply.is_nothing()) return {};
    const bool has_entries = reply.elements.size() == 1 && reply.elements[0].elements.size() == 2;
    if (!has_entries) {
        page.complaint = "XREADGROUP: " + printed(reply);
        return Error{Errc::invalid, page.complaint};
    }
    std::vector<EntryId> to_ack;
    for (const Reply& entry : reply.elements[0].elements[1].elements) {
        const EntryId id = id_of(entry.elements[0]);
        page.received.push_back(id);
        if (!random.one_in(10)) to_ack.push_back(id);
    }
    return acknowledge(client, to_ack, page);
}

Result<void> claim_batch(Client& client, Random& random, ConsumerPage& page) {
    SLUICE_TRY_ASSIGN(const auto reply,
                      client.call({"XAUTOCLAIM", stream_name(page.stream), "g", page.name, "20",
                                   "0-0", "COUNT", "20", "JUSTID"}));
    if (reply.elements.size() != 3) {
        page.complaint = "XAUTOCLAIM: " + printed(reply);
        return Error{Errc::invalid, page.complaint};
    }
    std::vector<EntryId> to_ack;
    for (const Reply& each : reply.elements[1].elements) {
        const EntryId id = id_of(each);
        page.claimed.push_back(id);
        if (random.one_in(2)) to_ack.push_back(id);
    }
    SLUICE_TRY(acknowledge(client, to_ack, page));
    // Lets time pass without a clock of its own: the group has no such stream, so nothing comes.
    SLUICE_TRY(client.call({"XREAD", "BLOCK", "10", "STREAMS", "nothing", "$"}));
    return {};
}

Result<void> write_pair(Client& client, PairPage& page) {
    const std::string number = std::to_string(++page.sent);
    client.queue({"MULTI"});
    client.queue({"XADD", "left", "*", "n", number});
    client.queue({"SET", "last", number});
    client.queue({"XADD", "right", "*", "n", number});
    client.queue({"EXEC"});
    SLUICE_TRY(client.flush());
    for (int i = 0; i < 4; ++i) {
        SLUICE_TRY(client.read());
    }
    SLUICE_TRY_ASSIGN(const auto reply, client.read());
    if (reply.elements.size() != 3) page.complaint = "EXEC: " + printed(reply);
    page.acked = page.sent;
    return {};
}

}  // namespace

void write_entries(const Address& server, std::uint64_t seed, std::uint64_t entries_max,
                   WriterPage& page) {
    Random random(seed);
    auto client = Client::connect(server);
    while (client && page.complaint.empty() && page.sent - page.era_first < entries_max) {
        const std::size_t size = pipeline_lengths[random.below(pipeline_lengths.size())];
        if (!write_batch(*client, size, page)) return;
    }
}

void consume(const Address& server, std::uint64_t seed, ConsumerPage& page) {
    Random random(seed);
    auto client = Client::connect(server);
    while (client && page.complaint.empty()) {
        if (!consume_batch(*client, random, page)) return;
    }
}

void claim(const Address& server, std::uint64_t seed, ConsumerPage& page) {
    Random random(seed);
    auto client = Client::connect(server);
    while (client && page.complaint.empty()) {
        if (!claim_batch(*client, random, page)) return;
    }
}

void write_pairs(const Address& server, PairPage& page) {
    auto client = Client::connect(server);
    while (client && page.complaint.empty()) {
        if (!write_pair(*client, page)) return;
    }
}

}  // namespace sluice::testing
