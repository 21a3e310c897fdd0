#include "client_library/event_limits.hpp"

namespace sluice {
namespace {

// "$5\r\nitems\r\n"
std::size_t word_bytes(std::size_t size) {
    return size + std::to_string(size).size() + 5;
}

ClientError wrong(const std::string& action, const std::string& rule) {
    return {ErrorKind::invalid, action + ": " + rule};
}

Expected<void> check_stream(std::string_view stream) {
    if (stream.empty()) return wrong("publish", "the stream has no name");
    return {};
}

std::string too_large(std::size_t bytes, std::size_t most) {
    return std::to_string(bytes) + " bytes, and at most " + std::to_string(most) + " are taken";
}

}  // namespace

std::size_t publish_bytes(std::string_view stream, const FieldList& fields) {
    const std::size_t count = 3 + 2 * fields.size();
    std::size_t bytes = std::to_string(count).size() + 3;
    bytes += word_bytes(4) + word_bytes(stream.size()) + word_bytes(1);  // XADD <stream> *
    for (const auto& [name, value] : fields)
        bytes += word_bytes(name.size()) + word_bytes(value.size());
    return bytes;
}

Expected<void> check_event(std::string_view stream, const FieldList& fields,
                           const PublishOptions& options) {
    if (auto named = check_stream(stream); !named) return named;
    const std::string action = "publish to '" + std::string(stream) + "'";
    if (fields.empty()) return wrong(action, "there are no fields");
    if (options.key.empty() != options.producer.empty()) {
        return wrong(action, "producer and key go together");
    }
    const std::size_t bytes = publish_bytes(stream, fields);
    if (bytes > Connection::event_bytes_max) {
        return wrong(action, "the event has " + too_large(bytes, Connection::event_bytes_max));
    }
    return {};
}

Expected<void> check_batch(std::string_view stream, const std::vector<FieldList>& events) {
    if (auto named = check_stream(stream); !named) return named;
    const std::string action = batch_action(stream, events.size());
    if (events.size() > Connection::batch_max) {
        return wrong(action, "at most " + std::to_string(Connection::batch_max) + " at a time");
    }
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (events[i].empty()) {
            return wrong(action, "event " + std::to_string(i + 1) + " has no fields");
        }
        bytes += publish_bytes(stream, events[i]);
    }
    if (bytes > Connection::batch_bytes_max) {
        return wrong(action,
                     "they have " + too_large(bytes, Connection::batch_bytes_max) + " at a time");
    }
    return {};
}

std::string batch_action(std::string_view stream, std::size_t count) {
    return "publish " + std::to_string(count) + " events to '" + std::string(stream) + "'";
}

}  // namespace sluice
