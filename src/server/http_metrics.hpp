// The page /metrics.
#pragma once

#include "server/http_routes.hpp"

namespace sluice {

HttpResponse get_metrics(HttpContext& context);

}  // namespace sluice
