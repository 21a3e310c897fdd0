// Whether a word on the command line can be a value of its kind, before anybody is asked.
//
// Shape      for CLI::Option::check(): empty, or what the word must be, behind the flag's name
// Promise    what passes here the server does not refuse for its form
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

namespace sluice {

using ValueCheck = std::function<std::string(const std::string& text)>;

inline constexpr std::uint64_t count_most = std::numeric_limits<std::int64_t>::max();

// Digits only: no sign, no point.
ValueCheck whole_number(std::uint64_t least = 0, std::uint64_t most = count_most);

std::string check_name(const std::string& text);       // of a stream or group: not empty
std::string check_duration(const std::string& text);   // not zero
std::string check_lease(const std::string& text);      // a duration that the server gives
std::string check_entry_id(const std::string& text);   // 1700000000000-0
std::string check_new_id(const std::string& text);     // the same, *, or 1700000000000-*
std::string check_place(const std::string& text);      // beginning, end, or an id
std::string check_time_back(const std::string& text);  // 2h ago, or a time

}  // namespace sluice
