#include <future>
#include <utility>

#include "client_library/client_error.hpp"
#include "client_library/consumer_start.hpp"
#include "client_library/event_limits.hpp"
#include "client_library/group_setup.hpp"
#include "embedded/engine_store.hpp"
#include "embedded/local_client.hpp"
#include "resp/refusal.hpp"
#include "sluice/embedded.hpp"

namespace sluice {
namespace {

static_assert(Connection::batch_bytes_max == StoreLimits::batch_bytes_max);

class LocalChannel final : public Channel {
  public:
    explicit LocalChannel(std::shared_ptr<EngineHost> host) : client_(std::move(host)) {}
    void queue(std::span<const std::string_view> args) override { client_.queue(args); }
    Result<Reply> read(Duration wait_max) override { return client_.read(wait_max); }

  private:
    LocalClient client_;
};

ServerLink link_to(std::shared_ptr<EngineHost> host) {
    return {[host = std::move(host)]() -> Result<std::unique_ptr<Channel>> {
                return std::make_unique<LocalChannel>(host);
            },
            "the engine"};
}

ErrorKind kind_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return ErrorKind::invalid;
        case Errc::not_found:
            return ErrorKind::not_found;
        case Errc::limit:
        case Errc::full:
        case Errc::timeout:
        case Errc::unavailable:
        case Errc::closed:
            return ErrorKind::unavailable;
        case Errc::exists:
        case Errc::conflict:
        case Errc::corrupt:
        case Errc::io:
        case Errc::unsupported:
            return ErrorKind::failed;
    }
    return ErrorKind::failed;
}

template <class T>
ClientError error_of(const std::string& action, const Answer<T>& answer) {
    const bool is_unclear = answer.outcome() == Outcome::indeterminate;
    if (!is_unclear && refusal_of(answer.error().message) == Refusal::full) {
        return refused_by_server(action, answer.error().message);
    }
    const ErrorKind kind = is_unclear ? ErrorKind::indeterminate : kind_of(answer.error().code);
    return {kind, action + ": " + answer.error().message};
}

Durability durability_of(BusOptions::Durability durability) {
    switch (durability) {
        case BusOptions::Durability::disk:
            return Durability::disk;
        case BusOptions::Durability::os:
            return Durability::os;
        case BusOptions::Durability::memory:
            return Durability::memory;
    }
    return Durability::disk;
}

Fields fields_of(const FieldList& list) {
    Fields fields;
    fields.reserve(list.size());
    for (const auto& [name, value] : list)
        fields.push_back({name, value});
    return fields;
}

}  // namespace

struct Bus::State {
    std::shared_ptr<EngineHost> host;
    std::unique_ptr<EngineStore> store;

    Expected<std::vector<std::string>> append(const std::string& action, AppendEntries request);
};

Expected<std::vector<std::string>> Bus::State::append(const std::string& action,
                                                      AppendEntries request) {
    using Ids = std::vector<EntryId>;
    // The promise belongs to the completion: who waits may be gone before set_value() has returned.
    std::promise<Answer<Ids>> published;
    auto published_ids = published.get_future();
    store->append(std::move(request),
                  [published = std::move(published)](Answer<Ids> answer) mutable {
                      published.set_value(std::move(answer));
                  });
    const auto answer = published_ids.get();
    if (!answer.is_ok()) return error_of(action, answer);
    std::vector<std::string> ids;
    ids.reserve(answer->size());
    for (const EntryId id : *answer)
        ids.push_back(id.text());
    return ids;
}

Bus::Bus(std::unique_ptr<State> state) : state_(std::move(state)) {}
Bus::Bus(Bus&&) noexcept = default;
Bus& Bus::operator=(Bus&&) noexcept = default;
Bus::~Bus() = default;

Expected<Bus> Bus::open(std::string_view folder, const BusOptions& options) {
    EngineHostOptions host_options{.folder = std::string(folder), .log = options.on_log};
    host_options.engine.durability = durability_of(options.durability);
    auto host = EngineHost::open(std::move(host_options));
    if (!host) {
        const bool is_taken = host.error().code == Errc::conflict;
        const ErrorKind kind = is_taken ? ErrorKind::unavailable : kind_of(host.error().code);
        return ClientError{kind, "open a bus: " + host.error().message};
    }
    StoreLimits limits;
    // Who publishes waits for the answer: more than that is not held.
    limits.bytes_max = Connection::event_bytes_max;
    limits.request_time = Duration::from_ms(options.publish_wait_max.count());
    auto state = std::make_unique<State>();
    state->host = std::move(*host);
    state->store = EngineStore::open(state->host, limits);
    return Bus(std::move(state));
}

Expected<std::string> Bus::publish(std::string_view stream, const FieldList& fields,
                                   const PublishOptions& options) {
    if (auto checked = check_event(stream, fields, options); !checked) return checked.error();
    const std::string action = "publish to '" + std::string(stream) + "'";
    NewEntry entry{.fields = fields_of(fields)};
    if (!options.key.empty()) entry.key = IdempotencyKey{options.producer, options.key};
    AppendEntries request{.stream = std::string(stream), .entries = {}};
    request.entries.push_back(std::move(entry));
    auto ids = state_->append(action, std::move(request));
    if (!ids) return ids.error();
    return std::move(ids->front());
}

Expected<std::vector<std::string>> Bus::publish_all(std::string_view stream,
                                                    const std::vector<FieldList>& events) {
    if (auto checked = check_batch(stream, events); !checked) return checked.error();
    if (events.empty()) return std::vector<std::string>{};
    AppendEntries request{.stream = std::string(stream), .entries = {}};
    request.entries.reserve(events.size());
    for (const FieldList& fields : events)
        request.entries.push_back({.fields = fields_of(fields)});
    return state_->append(batch_action(stream, events.size()), std::move(request));
}

Expected<void> Bus::create_group(std::string_view stream, std::string_view group,
                                 GroupStart start) {
    ServerLink link = link_to(state_->host);
    return sluice::create_group(link, {std::string(stream), std::string(group)}, start);
}

Expected<RunningConsumer> consume(Bus& bus, const ConsumerOptions& options, Handler handler) {
    return ConsumerStart::run(link_to(bus.state_->host), options,
                              in_threads(std::move(handler), options.concurrency));
}

Expected<RunningConsumer> consume_async(Bus& bus, const ConsumerOptions& options,
                                        AsyncHandler handler) {
    return ConsumerStart::run(link_to(bus.state_->host), options,
                              begun_in_turn(std::move(handler)));
}

}  // namespace sluice
