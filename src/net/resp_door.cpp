#include "net/resp_door.hpp"

#include <algorithm>
#include <utility>

#include "net/resp_connection.hpp"

namespace sluice {
namespace {

RespConnection& connection_of(Session& session) {
    return *reinterpret_cast<RespConnection*>(session.shell_token);
}

}  // namespace

RespDoor::RespDoor(EventLoop& loop, Server& server) : loop_(loop), server_(server) {}

RespDoor::~RespDoor() {
    while (!connections_.empty())
        close(*connections_.begin()->first);
}

Result<void> RespDoor::listen(BoundSocket socket) {
    SLUICE_TRY_ASSIGN(auto acceptor,
                      Acceptor::open(loop_, std::move(socket), [this](PosixDescriptor descriptor) {
                          accept(plain_transport(std::move(descriptor)));
                      }));
    acceptors_.push_back(std::move(acceptor));
    return {};
}

Result<void> RespDoor::listen_tls(BoundSocket socket, std::unique_ptr<TlsContext> tls) {
    tls_ = std::move(tls);
    SLUICE_TRY_ASSIGN(auto acceptor,
                      Acceptor::open(loop_, std::move(socket), [this](PosixDescriptor descriptor) {
                          if (handshakes_ >= handshakes_max) return;
                          accept(tls_->accept(std::move(descriptor)));
                      }));
    acceptors_.push_back(std::move(acceptor));
    return {};
}

void RespDoor::accept(std::unique_ptr<Transport> transport) {
    auto connection = std::make_unique<RespConnection>(*this, std::move(transport));
    // A socket that cannot be watched is closed by letting it go.
    if (!connection->start()) return;
    auto* key = connection.get();
    connections_.emplace(key, std::move(connection));
}

void RespDoor::flush() {
    while (Session* session = server_.next_ready())
        flush(connection_of(*session));
    closed_.clear();
}

void RespDoor::flush(RespConnection& connection) {
    if (!connection.send()) close(connection);
}

void RespDoor::close(RespConnection& connection) {
    if (connection.handshake_timer_) connection.end_handshake();
    loop_.remove(connection.transport_->descriptor(), connection);
    server_.close(connection.session());
    connection.session_ = nullptr;
    auto node = connections_.extract(&connection);
    closed_.push_back(std::move(node.mapped()));
}

void RespDoor::note_active(RespConnection& connection) {
    const std::int64_t window = loop_.now().ms() / window_ms;
    if (window != window_) {
        active_before_ = window == window_ + 1 ? active_ : 0;
        active_ = 0;
        window_ = window;
    }
    if (connection.active_window_ != window) ++active_;
    connection.active_window_ = window;
}

void RespDoor::stop_accepting() {
    acceptors_.clear();
}

std::size_t RespDoor::unsent_count() const {
    const auto has_unsent = [](const auto& entry) {
        return entry.second->session_->output_size() > 0;
    };
    return static_cast<std::size_t>(std::ranges::count_if(connections_, has_unsent));
}

std::uint64_t RespDoor::accept_pauses() const {
    std::uint64_t pauses = 0;
    for (const auto& acceptor : acceptors_)
        pauses += acceptor->pauses();
    return pauses;
}

void RespDoor::lend_buffer(Session& session) {
    if (session.input().capacity() == 0) std::swap(session.input(), warm_buffer_);
}

void RespDoor::take_buffer_back(Session& session) {
    ByteBuffer& input = session.input();
    if (!input.empty()) return;
    if (warm_buffer_.capacity() == 0) {
        std::swap(input, warm_buffer_);
        warm_buffer_.shrink(warm_bytes_max);
    } else {
        input.shrink(0);
    }
}

}  // namespace sluice
