// Commands that a person types: one line of words, as `PING` or `SET k "two words"\r\n`.
//
// Shape      words are separated by white space. "..." knows \" \\ \n \r \t \b \a and \xHH; '...'
//            knows \'. A closing quote ends its word.
// Source     sdssplitargs of Redis, whose quoting these are
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// The words of a line, unquoted; nothing when a quote is not closed or not followed by a space.
std::optional<std::vector<std::string>> split_words(std::string_view line);

// What a first line that is no command of ours looks like.
enum class ForeignProtocol : unsigned char { none, http, tls };

// Judges the bytes of a line that may not be complete. A browser that is made to talk to us must
// not get as far as a second line.
ForeignProtocol recognise_foreign(std::string_view begin_of_line);
// The same for a complete line: also knows "GET /path HTTP/1.1", which starts as a command does.
ForeignProtocol recognise_foreign_line(std::string_view line);

}  // namespace sluice
