// The texts that configure the bus, and those that it reads back: the first byte says which parser
// gets the rest. It is refused, or what is written of it is read as the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "bus/attempt.hpp"
#include "bus/duration_text.hpp"
#include "bus/error_signature.hpp"
#include "bus/firing.hpp"
#include "bus/retry_policy.hpp"
#include "bus/schedule.hpp"
#include "bus/stream_address.hpp"
#include "bus/tenant_settings.hpp"
#include "event/time_text.hpp"
#include "event/utf8.hpp"

namespace sluice {
namespace {

void try_duration(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) return;
    SLUICE_CHECK(parse_duration(duration_text(*duration)) == duration, "text gives it back");
}

void try_retry_policy(std::string_view text) {
    const auto policy = RetryPolicy::parse(text);
    if (!policy) return;
    SLUICE_CHECK(check_retry_policy(*policy).has_value(), "what was read is allowed");
    SLUICE_CHECK(*RetryPolicy::parse(policy->text()) == *policy, "text gives it back");
    const Failure failure{.failures_before = policy->retries_max / 2};
    const auto verdict = on_failure(*policy, failure, 0.999);
    const auto* again = std::get_if<RetryAfter>(&verdict);
    SLUICE_CHECK(again == nullptr || again->delay <= RetryPolicy::delay_max, "delays are bounded");
}

void try_schedule(std::string_view text) {
    const auto schedule = Schedule::parse(text);
    if (!schedule) return;
    SLUICE_CHECK(Schedule::parse(schedule->text())->text() == schedule->text(),
                 "text gives it back");
    for (WallTime time : {WallTime{}, WallTime::from_ms(1'770'000'000'000), time_min, time_max}) {
        for (int i = 0; i < 20; ++i) {
            const auto next = schedule->next_after(time);
            if (!next) break;
            SLUICE_CHECK(*next > time && *next <= time_max, "time goes on");
            time = *next;
        }
    }
}

void try_attempts(std::string_view text) {
    const auto history = parse_attempts(text);
    if (!history) return;
    SLUICE_CHECK(*parse_attempts(attempts_json(*history)) == *history, "JSON gives it back");
}

void try_signature(std::string_view error) {
    const auto signature = signature_of(error);
    SLUICE_CHECK(signature.pattern.size() <= ErrorSignature::pattern_bytes_max, "it is short");
    SLUICE_CHECK(!utf8_error(signature.pattern), "it can be shown");
}

void try_address(std::string_view key) {
    const auto address = StreamAddress::parse(key);
    if (address) SLUICE_CHECK(address->key() == key, "a key has one reading");
}

void try_recurrence(std::string_view text) {
    const auto recurrence = Recurrence::parse(text);
    if (!recurrence) return;
    SLUICE_CHECK(Recurrence::parse(recurrence->text())->text() == recurrence->text(),
                 "text gives it back");
    constexpr WallTime now = WallTime::from_ms(1'770'000'000'000);
    for (const CatchUp catch_up : {CatchUp::none, CatchUp::once, CatchUp::all}) {
        const auto due = recurrence->next_after(WallTime{});
        if (!due || *due > now) return;
        const auto step = firing_step(*recurrence, catch_up, *due, 0, now);
        SLUICE_CHECK(!step.fired || (*step.fired >= *due && *step.fired <= now), "never early");
        SLUICE_CHECK(!step.next || *step.next > step.fired.value_or(*due), "no time comes twice");
    }
}

// "NAME=value"
void try_setting(std::string_view text) {
    const std::size_t equals = std::min(text.find('='), text.size());
    TenantSettings settings;
    const auto set =
        settings.set(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
    if (!set) SLUICE_CHECK(settings == TenantSettings(), "what is refused changes nothing");
    TenantSettings read;
    for (const Field& value : settings.values())
        SLUICE_CHECK(read.set(value.name, value.value).has_value(), "what was read is allowed");
    SLUICE_CHECK(read == settings, "values give it back");
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr void (*parsers[])(std::string_view) = {
        sluice::try_duration,   sluice::try_retry_policy, sluice::try_schedule,
        sluice::try_attempts,   sluice::try_signature,    sluice::try_address,
        sluice::try_recurrence, sluice::try_setting,
    };
    if (size == 0) return 0;
    const auto which = static_cast<std::size_t>(data[0] - '0');
    if (which >= std::size(parsers)) return 0;
    parsers[which]({reinterpret_cast<const char*>(data) + 1, size - 1});
    return 0;
}
