// Goes through the arguments of one command from the left.
//
// Errors     what answers nothing or false after refuse() has replied the error
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/event.hpp"
#include "event/time.hpp"
#include "server/command.hpp"

namespace sluice {

// An event as a client wrote it: one of both.
struct WrittenEvent {
    Fields fields;
    std::optional<std::string_view> json;
};

class ArgumentReader {
  public:
    ArgumentReader(CommandContext& context, std::size_t at) : context_(context), at_(at) {}

    bool is_over() const { return at_ == context_.request.size(); }
    // A word of ours, in any case; nothing happens when another stands here.
    bool take_word(std::string_view word);
    // The same with a value behind it.
    bool take_option(std::string_view word, std::string_view& value);
    std::string_view take() { return context_.request[at_++]; }
    // FIELDS n name value ..., or JSON text.
    bool is_at_event() const;
    std::optional<WrittenEvent> take_event();

    std::nullopt_t refuse(std::string_view sentence);

  private:
    std::optional<WrittenEvent> take_fields();

    CommandContext& context_;
    std::size_t at_;
};

// "1795000000000"; nothing when it is none up to the year 9999.
std::optional<WallTime> parse_unix_ms(std::string_view text);

// [AFTER name] [COUNT n], from this argument to the end.
struct ListOptions {
    std::string_view after;
    std::size_t count = 100;
};
std::optional<ListOptions> parse_list_options(CommandContext& context, std::size_t first);

}  // namespace sluice
