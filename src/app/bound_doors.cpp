#include "app/bound_doors.hpp"

namespace sluice {

Result<std::unique_ptr<TlsContext>> open_tls(const ServeConfig& config) {
    return TlsContext::open({config.tls_cert, config.tls_key, config.tls_client_ca});
}

Result<BoundDoors> bind_doors(const ServeConfig& config) {
    BoundDoors doors;
    if (config.resp_tls) {
        SLUICE_TRY_ASSIGN(doors.tls, open_tls(config));
        SLUICE_TRY_ASSIGN(doors.resp_tls, bind_to(*config.resp_tls));
    }
    SLUICE_TRY_ASSIGN(doors.resp, bind_to(config.resp));
    SLUICE_TRY_ASSIGN(doors.http, bind_to(config.http));
    if (config.resp_unix) {
        SLUICE_TRY_ASSIGN(doors.resp_unix, bind_to(*config.resp_unix));
    }
    return doors;
}

}  // namespace sluice
