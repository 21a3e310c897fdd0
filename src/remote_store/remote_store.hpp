// A Sluice server as a Store: a thread that moves bytes between sockets and an ExchangeMachine.
//
// Promise    no socket is waited for but in poll(2); open() touches no network: whoever asks learns
//            whether the server is there, within request_time
// Errors     of open(): io, no descriptor or no thread; else as store.hpp; a server that is not
//            there is `unavailable`, and the message says where and why
// Limit      the address of a host name is asked for on the store's thread, at each connection: a
//            slow name service delays everything. Numbers and unix sockets do not have that.
// Threads    as store.hpp; one thread of its own
// Not here   TLS, as in client_library
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "command_store/command_store.hpp"
#include "io/posix_file.hpp"
#include "net/address.hpp"
#include "remote_store/remote_link.hpp"

namespace sluice {

struct RemoteStoreOptions {
    Address address = {};
    std::string user = {};
    std::string password = {};
    StoreLimits limits = {};
    Duration connect_time = Duration::from_seconds(5);
};

class RemoteStore final : public CommandStore {
  public:
    static Result<std::unique_ptr<RemoteStore>> open(RemoteStoreOptions options);
    ~RemoteStore() override;
    void close() override;

  private:
    struct Connection {
        RemoteLink link;
        MonoTime connect_until{};
    };
    using Connections = std::map<LaneNumber, Connection>;

    RemoteStore(RemoteStoreOptions options, PosixDescriptor wakeup);

    void run();
    void drop_and_connect(MonoTime now);
    void connect(LaneNumber lane, MonoTime now);
    void lose(LaneNumber lane, const Error& error, MonoTime now);
    void send_all(MonoTime now);
    void wait();
    void serve(LaneNumber lane, short events, MonoTime now);
    void receive(LaneNumber lane, Connection& connection, MonoTime now);
    void end_slow_connects(MonoTime now);
    void wake();
    int timeout_ms() const;
    Error at_address(const Error& error) const;

    const RemoteStoreOptions options_;
    PosixDescriptor wakeup_;
    ExchangeMachine machine_;
    Connections connections_;
    std::vector<char> room_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice
