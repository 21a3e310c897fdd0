#include "sluice/connection.hpp"

#include "client_library/client_error.hpp"
#include "client_library/event_limits.hpp"
#include "client_library/group_setup.hpp"
#include "client_library/server_link.hpp"

namespace sluice {

struct Connection::State {
    ServerLink link;
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Expected<Connection> connect(std::string_view url, const ConnectOptions& options) {
    auto parsed = ServerUrl::parse(url);
    if (!parsed) return parsed.error();
    ServerLink link(std::move(*parsed), options);
    if (const auto connected = link.channel(); !connected) return connected.error();
    return Connection(std::make_unique<Connection::State>(std::move(link)));
}

namespace {

std::vector<std::string> with_fields(std::vector<std::string> request, const FieldList& fields) {
    request.reserve(request.size() + 2 * fields.size());
    for (const auto& [name, value] : fields) {
        request.push_back(name);
        request.push_back(value);
    }
    return request;
}

}  // namespace

Expected<std::string> Connection::publish(std::string_view stream, const FieldList& fields,
                                          const PublishOptions& options) {
    if (auto checked = check_event(stream, fields, options); !checked) return checked.error();
    const std::string action = "publish to '" + std::string(stream) + "'";
    const bool is_repeatable = !options.key.empty();
    std::vector<std::string> args = {"XADD", std::string(stream)};
    if (is_repeatable) args.insert(args.end(), {"IDMP", options.producer, options.key});
    args.emplace_back("*");
    args = with_fields(std::move(args), fields);
    auto reply = state_->link.call(action, args);
    const bool is_lost = !reply && reply.error().kind == ErrorKind::indeterminate;
    if (is_lost && is_repeatable) {
        auto again = state_->link.call(action, args);
        // Nobody knows what the first one did when the second one did not get there.
        if (again) reply = std::move(again);
    }
    if (!reply) return reply.error();
    if (!reply->is_text()) return odd_reply(action, *reply);
    return std::move(reply->text);
}

Expected<std::vector<std::string>> Connection::publish_all(std::string_view stream,
                                                           const std::vector<FieldList>& events) {
    if (auto checked = check_batch(stream, events); !checked) return checked.error();
    const std::string action = batch_action(stream, events.size());
    std::vector<std::vector<std::string>> requests;
    requests.reserve(events.size());
    for (const FieldList& fields : events)
        requests.push_back(with_fields({"XADD", std::string(stream), "*"}, fields));
    std::vector<std::string> ids;
    if (requests.empty()) return ids;
    auto replies = state_->link.call_all(action, requests);
    if (!replies) return replies.error();
    ids.reserve(replies->size());
    for (Reply& reply : *replies) {
        if (!reply.is_text()) return odd_reply(action, reply);
        ids.push_back(std::move(reply.text));
    }
    return ids;
}

Expected<void> Connection::create_group(std::string_view stream, std::string_view group,
                                        GroupStart start) {
    return sluice::create_group(state_->link, {std::string(stream), std::string(group)}, start);
}

}  // namespace sluice
