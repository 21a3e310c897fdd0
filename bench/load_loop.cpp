#include "load_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <limits>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace sluice::bench {

namespace {

using Nanoseconds = std::uint64_t;

constexpr std::size_t read_bytes = 256 * 1024;      // room for one read
constexpr double drain_seconds_max = 30.0;          // patience for the last replies
constexpr std::size_t batches_ahead_max = 100'000;  // open loop: what a stalled server may owe
constexpr double nanoseconds_per_second = 1e9;

Nanoseconds now_ns() {
    return static_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch().count());
}

Nanoseconds nanoseconds(double seconds) {
    return static_cast<Nanoseconds>(seconds * nanoseconds_per_second);
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Bytes from the socket that no token has taken yet.
class Inbox {
  public:
    std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
    void consume(std::size_t size) {
        begin_ += size;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    char* prepare() {
        if (bytes_.size() - end_ < read_bytes) {
            std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
            end_ -= begin_;
            begin_ = 0;
            if (bytes_.size() - end_ < read_bytes) bytes_.resize(2 * bytes_.size() + read_bytes);
        }
        return bytes_.data() + end_;
    }
    void extend(std::size_t size) { end_ += size; }

  private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

struct Connection {
    struct Sent {
        Nanoseconds since = 0;  // written (closed loop) or due (open loop)
        std::uint32_t replies = 0;
    };
    int fd = -1;
    Inbox inbox;
    ReplyScanner scanner;
    std::deque<Sent> in_flight;
    std::deque<std::string_view> outbox;  // what the socket has not taken yet
    bool waits_for_room = false;
    bool is_idle = false;  // the workload has nothing more for it
};

class Load {
  public:
    Load(const LoadOptions& options, Workload& workload)
        : options_(options), workload_(workload), connections_(options.connections) {}

    ~Load() {
        for (const Connection& connection : connections_) {
            if (connection.fd >= 0) ::close(connection.fd);
        }
        if (epoll_ >= 0) ::close(epoll_);
    }

    Result<LoadResult> run() {
        SLUICE_TRY(open_connections());
        start_ = now_ns();
        window_start_ = start_ + nanoseconds(options_.warmup_seconds);
        deadline_ = options_.units_max > 0 ? std::numeric_limits<Nanoseconds>::max()
                                           : window_start_ + nanoseconds(options_.duration_seconds);
        if (options_.units_max > 0) window_start_ = start_;
        now_ = start_;
        if (!is_open_loop()) {
            for (std::size_t i = 0; i < connections_.size(); ++i) {
                SLUICE_TRY(send_next(i, now_));
            }
        }
        while (!is_over()) {
            SLUICE_TRY(turn());
        }
        close_window();
        SLUICE_TRY(drain());
        return std::move(result_);
    }

  private:
    bool is_open_loop() const { return options_.rate_per_second > 0.0; }

    Result<void> open_connections() {
        epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ < 0) return Error{Errc::io, std::string("epoll: ") + std::strerror(errno)};
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            SLUICE_TRY_ASSIGN(connections_[i].fd, connect_to(options_.endpoint));
            ::fcntl(connections_[i].fd, F_SETFL, O_NONBLOCK);
            epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
        }
        return {};
    }

    bool is_over() const {
        if (now_ >= deadline_) return true;
        if (options_.units_max > 0 && workload_.units() >= options_.units_max) return true;
        return idle_ == connections_.size();
    }

    // One wait and everything that it brought.
    Result<void> turn() {
        std::array<epoll_event, 256> events;
        const int ready =
            ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
        now_ = now_ns();
        if (!is_measuring_ && now_ >= window_start_) open_window();
        for (int i = 0; i < ready; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if ((event.events & EPOLLOUT) != 0) SLUICE_TRY(flush(event.data.u64));
            if ((event.events & ~EPOLLOUT) != 0) SLUICE_TRY(receive(event.data.u64));
        }
        if (is_open_loop() && !is_draining_) SLUICE_TRY(send_due());
        if (!workload_.fault().empty()) return Error{Errc::invalid, workload_.fault()};
        return {};
    }

    // The open loop spins between due times: a timer of a millisecond would be the latency
    // measured.
    int wait_ms() const { return is_open_loop() && !is_draining_ ? 0 : 100; }

    void open_window() {
        is_measuring_ = true;
        window_start_ = now_;
        units_before_ = workload_.units();
        cpu_before_ = cpu_seconds();
        result_ = LoadResult{};
    }

    void close_window() {
        result_.seconds = static_cast<double>(now_ - window_start_) / nanoseconds_per_second;
        result_.units = workload_.units() - units_before_;
        result_.driver_cpu_seconds = cpu_seconds() - cpu_before_;
        is_measuring_ = false;
        window_start_ = std::numeric_limits<Nanoseconds>::max();
        is_draining_ = true;
    }

    Result<void> drain() {
        const Nanoseconds limit = now_ + nanoseconds(drain_seconds_max);
        const auto is_waiting = [](const Connection& c) { return !c.in_flight.empty(); };
        while (std::ranges::any_of(connections_, is_waiting)) {
            SLUICE_TRY(turn());
            if (now_ > limit) return Error{Errc::timeout, "the last replies did not come"};
        }
        return {};
    }

    Result<void> send_due() {
        const double interval = nanoseconds_per_second * static_cast<double>(options_.pipeline) /
                                options_.rate_per_second;
        while (true) {
            const auto due =
                start_ + static_cast<Nanoseconds>(static_cast<double>(batches_sent_) * interval);
            if (due > now_ || due >= deadline_) return {};
            const std::size_t index = batches_sent_ % connections_.size();
            if (connections_[index].in_flight.size() >= batches_ahead_max) {
                return Error{Errc::limit, "the server is too far behind the rate asked for"};
            }
            ++batches_sent_;
            SLUICE_TRY(send_next(index, due));
        }
    }

    Result<void> send_next(std::size_t index, Nanoseconds since) {
        Connection& connection = connections_[index];
        const Batch batch = workload_.next_batch(index);
        if (batch.replies == 0) {
            if (!connection.is_idle) ++idle_;
            connection.is_idle = true;
            return {};
        }
        connection.in_flight.push_back({since, batch.replies});
        connection.outbox.push_back(batch.bytes);
        return connection.waits_for_room ? Result<void>{} : flush(index);
    }

    Result<void> flush(std::size_t index) {
        Connection& connection = connections_[index];
        while (!connection.outbox.empty()) {
            std::string_view& bytes = connection.outbox.front();
            const ssize_t sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
                watch(index, true);
                return {};
            }
            if (sent < 0) return Error{Errc::closed, std::string("send: ") + std::strerror(errno)};
            result_.bytes_sent += static_cast<std::uint64_t>(sent);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            if (bytes.empty()) connection.outbox.pop_front();
        }
        watch(index, false);
        return {};
    }

    void watch(std::size_t index, bool for_room) {
        Connection& connection = connections_[index];
        if (connection.waits_for_room == for_room) return;
        connection.waits_for_room = for_room;
        epoll_event event{.events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN,
                          .data = {.u64 = index}};
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
    }

    Result<void> receive(std::size_t index) {
        Connection& connection = connections_[index];
        const ssize_t size = ::recv(connection.fd, connection.inbox.prepare(), read_bytes, 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
        if (size <= 0) return Error{Errc::closed, "the server closed a connection"};
        connection.inbox.extend(static_cast<std::size_t>(size));
        result_.bytes_received += static_cast<std::uint64_t>(size);
        SLUICE_TRY(scan(index));
        if (!connection.in_flight.empty() || is_draining_ || is_open_loop()) return {};
        return send_next(index, now_);
    }

    Result<void> scan(std::size_t index) {
        Connection& connection = connections_[index];
        std::size_t used = 0;
        std::uint32_t replies = 0;
        while (const auto token = connection.scanner.next(connection.inbox.view(), used)) {
            workload_.on_token(index, *token);
            connection.inbox.consume(used);
            if (token->ends_reply) ++replies;
        }
        if (connection.scanner.broken()) return Error{Errc::invalid, "the reply is not RESP2"};
        return settle(connection, replies);
    }

    Result<void> settle(Connection& connection, std::uint32_t replies) {
        while (replies > 0) {
            if (connection.in_flight.empty()) return Error{Errc::invalid, "a reply too many"};
            Connection::Sent& sent = connection.in_flight.front();
            const std::uint32_t taken = std::min(replies, sent.replies);
            if (is_measuring_) result_.latency.record(now_ - std::min(now_, sent.since), taken);
            replies -= taken;
            sent.replies -= taken;
            if (sent.replies == 0) connection.in_flight.pop_front();
        }
        return {};
    }

    const LoadOptions& options_;
    Workload& workload_;
    std::vector<Connection> connections_;
    int epoll_ = -1;
    Nanoseconds start_ = 0;
    Nanoseconds window_start_ = 0;
    Nanoseconds deadline_ = 0;
    Nanoseconds now_ = 0;
    bool is_measuring_ = false;
    bool is_draining_ = false;
    std::size_t idle_ = 0;
    std::uint64_t batches_sent_ = 0;
    std::uint64_t units_before_ = 0;
    double cpu_before_ = 0.0;
    LoadResult result_;
};

}  // namespace

Result<LoadResult> run_load(const LoadOptions& options, Workload& workload) {
    return Load(options, workload).run();
}

}  // namespace sluice::bench
