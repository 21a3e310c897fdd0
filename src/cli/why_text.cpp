#include "cli/why_text.hpp"

#include "cli/terminal.hpp"
#include "event/time_text.hpp"

namespace sluice {
namespace {

std::string text_behind(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    if (value == nullptr) return {};
    return value->is_text() ? shown(value->text) : std::to_string(value->integer);
}

std::int64_t number_behind(const Reply& map, std::string_view key) {
    const Reply* value = map.find(key);
    return value == nullptr ? 0 : value->as_integer().value_or(0);
}

// ", after 2 failures, the last one: timeout"
std::string failures_text(const Reply& why) {
    const auto failures = number_behind(why, "failures");
    if (failures <= 0) return {};
    const std::string error = text_behind(why, "last-error");
    return ", after " + std::to_string(failures) + (failures == 1 ? " failure" : " failures") +
           (error.empty() ? "" : ", the last one: " + error);
}

// Why something that may run at once does not.
std::string nobody_takes_it(const Reply& why, const GroupFacts& facts) {
    if (text_behind(why, "waits-for") == "tenant limit") {
        return "its tenant has as many entries at work as its INFLIGHT allows";
    }
    if (facts.live_consumers == 0) return "no live consumer asks for work";
    if (facts.in_flight_max > 0 && facts.leased >= facts.in_flight_max) {
        return "the group works on " + std::to_string(facts.leased) +
               " entries already, as many as INFLIGHT allows";
    }
    return "its turn comes next; " + std::to_string(facts.live_consumers) +
           (facts.live_consumers == 1 ? " consumer is" : " consumers are") + " at work";
}

}  // namespace

std::string why_sentence(std::string_view id, std::string_view group, const Reply& why,
                         const GroupFacts& facts, WallTime now) {
    const std::string state = text_behind(why, "state");
    const std::string who = shown(id) + " of " + shown(group) + " ";
    if (state == "leased") {
        const auto left = Duration::from_ms(number_behind(why, "lease-left-ms"));
        return who + "is running: leased by " + text_behind(why, "consumer") + " for another " +
               shown_duration(left) + failures_text(why);
    }
    if (state == "parked") {
        const WallTime due = WallTime::from_ms(number_behind(why, "due-ms"));
        return who + "is not running: parked until " + time_text(due) + " (in " +
               shown_duration(due - now) + ")" + failures_text(why);
    }
    if (state == "behind") {
        return who + "is not running: behind " + text_behind(why, "behind") +
               ", which has the same partition key and is not settled";
    }
    if (state == "ready")
        return who + "is ready: " + nobody_takes_it(why, facts) + failures_text(why);
    if (state == "waiting") {
        return who + "was not delivered yet, one of " + shown_count(facts.lag) + ": " +
               nobody_takes_it(why, facts);
    }
    if (state == "dead") {
        return who + "is not running: dead-lettered as " + text_behind(why, "dead-letter") +
               failures_text(why);
    }
    if (state == "pending") {
        return who + "was read by " + text_behind(why, "consumer") +
               " with XREADGROUP and is not acknowledged";
    }
    if (state == "settled" && !facts.is_in_stream) {
        return who + "is not in the stream: settled and trimmed, or never there";
    }
    if (state == "settled") return who + "is done";
    if (state == "unknown") return who + "is not in the stream";
    return who + "is " + state;
}

}  // namespace sluice
