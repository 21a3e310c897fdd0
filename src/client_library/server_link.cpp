#include "client_library/server_link.hpp"

#include <utility>

#include "client_library/client_error.hpp"
#include "net/client.hpp"

namespace sluice {
namespace {

class SocketChannel final : public Channel {
  public:
    explicit SocketChannel(Client client) : client_(std::move(client)) {}
    void queue(std::span<const std::string_view> args) override { client_.queue(args); }
    Result<Reply> read(Duration wait_max) override { return client_.read(wait_max); }
    bool is_gone() override {
        const auto unasked = client_.poll();
        return !unasked || unasked->has_value();
    }

  private:
    Client client_;
};

Duration of(std::chrono::milliseconds time) {
    return Duration::from_ms(time.count());
}

DialChannel dial_socket(const Address& address, const ConnectOptions& options) {
    const ClientOptions client{.connect_wait_max = of(options.connect_wait_max),
                               .reply_wait_max = of(options.reply_wait_max),
                               .limits = {}};
    return [address, client]() -> Result<std::unique_ptr<Channel>> {
        SLUICE_TRY_ASSIGN(auto connected, Client::connect(address, client));
        return std::make_unique<SocketChannel>(std::move(connected));
    };
}

}  // namespace

ServerLink::ServerLink(ServerUrl url, const ConnectOptions& options)
    : dial_(dial_socket(url.address, options)),
      place_(url.address.text()),
      user_(options.user.empty() ? std::move(url.user) : options.user),
      password_(options.password.empty() ? std::move(url.password) : options.password),
      reply_wait_max_(of(options.reply_wait_max)) {}

ServerLink::ServerLink(DialChannel dial, std::string place)
    : dial_(std::move(dial)), place_(std::move(place)) {}

ServerLink ServerLink::another() const {
    ServerLink link(dial_, place_);
    link.user_ = user_;
    link.password_ = password_;
    link.reply_wait_max_ = reply_wait_max_;
    return link;
}

Expected<Channel*> ServerLink::channel() {
    if (channel_ != nullptr && !channel_->is_gone()) return channel_.get();
    channel_.reset();
    auto dialed = dial_();
    if (!dialed) return not_reached(dialed.error());
    auto greeting = login(**dialed);
    if (!greeting) return greeting.error();
    channel_ = std::move(*dialed);
    return channel_.get();
}

// Also without a password something is asked: a server that wants one says so here, and not later.
Expected<Reply> ServerLink::login(Channel& channel) const {
    if (password_.empty()) {
        channel.queue({"PING"});
    } else if (user_.empty()) {
        channel.queue({"AUTH", password_});
    } else {
        channel.queue({"AUTH", user_, password_});
    }
    auto reply = channel.read(reply_wait_max_);
    if (!reply) return not_reached(reply.error());
    if (reply->is_error()) return refused_by_server("log in at " + place_, reply->text);
    return std::move(*reply);
}

Expected<Reply> ServerLink::call(std::string_view action, const std::vector<std::string>& args) {
    auto connected = channel();
    if (!connected) return connected.error();
    const std::vector<std::string_view> views(args.begin(), args.end());
    (*connected)->queue(std::span<const std::string_view>(views));
    auto reply = (*connected)->read(reply_wait_max_);
    if (!reply) {
        drop();
        return lost_answer(action, reply.error());
    }
    if (reply->is_error()) return refused_by_server(action, reply->text);
    return std::move(*reply);
}

Expected<std::vector<Reply>> ServerLink::call_all(
    std::string_view action, const std::vector<std::vector<std::string>>& requests) {
    auto connected = channel();
    if (!connected) return connected.error();
    Channel& server = **connected;
    server.queue({"MULTI"});
    for (const auto& request : requests) {
        const std::vector<std::string_view> views(request.begin(), request.end());
        server.queue(std::span<const std::string_view>(views));
    }
    server.queue({"EXEC"});
    const auto lost = [&](const Error& error) {
        drop();
        return lost_answer(action, error);
    };
    // Why one of them was refused, if one was: EXEC only says that there is something.
    std::optional<std::string> refusal;
    for (std::size_t i = 0; i < requests.size() + 1; ++i) {
        const auto queued = server.read(reply_wait_max_);
        if (!queued) return lost(queued.error());
        if (queued->is_error() && !refusal) refusal = queued->text;
    }
    auto done = server.read(reply_wait_max_);
    if (!done) return lost(done.error());
    if (done->is_error()) return refused_by_server(action, refusal.value_or(done->text));
    for (const Reply& each : done->elements) {
        if (each.is_error()) return refused_by_server(action, each.text);
    }
    return std::move(done->elements);
}

}  // namespace sluice
