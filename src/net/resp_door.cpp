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

Result<Address> RespDoor::listen(const Address& address) {
    SLUICE_TRY_ASSIGN(auto acceptor,
                      Acceptor::open(loop_, address, [this](PosixDescriptor descriptor) {
                          accept(plain_transport(std::move(descriptor)));
                      }));
    return acceptors_.emplace_back(std::move(acceptor))->address();
}

Result<Address> RespDoor::listen_tls(const Address& address, const TlsFiles& files) {
    SLUICE_TRY_ASSIGN(tls_, TlsContext::open(files));
    tls_files_ = files;
    SLUICE_TRY_ASSIGN(auto acceptor,
                      Acceptor::open(loop_, address, [this](PosixDescriptor descriptor) {
                          if (handshakes_ >= handshakes_max) return;
                          accept(tls_->accept(std::move(descriptor)));
                      }));
    return acceptors_.emplace_back(std::move(acceptor))->address();
}

Result<void> RespDoor::reload_tls() {
    if (tls_ == nullptr) return {};
    SLUICE_TRY_ASSIGN(auto tls, TlsContext::open(tls_files_));
    tls_ = std::move(tls);
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
