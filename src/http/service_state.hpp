// What the program around the server knows and the health and metrics pages tell.
//
// Threads    the loop's
#pragma once

#include <cstdint>
#include <functional>

#include "http/histogram.hpp"

namespace sluice {

struct FileCount {
    std::uint64_t open = 0;
    std::uint64_t most = 0;
};

struct ServiceState {
    bool is_stopping = false;
    Histogram commit_seconds;          // one write and sync of the journal
    std::uint64_t inline_commits = 0;  // of them, done on the loop's own thread
    std::uint64_t accept_pauses = 0;
    std::uint64_t http_connections = 0;
    std::uint64_t http_requests = 0;
    std::function<FileCount()> count_files;  // looks at each descriptor: for /metrics only
};

}  // namespace sluice
