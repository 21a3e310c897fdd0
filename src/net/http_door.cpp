#include "net/http_door.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "net/http_connection.hpp"
#include "net/transport.hpp"

namespace sluice {

HttpDoor::HttpDoor(EventLoop& loop, Handler handler) : loop_(loop), handler_(std::move(handler)) {}

HttpDoor::~HttpDoor() {
    while (!connections_.empty())
        close(*connections_.begin()->first);
}

Result<void> HttpDoor::listen(BoundSocket socket) {
    SLUICE_TRY_ASSIGN(auto acceptor,
                      Acceptor::open(loop_, std::move(socket), [this](PosixDescriptor descriptor) {
                          accept(std::move(descriptor));
                      }));
    acceptors_.push_back(std::move(acceptor));
    return {};
}

void HttpDoor::accept(PosixDescriptor descriptor) {
    if (connections_.size() >= connections_max) return;
    auto connection =
        std::make_unique<HttpConnection>(*this, plain_transport(std::move(descriptor)));
    // A socket that cannot be watched is closed by letting it go.
    if (!connection->start()) return;
    auto* key = connection.get();
    connections_.emplace(key, std::move(connection));
}

void HttpDoor::close(HttpConnection& connection) {
    if (connection.timer_) loop_.cancel(*connection.timer_);
    connection.is_open_ = false;
    loop_.remove(connection.transport_->descriptor(), connection);
    std::erase(holding_, &connection);
    auto node = connections_.extract(&connection);
    closed_.push_back(std::move(node.mapped()));
}

void HttpDoor::flush(const Dependency& reached) {
    // A released connection may hold its next response: that one comes behind these.
    const auto holding = std::exchange(holding_, {});
    for (HttpConnection* connection : holding) {
        connection->release(reached);
        const bool is_listed = std::ranges::find(holding_, connection) != holding_.end();
        if (connection->is_open_ && connection->is_holding() && !is_listed) {
            holding_.push_back(connection);
        }
    }
    closed_.clear();
}

std::size_t HttpDoor::unsent_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const auto& entry) { return entry.second->has_unsent(); }));
}

// RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT".
const std::string& HttpDoor::date() {
    const std::int64_t second = loop_.wall().ms() / 1000;
    if (second != date_second_) {
        date_second_ = second;
        const std::time_t time = second;
        std::tm parts{};
        gmtime_r(&time, &parts);
        std::array<char, 40> text{};
        const std::size_t size =
            std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        date_.assign(text.data(), size);
    }
    return date_;
}

}  // namespace sluice
