#include "embedded/local_client.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "resp/reply_parser.hpp"

namespace sluice {

// Between the two threads: replies wait here. The host's thread has the port, the client's the
// parser.
class LocalClient::Wire final : public PortUser {
  public:
    // --- on the host's thread
    void connect(EngineHost& host) { port_ = &host.connect(*this); }
    void send(std::string_view bytes) {
        if (port_ != nullptr) port_->send(bytes);
    }
    void close(EngineHost& host) {
        if (port_ != nullptr) host.close(*std::exchange(port_, nullptr));
    }
    void on_bytes(std::string_view bytes) override {
        const std::lock_guard lock(mutex_);
        bytes_.append(bytes);
        changed_.notify_one();
    }
    void on_end() override {
        port_ = nullptr;
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        changed_.notify_one();
    }

    // --- on the client's
    Result<Reply> read(Duration wait_max) {
        const auto until = std::chrono::steady_clock::time_point(
            std::chrono::microseconds((SystemClock().mono() + wait_max).microseconds));
        for (;;) {
            SLUICE_TRY_ASSIGN(auto reply, parser_.next());
            if (reply) return std::move(*reply);
            std::unique_lock lock(mutex_);
            const bool has_news =
                changed_.wait_until(lock, until, [this] { return is_over_ || !bytes_.empty(); });
            if (!has_news) return Error{Errc::timeout, "the engine: no reply in time"};
            if (bytes_.empty()) {
                return Error{Errc::closed, "the engine ended the connection"};
            }
            parser_.feed(std::exchange(bytes_, {}));
        }
    }

  private:
    Port* port_ = nullptr;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string bytes_;
    bool is_over_ = false;
    ReplyParser parser_;
};

LocalClient::LocalClient(std::shared_ptr<EngineHost> host)
    : host_(std::move(host)), wire_(std::make_shared<Wire>()) {
    host_->post([host = host_.get(), wire = wire_] { wire->connect(*host); });
}

// The wire lives until the host has let the port go.
LocalClient::~LocalClient() {
    host_->post([host = host_.get(), wire = wire_] { wire->close(*host); });
}

void LocalClient::queue(std::span<const std::string_view> args) {
    output_ += '*' + std::to_string(args.size()) + "\r\n";
    for (const std::string_view arg : args) {
        output_ += '$' + std::to_string(arg.size()) + "\r\n";
        output_ += arg;
        output_ += "\r\n";
    }
}

Result<Reply> LocalClient::read(Duration wait_max) {
    if (!output_.empty()) {
        host_->post([wire = wire_, bytes = std::exchange(output_, {})] { wire->send(bytes); });
    }
    return wire_->read(wait_max);
}

}  // namespace sluice
