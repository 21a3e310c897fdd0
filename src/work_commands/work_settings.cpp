#include "work_commands/work_settings.hpp"

#include "server/number_argument.hpp"

namespace sluice {

namespace {

Result<std::uint64_t> number_within(std::string_view option, std::string_view value,
                                    std::int64_t least, std::uint64_t most) {
    const auto number = parse_integer(value);
    if (!number || *number < least || static_cast<std::uint64_t>(*number) > most) {
        return Error{Errc::invalid, std::string(option) + " is a number from " +
                                        std::to_string(least) + " to " + std::to_string(most)};
    }
    return static_cast<std::uint64_t>(*number);
}

}  // namespace

Result<void> WorkSettings::set(std::string_view option, std::string_view value) {
    if (is_word(option, "retry")) {
        SLUICE_TRY_ASSIGN(retry, RetryPolicy::parse(value));
        return {};
    }
    if (is_word(option, "lease")) {
        SLUICE_TRY_ASSIGN(const auto ms, number_within("LEASE", value, lease_ms_min, lease_ms_max));
        lease_ms = static_cast<std::uint32_t>(ms);
        return {};
    }
    if (is_word(option, "inflight")) {
        SLUICE_TRY_ASSIGN(in_flight_max, number_within("INFLIGHT", value, 0, in_flight_limit));
        return {};
    }
    if (is_word(option, "consumerinflight")) {
        SLUICE_TRY_ASSIGN(consumer_in_flight_max,
                          number_within("CONSUMERINFLIGHT", value, 0, in_flight_limit));
        return {};
    }
    return Error{Errc::invalid, "unknown option '" + printable(option, 128) +
                                    "'; there are RETRY, LEASE, INFLIGHT and CONSUMERINFLIGHT"};
}

Result<WorkSettings> WorkSettings::parse(std::string_view text) {
    WorkSettings settings;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const std::size_t equals = part.find('=');
        if (equals == part.npos) return Error{Errc::invalid, "an option has no value"};
        SLUICE_TRY(settings.set(part.substr(0, equals), part.substr(equals + 1)));
    }
    return settings;
}

std::string WorkSettings::text() const {
    return "retry=" + retry.text() + ";lease=" + std::to_string(lease_ms) +
           ";inflight=" + std::to_string(in_flight_max) +
           ";consumerinflight=" + std::to_string(consumer_in_flight_max);
}

}  // namespace sluice
