#include "app/log.hpp"

#include <memory>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <string>
#include <unistd.h>

#include "event/escaped_json.hpp"

namespace sluice {
namespace {

constexpr std::size_t message_bytes_max = 1024;
bool writes_json = false;

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

void open_log(LogLevel least, LogFormat format) {
    const bool is_terminal = isatty(STDERR_FILENO) == 1;
    writes_json = format == LogFormat::json || (format == LogFormat::automatic && !is_terminal);
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (is_terminal && !writes_json) {
        sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>();
    } else {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    }
    auto logger = std::make_shared<spdlog::logger>("sluice", std::move(sink));
    logger->set_level(level_of(least));
    logger->flush_on(spdlog::level::debug);
    const auto utc = spdlog::pattern_time_type::utc;
    logger->set_pattern(writes_json
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","message":%v})"
                            : "%H:%M:%S %^%-7l%$ %v",
                        writes_json ? utc : spdlog::pattern_time_type::local);
    spdlog::set_default_logger(std::move(logger));
}

void log_event(LogLevel level, std::string_view message) {
    const std::string escaped = escaped_json(message.substr(0, message_bytes_max));
    const std::string_view text = escaped;
    // Outside JSON the quotes are in the way, the escapes are not.
    spdlog::log(level_of(level), "{}", writes_json ? text : text.substr(1, text.size() - 2));
}

}  // namespace sluice
