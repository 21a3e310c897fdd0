// XREADGROUP of COUNT entries and XACK of those read before, in one write.
//
// Theory     The entries are loaded once; each group reads them from the beginning. A connection
//            that finds its group at the end goes on with the next one, so a short stream keeps
//            the readers busy for as long as the run takes.
#include <algorithm>
#include <vector>

#include "event/entry_id.hpp"
#include "request_text.hpp"
#include "workload.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t preload_batch = 500;
constexpr std::uint64_t payload_check_interval = 64;  // every 64th payload is compared

class GroupWorkload final : public Workload {
  public:
    explicit GroupWorkload(const WorkloadOptions& options)
        : options_(options), payloads_(options.payload_bytes), lanes_(options.connections) {
        delivered_.resize(options.groups);
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
            enter_group(lane, 0);
        }
    }

    Result<void> prepare(SetupClient& client) override {
        SLUICE_TRY_ASSIGN(const FlatReply length, client.call({"XLEN", options_.stream}));
        auto held = static_cast<std::uint64_t>(length.front().number);
        while (held < options_.entries) {
            const std::uint64_t added =
                std::min<std::uint64_t>(preload_batch, options_.entries - held);
            SLUICE_TRY(client.send_many(make_preload(held, added), added));
            held += added;
        }
        entries_ = held;
        for (std::size_t group = 0; group < options_.groups; ++group) {
            SLUICE_TRY(client.call({"XGROUP", "CREATE", options_.stream, name_of(group), "0"}));
        }
        return {};
    }

    bool needs_replies() const override { return true; }

    Batch next_batch(std::size_t connection) override {
        Lane& lane = lanes_[connection];
        std::uint32_t replies = 1;
        lane.bytes.clear();
        if (lane.to_acknowledge > 0) {
            append_array(lane.bytes, 3 + lane.to_acknowledge);
            append_bulk(lane.bytes, "XACK");
            append_bulk(lane.bytes, options_.stream);
            append_bulk(lane.bytes, name_of(lane.group));
            lane.bytes += lane.read_ids;
            ++replies;
        }
        if (lane.is_at_end) {
            if (lane.group + 1 == options_.groups) return {};
            enter_group(connection, lane.group + 1);
        }
        lane.bytes += lane.read_request;
        lane.acknowledged = lane.to_acknowledge;
        lane.to_acknowledge = 0;
        lane.read_ids.clear();
        lane.bulk_count = 0;
        return {lane.bytes, replies};
    }

    void on_token(std::size_t connection, const Token& token) override {
        Lane& lane = lanes_[connection];
        switch (token.kind) {
            case '-':
                return fail(std::string(token.text));
            case ':':
                if (static_cast<std::uint64_t>(token.number) != lane.acknowledged) {
                    fail("XACK: " + std::to_string(token.number) + " of " +
                         std::to_string(lane.acknowledged) + " entries acknowledged");
                }
                return;
            case '*':
                if (token.number < 0) lane.is_at_end = true;
                return;
            default:
                return on_bulk(lane, token.text);
        }
    }

    std::uint64_t units() const override { return units_; }

    Result<void> verify(SetupClient& client) override {
        std::size_t lowest = options_.groups;
        for (const Lane& lane : lanes_) {
            lowest = std::min(lowest, lane.group);
        }
        // Every connection has left these groups: nothing may be missing, double or pending.
        for (std::size_t group = 0; group < lowest; ++group) {
            if (delivered_[group] != entries_) {
                fail(name_of(group) + " was given " + std::to_string(delivered_[group]) + " of " +
                     std::to_string(entries_) + " entries");
            }
            if (!options_.acknowledges) continue;
            SLUICE_TRY_ASSIGN(const FlatReply pending,
                              client.call({"XPENDING", options_.stream, name_of(group)}));
            if (pending[1].number != 0) fail(name_of(group) + " still has pending entries");
            ++checked_;
        }
        return {};
    }

  private:
    struct Lane {
        std::size_t group = 0;
        std::string read_request;
        std::string bytes;     // the batch that is out
        std::string read_ids;  // bulk strings of the ids to acknowledge
        std::uint64_t to_acknowledge = 0;
        std::uint64_t acknowledged = 0;  // ids in the XACK that is out
        std::uint64_t bulk_count = 0;    // bulk strings of the current XREADGROUP reply
        bool is_at_end = false;
        EntryId last;
    };

    static std::string name_of(std::size_t group) { return "group" + std::to_string(group); }

    void enter_group(std::size_t connection, std::size_t group) {
        Lane& lane = lanes_[connection];
        lane.group = group;
        lane.is_at_end = false;
        lane.last = EntryId::min();
        lane.read_request =
            request({"XREADGROUP", "GROUP", name_of(group), "c" + std::to_string(connection),
                     "COUNT", std::to_string(options_.count), "STREAMS", options_.stream, ">"});
    }

    std::string make_preload(std::uint64_t first, std::uint64_t count) const {
        std::string bytes;
        std::string payload;
        for (std::uint64_t i = first; i < first + count; ++i) {
            payload.clear();
            payloads_.append(payload, i);
            bytes += request({"XADD", options_.stream, "*", "f", payload});
        }
        return bytes;
    }

    // The reply is the stream's name, then id, field and value of each entry.
    void on_bulk(Lane& lane, std::string_view bytes) {
        const std::uint64_t place = lane.bulk_count++;
        if (place == 0 || place % 3 == 2) return;
        if (place % 3 == 1) return on_id(lane, bytes);
        if (units_ % payload_check_interval != 0) return;
        ++checked_;
        if (!payloads_.recognises(bytes)) fail("an entry does not read as it was sent");
    }

    void on_id(Lane& lane, std::string_view text) {
        ++units_;
        ++delivered_[lane.group];
        if (options_.acknowledges) {
            append_bulk(lane.read_ids, text);
            ++lane.to_acknowledge;
        }
        if (units_ % payload_check_interval != 0) return;
        const auto id = EntryId::parse(text, 0);
        if (!id || *id <= lane.last) fail("id " + std::string(text) + " is not above the last");
        if (id) lane.last = *id;
    }

    WorkloadOptions options_;
    Payloads payloads_;
    std::vector<Lane> lanes_;
    std::vector<std::uint64_t> delivered_;  // by group
    std::uint64_t entries_ = 0;
    std::uint64_t units_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_group_workload(const WorkloadOptions& options) {
    return std::make_unique<GroupWorkload>(options);
}

}  // namespace sluice::bench
