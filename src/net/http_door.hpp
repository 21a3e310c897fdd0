// Sockets of the HTTP door: moves bytes between connections and their HttpSession.
//
// Promise    a response leaves when the journal has come as far as it depends on; a connection
//            that is closed after an error is first shut down on our side and drained, so that the
//            client can read the answer
// Limit      connections_max; a further one is closed at once
// Threads    the loop's
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/http_message.hpp"
#include "net/acceptor.hpp"
#include "net/event_loop.hpp"

namespace sluice {

class HttpConnection;

class HttpDoor {
  public:
    using Handler = std::function<HttpResponse(const HttpRequest&)>;

    HttpDoor(EventLoop& loop, Handler handler);
    ~HttpDoor();
    HttpDoor(const HttpDoor&) = delete;
    HttpDoor& operator=(const HttpDoor&) = delete;

    Result<void> listen(BoundSocket socket);
    // Sends the responses that the journal now covers. Once at the end of each turn.
    void flush(const Dependency& reached);
    // How far the journal must come until no response is held any more.
    const Dependency& awaited() const { return awaited_; }
    void stop_accepting() { acceptors_.clear(); }
    std::size_t connection_count() const { return connections_.size(); }
    std::size_t unsent_count() const;

  private:
    friend class HttpConnection;
    static constexpr std::size_t connections_max = 4096;

    void accept(PosixDescriptor descriptor);
    void close(HttpConnection& connection);
    const std::string& date();

    EventLoop& loop_;
    Handler handler_;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::unordered_map<HttpConnection*, std::unique_ptr<HttpConnection>> connections_;
    std::vector<HttpConnection*> holding_;  // have a response that waits for the journal
    // Closed in this turn; some function of theirs may still be on the stack.
    std::vector<std::unique_ptr<HttpConnection>> closed_;
    Dependency awaited_;
    std::string date_;
    std::int64_t date_second_ = 0;
};

}  // namespace sluice
