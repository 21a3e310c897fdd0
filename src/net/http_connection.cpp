#include "net/http_connection.hpp"

#include <array>
#include <sys/socket.h>
#include <utility>

#include "net/http_door.hpp"
#include "net/socket.hpp"

namespace sluice {

HttpConnection::HttpConnection(HttpDoor& door, std::unique_ptr<Transport> transport)
    : door_(door),
      transport_(std::move(transport)),
      session_({.limits = {},
                .date = door.date(),
                .is_local = names_of(transport_->descriptor()).is_loopback},
               door.loop_.now()) {}

HttpConnection::~HttpConnection() = default;

Result<void> HttpConnection::start() {
    interest_ = {.read = true};
    SLUICE_TRY(door_.loop_.add(transport_->descriptor(), *this, interest_));
    on_timer();
    return {};
}

void HttpConnection::on_ready(Interest ready) {
    // Not asked for, so it is a hang-up or an error: nobody is there to read an answer.
    if (ready.read && !interest_.read) return door_.close(*this);
    if (is_draining_) return drain();
    if (ready.read) receive();
    if (is_open_ && ready.write) {
        send_blocked_ = false;
        serve();
    }
}

void HttpConnection::receive() {
    // On the stack, so that an idle connection owns no buffer.
    std::array<char, Transport::receive_min> room;  // NOLINT: filled by receive()
    const IoOutcome outcome = transport_->receive(room);
    if (outcome.status == IoStatus::closed) return door_.close(*this);
    if (outcome.status != IoStatus::done) return;
    door_.date();
    session_.on_input({room.data(), outcome.size}, door_.loop_.now());
    serve();
}

// Answers what has arrived and sends it; sending makes room for what is pipelined behind.
void HttpConnection::serve() {
    do {
        answer();
        if (!send()) return;
    } while (session_.request() != nullptr && !is_holding());
    update_interest();
}

void HttpConnection::answer() {
    while (session_.request() != nullptr && !is_holding()) {
        held_ = door_.handler_(*session_.request());
        if (held_->depends_on != Dependency{}) {
            door_.holding_.push_back(this);
            door_.awaited_.include(held_->depends_on);
        } else {
            session_.respond(*std::exchange(held_, std::nullopt), door_.loop_.now());
        }
    }
}

void HttpConnection::release(const Dependency& reached) {
    const Dependency& needed = held_->depends_on;
    if (needed.written > reached.written || needed.synced > reached.synced) return;
    session_.respond(*std::exchange(held_, std::nullopt), door_.loop_.now());
    serve();
}

bool HttpConnection::send() {
    while (!send_blocked_ && !session_.output().empty()) {
        const std::string_view bytes = session_.output();
        const IoOutcome outcome = transport_->send(bytes);
        if (outcome.status == IoStatus::closed) {
            door_.close(*this);
            return false;
        }
        if (outcome.status == IoStatus::done) session_.on_sent(outcome.size, door_.loop_.now());
        send_blocked_ = outcome.size < bytes.size();
    }
    if (session_.wants_close() && session_.output().empty()) {
        begin_drain();
        return false;
    }
    return true;
}

// Closing at once would reset the connection while the client still sends, and the reset would
// take our answer away from it.
void HttpConnection::begin_drain() {
    shutdown(transport_->descriptor(), SHUT_WR);
    is_draining_ = true;
    drain_end_ = door_.loop_.now() + drain_time;
    door_.loop_.cancel(*timer_);
    on_timer();
    update_interest();
}

void HttpConnection::drain() {
    std::array<char, Transport::receive_min> room;  // NOLINT: filled by receive()
    const IoOutcome outcome = transport_->receive(room);
    drained_ += outcome.size;
    const bool is_over = outcome.status == IoStatus::closed || drained_ > drain_bytes_max;
    if (is_over) door_.close(*this);
}

void HttpConnection::update_interest() {
    const Interest wanted{.read = is_draining_ || session_.wants_read(),
                          .write = send_blocked_ && !is_draining_};
    if (wanted == interest_) return;
    interest_ = wanted;
    door_.loop_.change(transport_->descriptor(), *this, interest_);
}

MonoTime HttpConnection::deadline() const {
    return is_draining_ ? drain_end_ : session_.deadline();
}

void HttpConnection::on_timer() {
    timer_.reset();
    const MonoTime now = door_.loop_.now();
    if (deadline() <= now) {
        if (is_draining_) return door_.close(*this);
        door_.date();
        session_.on_time(now);
        timer_ = door_.loop_.at(now + drain_time, [this] { on_timer(); });
        return serve();
    }
    // The deadline may come nearer before the timer fires: look again in a second at the latest.
    constexpr Duration look_again = Duration::from_seconds(1);
    const MonoTime next = std::min(deadline(), now + look_again);
    timer_ = door_.loop_.at(next, [this] { on_timer(); });
}

}  // namespace sluice
