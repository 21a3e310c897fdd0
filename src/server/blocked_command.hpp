// A command that waits for a key: its own copy of the request, so that the connection's buffers can
// be small while it waits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/time.hpp"
#include "server/blocking.hpp"
#include "server/command_table.hpp"
#include "server/watch_registry.hpp"

namespace sluice {

struct BlockedCommand {
    const Command* command = nullptr;
    std::string bytes;                   // the arguments as bulk strings
    std::vector<std::string_view> args;  // views into bytes
    std::vector<KeyName> keys;
    ValueType awaited = ValueType::stream;  // keys of other types are not looked at
    BlockedState state;
    std::optional<MonoTime> deadline;
    std::uint64_t place = 0;  // in the queue of every key: lower is served first
    MonoTime since{};
    bool is_retrying = false;   // the request runs again just now
    bool blocks_again = false;  // and found nothing
};

}  // namespace sluice
