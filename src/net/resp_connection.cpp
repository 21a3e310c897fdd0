#include "net/resp_connection.hpp"

#include <span>
#include <utility>

#include "net/socket.hpp"

namespace sluice {

RespConnection::RespConnection(RespDoor& door, std::unique_ptr<Transport> transport)
    : door_(door), transport_(std::move(transport)) {}

RespConnection::~RespConnection() = default;

Result<void> RespConnection::start() {
    interest_ = {.read = true};
    SLUICE_TRY(door_.loop_.add(transport_->descriptor(), *this, interest_));
    SocketNames names = names_of(transport_->descriptor());
    session_ = &door_.server_.open(Peer{.address = std::move(names.peer),
                                        .local_address = std::move(names.local),
                                        .is_loopback = names.is_loopback,
                                        .is_tls = transport_->is_tls(),
                                        .descriptor = transport_->descriptor()});
    session_->shell_token = reinterpret_cast<std::uintptr_t>(this);
    if (!transport_->is_established()) {
        ++door_.handshakes_;
        handshake_timer_ = door_.loop_.at(door_.loop_.now() + RespDoor::handshake_time,
                                          [this] { door_.close(*this); });
    }
    return {};
}

void RespConnection::on_ready(Interest ready) {
    // Not asked for, so it is a hang-up or an error: nobody is there to read an answer.
    if (ready.read && !interest_.read) return door_.close(*this);
    if (ready.read || (ready.write && receive_wants_write_)) receive();
    if (session_ != nullptr && ready.write) {
        send_blocked_ = false;
        door_.flush(*this);
    }
}

void RespConnection::receive() {
    receive_wants_write_ = false;
    door_.lend_buffer(*session_);
    ByteBuffer& input = session_->input();
    char* room = input.prepare(Transport::receive_min);
    const IoOutcome outcome = transport_->receive(std::span(room, input.writable()));
    if (handshake_timer_ && transport_->is_established()) end_handshake();
    on_received(outcome);
    if (session_ != nullptr) door_.take_buffer_back(*session_);
}

void RespConnection::on_received(IoOutcome outcome) {
    switch (outcome.status) {
        case IoStatus::done:
            session_->input().extend(outcome.size);
            door_.note_active(*this);
            door_.server_.on_input(*session_);
            break;
        case IoStatus::wants_read:
            break;
        case IoStatus::wants_write:
            receive_wants_write_ = true;
            break;
        case IoStatus::closed:
            // Replies that wait for the disk are owed to a client that only ended its half.
            if (session_->blocked != nullptr || session_->output_size() == 0) {
                return door_.close(*this);
            }
            input_ended_ = true;
            break;
    }
    update_interest();
}

void RespConnection::end_handshake() {
    door_.loop_.cancel(*handshake_timer_);
    handshake_timer_.reset();
    --door_.handshakes_;
}

bool RespConnection::send() {
    while (!send_blocked_ && !session_->output().empty()) {
        const std::string_view bytes = session_->output();
        const IoOutcome outcome = transport_->send(bytes);
        if (outcome.status == IoStatus::closed) return false;
        if (outcome.status == IoStatus::done) door_.server_.on_sent(*session_, outcome.size);
        // A part went: the socket is full. TLS sends record by record and says so itself.
        const bool is_partial = outcome.size < bytes.size() && !transport_->is_tls();
        send_blocked_ = outcome.status != IoStatus::done || is_partial;
    }
    if (session_->is_over()) return false;
    if (input_ended_ && session_->output_size() == 0) return false;
    update_interest();
    return true;
}

void RespConnection::update_interest() {
    const Interest wanted{.read = !input_ended_ && session_->wants_read(),
                          .write = send_blocked_ || receive_wants_write_};
    if (wanted == interest_) return;
    interest_ = wanted;
    door_.loop_.change(transport_->descriptor(), *this, interest_);
}

}  // namespace sluice
