// What a client queued after MULTI: the commands as they came, to be parsed again by EXEC.
#pragma once

#include <cstdint>

#include "resp/byte_buffer.hpp"

namespace sluice {

struct Transaction {
    static constexpr std::uint32_t commands_max = 16'384;
    static constexpr std::size_t bytes_max = 8UL << 20;

    ByteBuffer queue;  // whole commands, "*<n>\r\n$..."
    std::uint32_t commands = 0;
    bool has_failed = false;  // a command was refused: EXEC answers EXECABORT
    bool writes = false;      // EXEC asks the engine first
    bool grows = false;
};

}  // namespace sluice
