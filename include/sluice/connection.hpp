// Publishes events and makes groups: one connection to a server, call and wait.
//
// Shape      url := redis://[user[:password]@]host[:port] | unix:///path/of/the/socket
//            port 7370 when there is none; %XX in user and password stands for a byte
// Promise    publish() answers when the event is as durable as its stream (by default: on disk);
//            after a lost connection the next call connects again; publish_all() is one step
// Errors     invalid (url, no stream, no fields, too large), unavailable, busy (a hard limit of
//            the stream, a quota), refused, indeterminate, failed; not one of them leaves the
//            Connection useless
// Threads    one at a time
// Not here   TLS: rediss:// is an error; use a tunnel, or a client that speaks it
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <sluice/delivery.hpp>
#include <sluice/expected.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// How to reach a server; user and password here win over those in the url.
struct ConnectOptions {
    std::string user = {};
    std::string password = {};
    std::chrono::milliseconds connect_wait_max{5'000};
    std::chrono::milliseconds reply_wait_max{30'000};
};

// Makes publishing repeatable: the same producer and key again answer the id of the first time and
// add nothing, for as long as the stream remembers keys. With it a publish whose answer got lost
// is sent once more by itself.
struct PublishOptions {
    std::string producer = {};
    std::string key = {};
};

// Where a new group begins.
enum class GroupStart {
    beginning,  // with everything that the stream holds
    end,        // with what comes from now on
};

class Connection {
  public:
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    // The id of the new event. The stream is made when it is not there. At most event_bytes_max of
    // names and values, with a few bytes beside each of them.
    Expected<std::string> publish(std::string_view stream, const FieldList& fields,
                                  const PublishOptions& options = {});
    // All of them in one step, in this order, or none: their ids. At most batch_max events and
    // batch_bytes_max bytes: names, values and for each event the stream's name, with a few bytes
    // beside each of them. A batch whose answer got lost is indeterminate.
    Expected<std::vector<std::string>> publish_all(std::string_view stream,
                                                   const std::vector<FieldList>& events);
    static constexpr std::size_t batch_max = 10'000;
    static constexpr std::size_t batch_bytes_max = std::size_t{8} << 20;
    static constexpr std::size_t event_bytes_max = std::size_t{512} << 20;
    // Also makes the stream. A group that is there already is left as it is, and no error.
    Expected<void> create_group(std::string_view stream, std::string_view group,
                                GroupStart start = GroupStart::beginning);

  private:
    friend Expected<Connection> connect(std::string_view url, const ConnectOptions& options);
    struct State;
    explicit Connection(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

// Connected and logged in.
Expected<Connection> connect(std::string_view url, const ConnectOptions& options = {});

}  // namespace sluice
