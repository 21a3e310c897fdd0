// The page /metrics.
#pragma once

#include "http/http_routes.hpp"

namespace sluice {

HttpResponse get_metrics(HttpContext& context);

}  // namespace sluice
