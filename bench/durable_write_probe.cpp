// durable_write_probe: what one durable write costs here and now, with nothing around it.
//
// Shape      a file of zeroes, written and synced before; then writes of SIZE bytes, one behind the
//            other, each with O_DIRECT and O_DSYNC, so each returns when its bytes are on the
//            device
// Output     JSON: p50, p99, mean and best in microseconds, and the count
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>

#include "event/result.hpp"
#include "histogram.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t file_bytes = 16 << 20;
constexpr std::size_t alignment = 4096;

Error system_error(const std::string& action) {
    return Error{Errc::io, action + ": " + std::strerror(errno)};
}

struct AlignedFree {
    void operator()(char* bytes) const { std::free(bytes); }
};
using AlignedBytes = std::unique_ptr<char, AlignedFree>;

AlignedBytes make_block(std::size_t size, int filling) {
    AlignedBytes block(static_cast<char*>(std::aligned_alloc(alignment, size)));
    std::memset(block.get(), filling, size);
    return block;
}

Result<void> fill_with_zeroes(const std::string& path) {
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return system_error("create " + path);
    const AlignedBytes zeroes = make_block(file_bytes, 0);
    const bool is_written = ::write(fd, zeroes.get(), file_bytes) == file_bytes;
    const bool is_synced = ::fsync(fd) == 0;
    ::close(fd);
    if (!is_written || !is_synced) return system_error("fill " + path);
    return {};
}

Result<Histogram> measure(const std::string& path, std::size_t write_bytes, double seconds) {
    using Clock = std::chrono::steady_clock;
    const int fd = ::open(path.c_str(), O_WRONLY | O_DIRECT | O_DSYNC | O_CLOEXEC);
    if (fd < 0) return system_error("open " + path + " for direct writes");
    const AlignedBytes block = make_block(write_bytes, 'x');
    Histogram latency;
    std::uint64_t offset = 0;
    const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
    for (auto before = Clock::now(); before < deadline;) {
        const ssize_t written = ::pwrite(fd, block.get(), write_bytes, static_cast<off_t>(offset));
        const auto after = Clock::now();
        if (written != static_cast<ssize_t>(write_bytes)) {
            ::close(fd);
            return system_error("write " + path);
        }
        latency.record(static_cast<std::uint64_t>((after - before).count()));
        before = after;
        offset = (offset + write_bytes) % file_bytes;
    }
    ::close(fd);
    return latency;
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
    using namespace sluice::bench;
    if (argc < 2 || argc > 4) {
        std::fputs("usage: durable_write_probe FOLDER [SECONDS] [WRITE_BYTES]\n", stderr);
        return 64;
    }
    const std::string path = std::string(argv[1]) + "/durable_write_probe.tmp";
    const double seconds = argc > 2 ? std::atof(argv[2]) : 2.0;
    const std::size_t write_bytes = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : alignment;
    if (write_bytes == 0 || write_bytes % alignment != 0 || file_bytes % write_bytes != 0) {
        std::fputs("durable_write_probe: WRITE_BYTES must be 4096 times a power of two\n", stderr);
        return 64;
    }
    const auto filled = fill_with_zeroes(path);
    const auto latency = filled ? measure(path, write_bytes, seconds) : filled.error();
    ::unlink(path.c_str());
    if (!latency) {
        std::fprintf(stderr, "durable_write_probe: %s\n", latency.error().message.c_str());
        return 1;
    }
    const auto microseconds = [&](double percent) {
        return static_cast<double>(latency->percentile_ns(percent)) / 1e3;
    };
    const nlohmann::ordered_json report = {
        {"write_bytes", write_bytes},          {"writes", latency->count()},
        {"p50_us", microseconds(50)},          {"p99_us", microseconds(99)},
        {"mean_us", latency->mean_ns() / 1e3}, {"best_us", microseconds(0.001)},
    };
    std::puts(report.dump(2).c_str());
    return 0;
}
