// The words of errors that many commands share, and the one place where our Errc becomes a word of
// the protocol.
//
// Source     texts are Redis's own; docs/protocol/resp.md, "Errors"
#pragma once

#include <string>
#include <string_view>

#include "event/result.hpp"
#include "resp/reply_writer.hpp"

namespace sluice::error_text {

constexpr std::string_view syntax = "ERR syntax error";
constexpr std::string_view wrong_type =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr std::string_view not_integer = "ERR value is not an integer or out of range";
constexpr std::string_view not_float = "ERR value is not a valid float";
constexpr std::string_view no_such_key = "ERR no such key";
constexpr std::string_view index_out_of_range = "ERR index out of range";
constexpr std::string_view value_out_of_range = "ERR value is out of range";
constexpr std::string_view not_positive = "ERR value is out of range, must be positive";
constexpr std::string_view timeout_not_integer = "ERR timeout is not an integer or out of range";
constexpr std::string_view timeout_negative = "ERR timeout is negative";
constexpr std::string_view no_authentication = "NOAUTH Authentication required.";

}  // namespace sluice::error_text

namespace sluice {

// corrupt -> "CORRUPT ...", io -> "IOERR ...", limit -> "DISKFULL ...", unavailable -> "MISCONF
// ...", all others "ERR ...".
std::string error_reply_text(const Error& error);
void reply_error(ReplyWriter& reply, const Error& error);

// A subcommand that takes no such arguments: `word` is the subcommand as the client wrote it.
std::string subcommand_syntax_text(std::string_view word, std::string_view container);

// `text` with control characters as spaces, cut to `size_max` bytes: input inside an error.
std::string printable(std::string_view text, std::size_t size_max);

}  // namespace sluice
