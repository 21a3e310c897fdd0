#include "client_library/server_link.hpp"

#include "client_library/client_error.hpp"

namespace sluice {
namespace {

Duration of(std::chrono::milliseconds time) {
    return Duration::from_ms(time.count());
}

}  // namespace

ServerLink::ServerLink(ServerUrl url, const ConnectOptions& options)
    : url_(std::move(url)),
      options_{.connect_wait_max = of(options.connect_wait_max),
               .reply_wait_max = of(options.reply_wait_max),
               .limits = {}} {
    if (!options.user.empty()) url_.user = options.user;
    if (!options.password.empty()) url_.password = options.password;
}

Expected<Client*> ServerLink::client() {
    if (client_) return &*client_;
    auto connected = Client::connect(url_.address, options_);
    if (!connected) return not_reached(connected.error());
    auto greeting = login(*connected);
    if (!greeting) return greeting.error();
    client_.emplace(std::move(*connected));
    return &*client_;
}

// Also without a password something is asked: a server that wants one says so here, and not later.
Expected<Reply> ServerLink::login(Client& client) {
    std::vector<std::string_view> args = {"PING"};
    if (!url_.password.empty()) args = {"AUTH", url_.password};
    if (!url_.password.empty() && !url_.user.empty()) args = {"AUTH", url_.user, url_.password};
    auto reply = client.call(std::span<const std::string_view>(args));
    if (!reply) return not_reached(reply.error());
    if (reply->is_error()) {
        return refused_by_server("log in at " + url_.address.text(), reply->text);
    }
    return std::move(*reply);
}

Expected<Reply> ServerLink::call(std::string_view action, const std::vector<std::string>& args) {
    auto connected = client();
    if (!connected) return connected.error();
    const std::vector<std::string_view> views(args.begin(), args.end());
    auto reply = (*connected)->call(std::span<const std::string_view>(views));
    if (!reply) {
        drop();
        return lost_answer(action, reply.error());
    }
    if (reply->is_error()) return refused_by_server(action, reply->text);
    return std::move(*reply);
}

}  // namespace sluice
