// `sluice replies list|show|prune`: the reply streams of requesters, and what nobody has read.
//
// Promise    a stream goes only while it is empty; an unread reply goes only when it is older than
//            the retention, and is told by its correlation id
#pragma once

#include "cli/cli.hpp"

namespace sluice {

void add_replies(CLI::App& app, Plan& plan);

}  // namespace sluice
