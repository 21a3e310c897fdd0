// What a command that works for a group needs before it begins: a server, and the group.
#pragma once

#include <string>

#include "cli/server_flags.hpp"
#include "net/client.hpp"

namespace sluice {

// The loop waits for these answers, and commands whose leases end for the loop.
constexpr ClientOptions worker_client_options{.connect_wait_max = Duration::from_seconds(2),
                                              .reply_wait_max = Duration::from_seconds(5)};

// At the beginning of the stream. A group that is there already is what was wanted.
Result<void> make_group(const ServerFlags& server, const std::string& stream,
                        const std::string& group);

}  // namespace sluice
