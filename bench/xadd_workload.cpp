// XADD with ids of the server's choice: every id must be above the last one of its connection, the
// stream must hold exactly what was acknowledged, and samples of it must read as they were sent.
#include <algorithm>
#include <vector>

#include "event/entry_id.hpp"
#include "request_text.hpp"
#include "workload.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t prepared_bytes_max = 8 << 20;  // of requests, over all connections
constexpr std::uint32_t id_check_interval = 16;      // every 16th reply is parsed as an id

class XaddWorkload final : public Workload {
  public:
    explicit XaddWorkload(const WorkloadOptions& options)
        : options_(options), payloads_(options.payload_bytes), lanes_(options.connections) {
        const std::size_t batch_bytes = options.pipeline * (options.payload_bytes + 64);
        const std::size_t batches =
            std::clamp<std::size_t>(prepared_bytes_max / batch_bytes / options.connections, 1, 64);
        std::uint64_t index = 0;
        for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
            for (std::size_t i = 0; i < batches; ++i) {
                lanes_[lane].batches.push_back(make_batch(stream_of(lane), index));
                index += options.pipeline;
            }
        }
        acknowledged_.resize(options.streams);
    }

    Result<void> prepare(SetupClient& client) override {
        existing_.clear();
        for (std::size_t i = 0; i < options_.streams; ++i) {
            SLUICE_TRY_ASSIGN(const FlatReply length, client.call({"XLEN", stream_of(i)}));
            existing_.push_back(static_cast<std::uint64_t>(length.front().number));
        }
        return {};
    }

    Batch next_batch(std::size_t connection) override {
        Lane& lane = lanes_[connection];
        lane.next = (lane.next + 1) % lane.batches.size();
        return {lane.batches[lane.next], static_cast<std::uint32_t>(options_.pipeline)};
    }

    void on_token(std::size_t connection, const Token& token) override {
        if (token.kind != '$') return fail("XADD: got " + std::string(token.text));
        ++units_;
        ++acknowledged_[connection % options_.streams];
        if (units_ % id_check_interval != 0) return;
        const auto id = EntryId::parse(token.text, 0);
        if (!id || *id <= lanes_[connection].last) {
            return fail("XADD: id " + std::string(token.text) + " is not above the one before");
        }
        lanes_[connection].last = *id;
        ++checked_;
    }

    std::uint64_t units() const override { return units_; }

    Result<void> verify(SetupClient& client) override {
        for (std::size_t i = 0; i < options_.streams; ++i) {
            SLUICE_TRY_ASSIGN(const FlatReply length, client.call({"XLEN", stream_of(i)}));
            const std::uint64_t expected = existing_[i] + acknowledged_[i];
            const auto held = static_cast<std::uint64_t>(length.front().number);
            if (options_.maxlen == 0 ? held != expected : held > expected) {
                fail("XLEN: " + std::to_string(held) + " entries, " + std::to_string(expected) +
                     " were acknowledged");
            }
            SLUICE_TRY(sample(client, stream_of(i)));
        }
        return {};
    }

  private:
    struct Lane {
        std::vector<std::string> batches;
        std::size_t next = 0;
        EntryId last;
    };

    std::string stream_of(std::size_t lane) const {
        if (options_.streams == 1) return options_.stream;
        return options_.stream + ":" + std::to_string(lane % options_.streams);
    }

    std::string make_batch(const std::string& stream, std::uint64_t index) const {
        std::string bytes;
        std::string payload;
        for (std::size_t i = 0; i < options_.pipeline; ++i) {
            payload.clear();
            payloads_.append(payload, index + i);
            if (options_.maxlen == 0) {
                bytes += request({"XADD", stream, "*", "f", payload});
            } else {
                bytes += request({"XADD", stream, "MAXLEN", "~", std::to_string(options_.maxlen),
                                  "*", "f", payload});
            }
        }
        return bytes;
    }

    // The first and the last hundred entries: whole payloads, in strictly rising order.
    Result<void> sample(SetupClient& client, const std::string& stream) {
        SLUICE_TRY_ASSIGN(const FlatReply first,
                          client.call({"XRANGE", stream, "-", "+", "COUNT", "100"}));
        SLUICE_TRY_ASSIGN(FlatReply last,
                          client.call({"XREVRANGE", stream, "+", "-", "COUNT", "100"}));
        check_entries(first, false);
        check_entries(last, true);
        return {};
    }

    void check_entries(const FlatReply& reply, bool is_falling) {
        EntryId before = is_falling ? EntryId::max() : EntryId::min();
        std::vector<const ReplyToken*> bulks;
        for (const ReplyToken& token : reply) {
            if (token.kind == '$') bulks.push_back(&token);
        }
        for (std::size_t i = 0; i + 2 < bulks.size(); i += 3) {
            const auto id = EntryId::parse(bulks[i]->text, 0);
            if (!id || (is_falling ? *id >= before : *id <= before)) {
                return fail("XRANGE: id " + bulks[i]->text + " is out of order");
            }
            if (!payloads_.recognises(bulks[i + 2]->text)) {
                return fail("XRANGE: entry " + bulks[i]->text + " does not read as it was sent");
            }
            before = *id;
            ++checked_;
        }
    }

    WorkloadOptions options_;
    Payloads payloads_;
    std::vector<Lane> lanes_;
    std::vector<std::uint64_t> existing_;      // by stream: entries before the run
    std::vector<std::uint64_t> acknowledged_;  // by stream
    std::uint64_t units_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_xadd_workload(const WorkloadOptions& options) {
    return std::make_unique<XaddWorkload>(options);
}

}  // namespace sluice::bench
