// COPY of a stream: the same ids, entries, counters, groups, consumers and pending entries.
//
// Promise    all of it or nothing: what cannot be read is noticed before the first change
// Limit      copied_entry_bytes_max of entries, because the changes of one command are one batch of
//            the journal; and times: after a restart all deliveries of the copy are as new, as they
//            are for every stream
// Errors     limit (too large), corrupt and io (an entry cannot be read)
#pragma once

#include <cstdint>

#include "event/result.hpp"
#include "server/command.hpp"

namespace sluice {

constexpr std::uint64_t copied_entry_bytes_max = std::uint64_t{64} << 20;

// Whether copy_stream() would succeed: reads every entry once.
Result<void> check_stream_copy(CommandContext& context, Key& source);

// `copy` is a new, empty stream. After check_stream_copy() an error means that the disk failed in
// between; the caller removes the copy.
Result<void> copy_stream(CommandContext& context, Key& source, Key& copy);

}  // namespace sluice
