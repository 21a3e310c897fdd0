#include "bus_commands/publish_arguments.hpp"

#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::size_t pairs_max = 1000;

// Goes through the arguments of one command from the left.
class Reading {
  public:
    Reading(CommandContext& context, std::size_t at) : context_(context), at_(at) {}

    bool is_over() const { return at_ == context_.request.size(); }
    bool take_word(std::string_view word) {
        if (is_over() || !is_word(context_.request[at_], word)) return false;
        ++at_;
        return true;
    }

    std::optional<PublishRequest> take_event() {
        if (is_over()) return refuse("stream: must be named");
        PublishRequest request;
        request.stream = context_.request[at_++];
        while (at_ + 1 < context_.request.size()) {
            if (take_word("fields")) return take_fields(std::move(request));
            if (take_word("json")) {
                request.json = context_.request[at_++];
                return request;
            }
            if (!take_option(request)) return std::nullopt;
        }
        return refuse("event: must stand at the end, as FIELDS n name value ... or JSON text");
    }

    std::nullopt_t refuse(std::string_view sentence) {
        context_.reply.error("ERR " + std::string(sentence));
        return std::nullopt;
    }

  private:
    bool take_option(PublishRequest& request) {
        if (!take_word("key")) {
            refuse("options: must be KEY, then FIELDS or JSON");
            return false;
        }
        request.key = context_.request[at_++];
        if (request.key.empty()) refuse("KEY: must not be empty");
        return !request.key.empty();
    }

    std::optional<PublishRequest> take_fields(PublishRequest request) {
        const auto count = parse_integer(context_.request[at_++]);
        if (!count || *count < 1 || *count > static_cast<std::int64_t>(pairs_max)) {
            return refuse("FIELDS: must be followed by how many pairs there are, 1 to 1000");
        }
        const auto pairs = static_cast<std::size_t>(*count);
        if (context_.request.size() - at_ < 2 * pairs) {
            return refuse("FIELDS: must be followed by as many names and values as it says");
        }
        for (std::size_t i = 0; i < pairs; ++i, at_ += 2) {
            request.fields.push_back(
                {std::string(context_.request[at_]), std::string(context_.request[at_ + 1])});
        }
        return request;
    }

    CommandContext& context_;
    std::size_t at_;
};

}  // namespace

std::optional<PublishRequest> parse_publish(CommandContext& context) {
    Reading reading(context, 2);
    auto request = reading.take_event();
    if (request && !reading.is_over()) {
        return reading.refuse("event: must stand at the end; FIELDS says how many pairs it has");
    }
    return request;
}

std::optional<std::vector<PublishRequest>> parse_publish_all(CommandContext& context) {
    Reading reading(context, 2);
    std::vector<PublishRequest> requests;
    while (!reading.is_over()) {
        if (!reading.take_word("event")) {
            return reading.refuse("events: must each begin with EVENT");
        }
        if (requests.size() == publish_events_max) {
            return reading.refuse("events: at most 1000 in one command");
        }
        auto request = reading.take_event();
        if (!request) return std::nullopt;
        requests.push_back(std::move(*request));
    }
    return requests;
}

}  // namespace sluice
