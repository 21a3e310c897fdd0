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

Expected<std::vector<Reply>> ServerLink::call_all(
    std::string_view action, const std::vector<std::vector<std::string>>& requests) {
    auto connected = client();
    if (!connected) return connected.error();
    Client& server = **connected;
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
    if (const auto sent = server.flush(); !sent) return lost(sent.error());
    // Why one of them was refused, if one was: EXEC only says that there is something.
    std::optional<std::string> refusal;
    for (std::size_t i = 0; i < requests.size() + 1; ++i) {
        const auto queued = server.read();
        if (!queued) return lost(queued.error());
        if (queued->is_error() && !refusal) refusal = queued->text;
    }
    auto done = server.read();
    if (!done) return lost(done.error());
    if (done->is_error()) return refused_by_server(action, refusal.value_or(done->text));
    for (const Reply& each : done->elements) {
        if (each.is_error()) return refused_by_server(action, each.text);
    }
    return std::move(done->elements);
}

}  // namespace sluice
