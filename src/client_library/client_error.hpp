// What went wrong below, in the words of the public headers.
//
// Promise    one sentence: the action, the object, and what can be done when that is known
#pragma once

#include <string_view>

#include "event/result.hpp"
#include "resp/reply.hpp"
#include "sluice/expected.hpp"

namespace sluice {

// An error on a connection that was there: what was asked may have been done.
ClientError lost_answer(std::string_view action, const Error& error);
// An error on the way to a connection: nothing was done.
ClientError not_reached(const Error& error);
// An error reply.
ClientError refused_by_server(std::string_view action, std::string_view text);
// A reply of another shape than the protocol says.
ClientError odd_reply(std::string_view action, const Reply& reply);

// Whether the same request can succeed later, when nobody changes anything.
bool is_passing(const ClientError& error);

}  // namespace sluice
