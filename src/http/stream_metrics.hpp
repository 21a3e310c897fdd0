// What /metrics tells of streams and their groups, by name.
//
// Limit      ServerSettings::metric_names_max streams and as many groups have series of their own;
//            how many have none is told too. Names that are no printable UTF-8 count among those
#pragma once

#include "http/metrics_text.hpp"

namespace sluice {

class Server;

void write_stream_metrics(MetricsText& out, Server& server);

}  // namespace sluice
