// /healthz, /readyz and the list of what answers without a login.

#include <array>

#include "http/http_metrics.hpp"
#include "http/http_problem.hpp"
#include "http/http_routes.hpp"
#include "http/service_state.hpp"
#include "server/server.hpp"

namespace sluice {
namespace {

// Alive: the process answers. A restart would not make anything better.
HttpResponse get_healthz(HttpContext&) {
    return plain_text("ok\n");
}

// Ready: may be sent traffic. What stops writes is said; reads go on all the same.
HttpResponse get_readyz(HttpContext& context) {
    if (context.service.is_stopping) {
        return problem_response(Problem::unavailable, "the server is shutting down");
    }
    const Engine::Statistics engine = context.server.engine().statistics();
    if (engine.poisoned) {
        return problem_response(Problem::unavailable,
                                "writing the journal failed; reads go on, writes are refused "
                                "until the server is started again");
    }
    if (engine.disk_full) {
        return problem_response(Problem::unavailable,
                                "the disk is full; reads, acks and trims go on, new data is "
                                "refused until there is space (" +
                                    engine.disk_failure + ")");
    }
    return plain_text("ready\n");
}

constexpr auto routes = std::to_array<HttpRoute>({
    {HttpMethod::get, "/healthz", get_healthz, "Whether the process is alive"},
    {HttpMethod::get, "/readyz", get_readyz, "Whether it may be sent traffic, or why not"},
    {HttpMethod::get, "/metrics", get_metrics, "Counters in the Prometheus text format"},
});

}  // namespace

std::span<const HttpRoute> health_routes() {
    return routes;
}

}  // namespace sluice
