// Drives connections with a workload and measures: one thread, one epoll, no allocation per batch.
//
// Closed loop   a connection sends its next batch when every reply of the last one is in; the
//               latency of a reply counts from the write of its batch
// Open loop     batches are due at fixed times whether or not the server keeps up; latency counts
//               from the time a batch was due, so a stall of the server is seen by everything that
//               should have been sent meanwhile (no coordinated omission)
// Promise       the measured window starts after the warm-up and ends at the deadline; replies that
//               are still out are then awaited, so that the workload can be verified
#pragma once

#include <cstdint>

#include "event/result.hpp"
#include "histogram.hpp"
#include "setup_client.hpp"
#include "workload.hpp"

namespace sluice::bench {

struct LoadOptions {
    Endpoint endpoint;
    std::size_t connections = 1;
    std::size_t pipeline = 1;
    double warmup_seconds = 0.5;
    double duration_seconds = 2.0;
    std::uint64_t units_max = 0;   // stop when so many are done; 0: by time
    double rate_per_second = 0.0;  // commands; above 0: open loop
};

struct LoadResult {
    std::uint64_t units = 0;  // in the measured window
    double seconds = 0.0;
    double driver_cpu_seconds = 0.0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    Histogram latency;
};

// Errors: unavailable, closed, invalid (not RESP; or what the workload found wrong), timeout (the
// replies that were out did not come).
Result<LoadResult> run_load(const LoadOptions& options, Workload& workload);

}  // namespace sluice::bench
