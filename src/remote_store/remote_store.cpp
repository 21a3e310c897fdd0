#include "remote_store/remote_store.hpp"

#include <algorithm>
#include <limits>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include "io/clock.hpp"
#include "io/posix_error.hpp"
#include "io/random.hpp"
#include "io/thread_start.hpp"

namespace sluice {
namespace {

constexpr std::size_t receive_bytes = 256UL << 10;

MonoTime mono_now() {
    return SystemClock().mono();
}

}  // namespace

Result<std::unique_ptr<RemoteStore>> RemoteStore::open(RemoteStoreOptions options) {
    PosixDescriptor wakeup(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wakeup.is_open()) return posix_error(errno, "open a store: eventfd");
    std::unique_ptr<RemoteStore> store(new RemoteStore(std::move(options), std::move(wakeup)));
    SLUICE_TRY(start_threads("open a store: start its thread", [&store] {
        store->thread_ = std::thread([self = store.get()] { self->run(); });
    }));
    return store;
}

RemoteStore::RemoteStore(RemoteStoreOptions options, PosixDescriptor wakeup)
    : CommandStore(options.limits, [this] { wake(); }),
      options_(std::move(options)),
      wakeup_(std::move(wakeup)),
      machine_({.limits = options_.limits,
                .user = options_.user,
                .password = options_.password,
                .seed = system_seed()}),
      room_(receive_bytes) {}

RemoteStore::~RemoteStore() {
    close();
}

void RemoteStore::close() {
    SLUICE_CHECK(std::this_thread::get_id() != thread_.get_id(),
                 "a store is not closed on its own thread");
    inbox().close();
    if (thread_.joinable()) thread_.join();
}

void RemoteStore::wake() {
    const std::uint64_t one = 1;
    // Full means that it will wake anyway.
    [[maybe_unused]] const ssize_t written = ::write(wakeup_.number(), &one, sizeof(one));
}

void RemoteStore::run() {
    while (!machine_.is_closed()) {
        const MonoTime now = mono_now();
        deliver_mail(inbox(), machine_, now);
        machine_.on_time(now);
        end_slow_connects(now);
        drop_and_connect(now);
        send_all(now);
        // Who has an answer may ask the next thing at once.
        const bool has_ended_some = end_finished(inbox(), machine_);
        if (!has_ended_some && !machine_.is_closed()) wait();
    }
    end_finished(inbox(), machine_);
}

// --- connections

void RemoteStore::drop_and_connect(MonoTime now) {
    while (const auto lane = machine_.next_drop())
        connections_.erase(*lane);
    while (const auto lane = machine_.next_connect(now))
        connect(*lane, now);
}

void RemoteStore::connect(LaneNumber lane, MonoTime now) {
    auto endpoints = resolve(options_.address);
    if (!endpoints) return machine_.on_refused(lane, endpoints.error(), now);
    auto link = RemoteLink::dial(std::move(*endpoints));
    if (!link) return machine_.on_refused(lane, at_address(link.error()), now);
    const bool is_up = link->is_up();
    connections_.insert_or_assign(lane, Connection{std::move(*link), now + options_.connect_time});
    if (is_up) machine_.on_connected(lane, now);
}

void RemoteStore::lose(LaneNumber lane, const Error& error, MonoTime now) {
    connections_.erase(lane);
    machine_.on_lost(lane, at_address(error), now);
}

void RemoteStore::end_slow_connects(MonoTime now) {
    std::vector<LaneNumber> slow;
    for (const auto& [lane, connection] : connections_) {
        if (!connection.link.is_up() && connection.connect_until <= now) slow.push_back(lane);
    }
    for (const LaneNumber lane : slow)
        lose(lane, {Errc::unavailable, "no connection in time"}, now);
}

Error RemoteStore::at_address(const Error& error) const {
    return error.within(options_.address.text());
}

// --- bytes

void RemoteStore::send_all(MonoTime now) {
    for (auto at = connections_.begin(); at != connections_.end();) {
        auto& [lane, connection] = *at++;
        const std::string_view bytes = machine_.output(lane);
        if (!connection.link.is_up() || bytes.empty()) continue;
        const auto sent = connection.link.send(bytes);
        if (sent) {
            machine_.on_sent(lane, *sent);
        } else {
            lose(lane, sent.error(), now);
        }
    }
}

void RemoteStore::wait() {
    std::vector<pollfd> polled = {{.fd = wakeup_.number(), .events = POLLIN, .revents = 0}};
    std::vector<LaneNumber> lanes = {0};
    for (const auto& [lane, connection] : connections_) {
        const bool wants_write = !connection.link.is_up() || !machine_.output(lane).empty();
        const auto events = static_cast<short>(POLLIN | (wants_write ? POLLOUT : 0));
        polled.push_back({.fd = connection.link.descriptor(), .events = events, .revents = 0});
        lanes.push_back(lane);
    }
    if (::poll(polled.data(), polled.size(), timeout_ms()) <= 0) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(wakeup_.number(), &count, sizeof(count));
    const MonoTime now = mono_now();
    for (std::size_t i = 1; i < polled.size(); ++i) {
        if (polled[i].revents != 0) serve(lanes[i], polled[i].revents, now);
    }
}

// At least 1 ms while the deadline lies ahead, so that the loop does not spin before it.
int RemoteStore::timeout_ms() const {
    MonoTime first = machine_.deadline();
    for (const auto& [lane, connection] : connections_) {
        if (!connection.link.is_up()) first = std::min(first, connection.connect_until);
    }
    const MonoTime now = mono_now();
    if (first <= now) return 0;
    constexpr std::int64_t longest = 60'000;
    return static_cast<int>(std::min((first - now).ms() + 1, longest));
}

void RemoteStore::serve(LaneNumber lane, short events, MonoTime now) {
    const auto found = connections_.find(lane);
    if (found == connections_.end()) return;
    Connection& connection = found->second;
    if (!connection.link.is_up()) {
        if (const auto advanced = connection.link.advance(); !advanced) {
            return lose(lane, advanced.error(), now);
        }
        if (connection.link.is_up()) machine_.on_connected(lane, now);
        return;
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) receive(lane, connection, now);
}

void RemoteStore::receive(LaneNumber lane, Connection& connection, MonoTime now) {
    const auto size = connection.link.receive(room_);
    if (!size) return lose(lane, size.error(), now);
    if (*size > 0) machine_.on_bytes(lane, {room_.data(), *size}, now);
}

}  // namespace sluice
