#include "bus_commands/publish_arguments.hpp"

namespace sluice {

namespace {

constexpr std::string_view at_end =
    "event: must stand at the end; FIELDS says how many pairs it has";

std::optional<PublishRequest> take_request(ArgumentReader& reader) {
    if (reader.is_over()) return reader.refuse("stream: must be named");
    PublishRequest request;
    request.stream = reader.take();
    while (!reader.is_over() && !reader.is_at_event()) {
        std::string_view text;
        if (reader.take_option("key", request.key)) {
            if (request.key.empty()) return reader.refuse("KEY: must not be empty");
        } else if (reader.take_option("at", text)) {
            request.at = parse_unix_ms(text);
            if (!request.at) {
                return reader.refuse("AT: must be Unix milliseconds up to the year 9999");
            }
        } else {
            return reader.refuse(
                "options: must be KEY and AT with their values, then FIELDS or JSON");
        }
    }
    auto event = reader.take_event();
    if (!event) return std::nullopt;
    request.event = std::move(*event);
    return request;
}

}  // namespace

std::optional<PublishRequest> parse_publish(CommandContext& context) {
    ArgumentReader reader(context, 2);
    auto request = take_request(reader);
    if (request && !reader.is_over()) return reader.refuse(at_end);
    return request;
}

std::optional<std::vector<PublishRequest>> parse_publish_all(CommandContext& context) {
    ArgumentReader reader(context, 2);
    std::vector<PublishRequest> requests;
    while (!reader.is_over()) {
        if (!reader.take_word("event")) return reader.refuse("events: must each begin with EVENT");
        if (requests.size() == publish_events_max) {
            return reader.refuse("events: at most 1000 in one command");
        }
        auto request = take_request(reader);
        if (!request) return std::nullopt;
        requests.push_back(std::move(*request));
    }
    return requests;
}

}  // namespace sluice
