// The server as a whole: opens the store and the doors, runs, and comes to an orderly end.
//
// Shape      open() -> Service; run() returns the exit code
// Promise    whoever has the folder already, and whatever has the port, is found out before
//            anything is changed
//            after SIGTERM or SIGINT: no new connections, what was accepted is answered and on the
//            disk, exit code 0, within stop_time; a second signal ends the process at once
// Errors     of open(): a sentence and the exit code to end with
// Threads    the caller's, and one for the journal
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "app/bound_doors.hpp"
#include "app/engine_turn.hpp"
#include "app/serve_config.hpp"
#include "app/signals.hpp"
#include "cli/exit_code.hpp"
#include "http/http_routes.hpp"
#include "io/data_folder.hpp"

namespace sluice {

struct StartFailure {
    ExitCode code = ExitCode::failed;
    std::string sentence;
};

class Service {
  public:
    static constexpr Duration stop_time = Duration::from_seconds(8);

    static std::expected<std::unique_ptr<Service>, StartFailure> open(ServeConfig config);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    // "ready resp=HOST:PORT http=HOST:PORT data=DIR"
    std::string ready_line() const;
    const Address& resp_address() const { return resp_address_; }
    const Address& http_address() const { return http_address_; }

    ExitCode run();

  private:
    using Step = std::expected<void, StartFailure>;

    explicit Service(ServeConfig config);

    Step take_folder();
    Step take_addresses();
    Step open_store();
    Step open_server();
    Step open_doors();
    Result<std::unique_ptr<Engine>> open_engine();
    ServerIdentity identity();
    HttpResponse answer(const HttpRequest& request);
    void on_signal(int signal);
    void reload_tls();
    void begin_stop();
    void stop_when_answered();

    ServeConfig config_;
    SystemClock clock_;
    BoundDoors bound_;
    DataFolder folder_;
    std::unique_ptr<Engine> engine_;
    ServiceState state_;
    HttpRouter router_;
    std::unique_ptr<EventLoop> loop_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<RespDoor> resp_;
    std::unique_ptr<HttpDoor> http_;
    std::unique_ptr<Signals> signals_;
    std::unique_ptr<EngineTurn> turn_;
    Address resp_address_;
    Address http_address_;
    MonoTime stop_deadline_{};
};

}  // namespace sluice
