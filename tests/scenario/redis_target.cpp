// Stories told to Debian's redis-server, which knows best what Redis does.
#include <map>
#include <string_view>
#include <utility>

#include "io/clock.hpp"
#include "net/client.hpp"
#include "process/servers.hpp"
#include "scenario/target.hpp"

namespace sluice::testing {

namespace {

constexpr Duration reply_wait_max = Duration::from_seconds(5);
constexpr Duration real_advance_max = Duration::from_ms(200);

struct Connection {
    Client client;
    std::string id;
};

class RedisTarget final : public Target {
  public:
    RedisTarget(RedisServer server, Client control)
        : server_(std::move(server)), control_(std::move(control)) {}

    bool is_redis() const override { return true; }
    Result<void> send(const std::string& client, const std::vector<std::string>& args) override;
    Result<Reply> receive(const std::string& client) override;
    Result<bool> is_waiting(const std::string& client) override;
    Result<void> advance(Duration duration) override;

  private:
    Result<Connection*> connection(const std::string& client);

    RedisServer server_;
    Client control_;
    std::map<std::string, Connection> connections_;
};

Result<Connection*> RedisTarget::connection(const std::string& client) {
    const auto known = connections_.find(client);
    if (known != connections_.end()) return &known->second;
    SLUICE_TRY_ASSIGN(auto connected, Client::connect(server_.address()));
    SLUICE_TRY_ASSIGN(const auto id, connected.call({"CLIENT", "ID"}));
    Connection fresh{std::move(connected), std::to_string(id.integer)};
    return &connections_.emplace(client, std::move(fresh)).first->second;
}

Result<void> RedisTarget::send(const std::string& client, const std::vector<std::string>& args) {
    SLUICE_TRY_ASSIGN(Connection* const to, connection(client));
    to->client.queue(std::vector<std::string_view>(args.begin(), args.end()));
    return to->client.flush();
}

Result<Reply> RedisTarget::receive(const std::string& client) {
    SLUICE_TRY_ASSIGN(Connection* const from, connection(client));
    return from->client.read(reply_wait_max);
}

// Redis shows a blocked client with the flag b; until then it may not have read the command.
Result<bool> RedisTarget::is_waiting(const std::string& client) {
    SLUICE_TRY_ASSIGN(Connection* const who, connection(client));
    const MonoTime deadline = SystemClock().mono() + reply_wait_max;
    while (SystemClock().mono() < deadline) {
        SLUICE_TRY_ASSIGN(const auto reply, who->client.poll());
        if (reply) return Error{Errc::conflict, "did not wait but got " + printed(*reply)};
        SLUICE_TRY_ASSIGN(const auto list, control_.call({"CLIENT", "LIST", "ID", who->id}));
        const std::size_t flags = list.text.find(" flags=");
        const std::string_view rest = std::string_view(list.text).substr(flags + 7);
        if (rest.substr(0, rest.find(' ')).find('b') != std::string_view::npos) return true;
    }
    return false;
}

Result<void> RedisTarget::advance(Duration duration) {
    if (duration > real_advance_max) return {};
    const auto nothing = control_.read(duration);
    SLUICE_CHECK(!nothing.has_value(), "nobody asked the control connection");
    return nothing.error().code == Errc::timeout ? Result<void>() : nothing.error();
}

}  // namespace

Result<std::unique_ptr<Target>> start_redis_target() {
    SLUICE_TRY_ASSIGN(auto server, RedisServer::start());
    SLUICE_TRY_ASSIGN(auto control, Client::connect(server.address()));
    return std::make_unique<RedisTarget>(std::move(server), std::move(control));
}

}  // namespace sluice::testing
