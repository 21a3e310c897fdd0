#include "bus_commands/argument_reader.hpp"

#include "event/time_text.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::int64_t pairs_max = 1000;
constexpr std::int64_t list_count_max = 10'000;

}  // namespace

bool ArgumentReader::take_word(std::string_view word) {
    if (is_over() || !is_word(context_.request[at_], word)) return false;
    ++at_;
    return true;
}

bool ArgumentReader::take_option(std::string_view word, std::string_view& value) {
    const bool has_value = at_ + 1 < context_.request.size();
    if (!has_value || !take_word(word)) return false;
    value = take();
    return true;
}

bool ArgumentReader::is_at_event() const {
    if (is_over()) return false;
    return is_word(context_.request[at_], "fields") || is_word(context_.request[at_], "json");
}

std::optional<WrittenEvent> ArgumentReader::take_event() {
    std::string_view text;
    if (take_option("json", text)) return WrittenEvent{.fields = {}, .json = text};
    if (take_word("fields") && !is_over()) return take_fields();
    return refuse("event: must stand at the end, as FIELDS n name value ... or JSON text");
}

std::optional<WrittenEvent> ArgumentReader::take_fields() {
    const auto count = parse_integer(take());
    if (!count || *count < 1 || *count > pairs_max) {
        return refuse("FIELDS: must be followed by how many pairs there are, 1 to 1000");
    }
    const auto pairs = static_cast<std::size_t>(*count);
    if (context_.request.size() - at_ < 2 * pairs) {
        return refuse("FIELDS: must be followed by as many names and values as it says");
    }
    WrittenEvent event;
    for (std::size_t i = 0; i < pairs; ++i, at_ += 2) {
        event.fields.push_back(
            {std::string(context_.request[at_]), std::string(context_.request[at_ + 1])});
    }
    return event;
}

std::nullopt_t ArgumentReader::refuse(std::string_view sentence) {
    context_.reply.error("ERR " + std::string(sentence));
    return std::nullopt;
}

std::optional<WallTime> parse_unix_ms(std::string_view text) {
    const auto ms = parse_integer(text);
    if (!ms || *ms < 0 || *ms > time_max.ms()) return std::nullopt;
    return WallTime::from_ms(*ms);
}

std::optional<ListOptions> parse_list_options(CommandContext& context, std::size_t first) {
    ArgumentReader reader(context, first);
    ListOptions options;
    while (!reader.is_over()) {
        std::string_view text;
        if (reader.take_option("after", options.after)) continue;
        if (!reader.take_option("count", text)) {
            return reader.refuse("options: must be AFTER name or COUNT n");
        }
        const auto count = parse_integer(text);
        if (!count || *count < 1 || *count > list_count_max) {
            return reader.refuse("COUNT: must be a number from 1 to 10000");
        }
        options.count = static_cast<std::size_t>(*count);
    }
    return options;
}

}  // namespace sluice
