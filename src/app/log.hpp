// The log on stderr: text for a person at a terminal, JSON lines for everything else.
//
// Promise    one event is one line of printable characters, whatever the message holds; never
//            payloads or secrets
// Limit      a message is cut to 1 KiB
// Why        spdlog is a slow header: it is included by log.cpp only
#pragma once

#include <string_view>

#include "app/serve_config.hpp"

namespace sluice {

void open_log(LogLevel least, LogFormat format);
void log_event(LogLevel level, std::string_view message);

}  // namespace sluice
