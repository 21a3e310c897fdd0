#include <vector>

#include "request_text.hpp"
#include "workload.hpp"

namespace sluice::bench {

namespace {

class PingWorkload final : public Workload {
  public:
    explicit PingWorkload(const WorkloadOptions& options) : pipeline_(options.pipeline) {
        for (std::size_t i = 0; i < pipeline_; ++i) {
            bytes_ += request({"PING"});
        }
    }

    Result<void> prepare(SetupClient& client) override {
        SLUICE_TRY(client.call({"PING"}));
        return {};
    }

    Batch next_batch(std::size_t) override {
        return {bytes_, static_cast<std::uint32_t>(pipeline_)};
    }

    void on_token(std::size_t, const Token& token) override {
        ++units_;
        ++checked_;
        if (token.text != "PONG") fail("PING: got " + std::string(token.text));
    }

    std::uint64_t units() const override { return units_; }
    Result<void> verify(SetupClient&) override { return {}; }

  private:
    std::size_t pipeline_;
    std::string bytes_;
    std::uint64_t units_ = 0;
};

}  // namespace

std::unique_ptr<Workload> make_ping_workload(const WorkloadOptions& options) {
    return std::make_unique<PingWorkload>(options);
}

}  // namespace sluice::bench
