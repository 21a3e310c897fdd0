// The engine in this process: the store, the commands and a thread for them, without a socket.
//
// Theory     What clients of a server say through sockets, ports say here: the same bytes to the
//            same sessions. A turn of the thread: run what was posted, give each port's bytes to
//            its session, hand what was changed to the worker, give back the replies that are
//            durable now, let the residents finish.
// Promise    a reply reaches its port when the journal has come as far as the reply depends on;
//            when the host ends, everything is on the disk
// Errors     of open(): conflict (another process has the folder), invalid, io, corrupt,
//            unsupported
// Threads    open() and the destructor on the owner's; post() and wake() on any; the rest on the
//            host's own
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "embedded/journal_work.hpp"
#include "embedded/port.hpp"
#include "engine/engine.hpp"
#include "io/clock.hpp"
#include "io/data_folder.hpp"
#include "server/server.hpp"

namespace sluice {

struct EngineHostOptions {
    std::string folder = {};  // made when it is not there
    EngineOptions engine = {};
    ServerSettings settings = {};
    std::function<void(std::string_view sentence)> log = {};  // on the host's thread
};

// Whoever lives on the host's thread and wants a part of each turn.
class Lodger {
  public:
    virtual ~Lodger() = default;
    virtual void begin_turn(MonoTime now) = 0;
    // Replies have come; what is said now is heard in the next turn.
    virtual void end_turn(MonoTime now) = 0;
    virtual MonoTime deadline() const = 0;
};

class EngineHost {
  public:
    static Result<std::unique_ptr<EngineHost>> open(EngineHostOptions options);
    // Lodgers and ports are gone by then.
    ~EngineHost();
    EngineHost(const EngineHost&) = delete;
    EngineHost& operator=(const EngineHost&) = delete;

    // Runs the work in a turn of the host.
    void post(std::move_only_function<void()> work);
    // Makes a turn happen soon.
    void wake();
    bool is_on_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

    void move_in(Lodger& lodger) { lodgers_.push_back(&lodger); }
    void move_out(Lodger& lodger) { std::erase(lodgers_, &lodger); }
    // A new connection. It lives until close() or until the host says on_end() to its user.
    Port& connect(PortUser& user);
    void close(Port& port);

  private:
    explicit EngineHost(EngineHostOptions options) : options_(std::move(options)) {}
    Result<void> start();

    void run();
    void wait();
    void take_turn();
    void run_posted();
    void feed_ports();
    void write_journal(MonoTime now);
    void serve_ready();
    void serve(Port& port);
    void end(Port& port);
    MonoTime deadline() const;

    EngineHostOptions options_;
    SystemClock clock_;
    DataFolder folder_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<JournalWork> journal_;
    std::vector<std::unique_ptr<Port>> ports_;
    std::vector<Lodger*> lodgers_;
    bool has_more_ = false;  // bytes of a port wait for the next turn

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::move_only_function<void()>> posted_;
    bool is_woken_ = false;
    bool is_stopping_ = false;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace sluice
