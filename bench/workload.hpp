// What the load consists of: which bytes a connection sends next, and what it makes of the answers.
//
// Threads    one
// Why        requests are made before the measured part wherever they can be, so that the driver
//            costs far less than the server under test
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "event/result.hpp"
#include "reply_scanner.hpp"
#include "setup_client.hpp"

namespace sluice::bench {

struct WorkloadOptions {
    std::string stream = "bench";
    std::size_t connections = 1;
    std::size_t pipeline = 1;  // commands in one write: xadd, ping
    std::size_t payload_bytes = 256;
    std::uint64_t maxlen = 0;         // XADD MAXLEN ~ n; 0 keeps everything
    std::size_t streams = 1;          // xadd: connection c writes to stream c modulo streams
    std::size_t count = 100;          // group: XREADGROUP COUNT
    std::uint64_t entries = 200'000;  // group: preloaded
    std::size_t groups = 64;          // group: how often the preloaded entries can be read
    bool acknowledges = true;         // group: XACK what was read
};

struct Batch {
    std::string_view bytes;     // live until the next batch of this connection
    std::uint32_t replies = 0;  // 0: this connection has nothing more to do
};

class Workload {
  public:
    virtual ~Workload() = default;

    virtual Result<void> prepare(SetupClient& client) = 0;
    virtual Batch next_batch(std::size_t connection) = 0;
    virtual void on_token(std::size_t connection, const Token& token) = 0;
    // What has been done so far: commands of xadd and ping, entries of group.
    virtual std::uint64_t units() const = 0;
    // Compares what the server holds with what was sent; call when every reply is in.
    virtual Result<void> verify(SetupClient& client) = 0;
    // True when next_batch() needs the replies of the batch before.
    virtual bool needs_replies() const { return false; }

    // The first thing that went wrong, empty while all is well.
    const std::string& fault() const { return fault_; }
    std::uint64_t checked() const { return checked_; }

  protected:
    void fail(std::string message) {
        if (fault_.empty()) fault_ = std::move(message);
    }
    std::uint64_t checked_ = 0;  // ids and payloads that were compared

  private:
    std::string fault_;
};

std::unique_ptr<Workload> make_xadd_workload(const WorkloadOptions& options);
std::unique_ptr<Workload> make_group_workload(const WorkloadOptions& options);
std::unique_ptr<Workload> make_ping_workload(const WorkloadOptions& options);

}  // namespace sluice::bench
