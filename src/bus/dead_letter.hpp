// A dead letter: an event that was given up, with all that is known about why, as flat fields.
//
// Shape      the original fields in their order, without the bus's own, except _retry_count; then
//            _dlq_original_stream   short name      _dlq_group       who gave up
//            _dlq_original_id                       _dlq_consumer    ... and last held it
//            _dlq_error             of the last     _dlq_reason      permanent, too_old, ...
//            _dlq_retry_count       attempts - 1    _dlq_attempts    attempt.hpp
//            _dlq_timestamp         UTC             _dlq_signature   error_signature.hpp
//                                                   _dlq_replay_count
//            The left ones are those of the tenant bus and must be there; the right ones may be
//            absent. Values are any bytes.
// Promise    decode(encode(d)) = d for every d with a signature, an error of at most
//            error_bytes_max bytes, a history of note_attempt() and an original without
//            bookkeeping fields; replay_fields() works on every entry, however damaged, keeps
//            event_id and everything else that was published, and never loses the replay count
// Errors     decode(): invalid; the message begins with the name of the field
// Source     docs/formats/dead_letter.md
// Why        the replay count travels in _replay_count, which replay does not strip, so that a
//            poison event cannot go round for ever with an innocent face
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bus/attempt.hpp"
#include "event/event.hpp"

namespace sluice {

struct DeadLetter {
    static constexpr std::size_t error_bytes_max = 8192;

    std::string original_stream;
    std::string original_id;
    std::string error;
    std::uint32_t retry_count = 0;
    WallTime time;

    std::string group;
    std::string consumer;
    std::string reason;
    std::vector<Attempt> attempts;
    std::string signature;           // of the error; encode() fills it in when it is empty
    std::uint32_t replay_count = 0;  // how often it came back from here; encode() asks
                                     // the original as well

    Fields original;

    friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

// A field with which the bus keeps its books: _dlq_*, _retry_count, _replay_count.
bool is_bookkeeping_field(std::string_view name);

// How often an event was replayed, by its _replay_count; 0 when it says nothing that is a number.
std::uint32_t replay_count_of(std::span<const Field> fields);

Fields encode_dead_letter(const DeadLetter& letter);
Result<DeadLetter> decode_dead_letter(std::span<const Field> fields);

// What goes back to the stream: _dlq_* and _retry_count stripped, _replay_count one higher.
Fields replay_fields(std::span<const Field> fields);

}  // namespace sluice
