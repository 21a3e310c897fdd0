// Who a connection is: the user `default` and its password.
//
// Promise    the answer to a wrong password is the same as to an unknown user, in its bytes and in
//            the time it takes; wrong answers come slower each time
//            (Server::delay_after_failed_auth)
#pragma once

#include <string_view>

#include "server/command.hpp"

namespace sluice {

constexpr std::string_view default_user = "default";

// Logs in, or writes the error.
bool log_in(CommandContext& context, std::string_view user, std::string_view password);

// Compares without telling, by its time, how much of `given` is right.
bool equal_in_constant_time(std::string_view given, std::string_view secret);

}  // namespace sluice
