// The addresses of a server, taken before its store is opened: a port that is in use is found out
// while nothing has been changed yet.
//
// Errors     unavailable: taken by another process; invalid: not an address of this machine, or a
//            TLS file that does not fit
#pragma once

#include <memory>
#include <optional>

#include "app/serve_config.hpp"
#include "event/result.hpp"
#include "net/socket.hpp"
#include "net/transport.hpp"

namespace sluice {

struct BoundDoors {
    BoundSocket resp;
    BoundSocket http;
    std::optional<BoundSocket> resp_unix;
    std::optional<BoundSocket> resp_tls;
    std::unique_ptr<TlsContext> tls;  // there when resp_tls is
};

Result<BoundDoors> bind_doors(const ServeConfig& config);
Result<std::unique_ptr<TlsContext>> open_tls(const ServeConfig& config);

}  // namespace sluice
