// One event on its way into a stream: as it was asked for, and as it will be stored.
//
// Promise    prepare() decides alone: what passes it is refused by nothing but limits and the state
//            of its stream
// Errors     prepare(): the message begins with the field that is wrong and says what is allowed
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bus_commands/argument_reader.hpp"
#include "bus_commands/tenant.hpp"
#include "event/event.hpp"
#include "stream_commands/entry_append.hpp"

namespace sluice {

struct PublishRequest {
    std::string_view stream;
    std::string_view key;        // KEY; empty: none
    std::optional<WallTime> at;  // AT
    WrittenEvent event;
};

struct Publication {
    std::string stream;
    std::string key_name;  // of the stream
    std::string producer;
    std::string key;  // that makes a repeat a duplicate; empty: nothing does
    Event event;
    std::optional<WallTime> at;  // not before; nothing: now
    std::uint64_t bytes = 0;     // of names and values
    std::uint32_t elements = 0;
    std::string bulk_bytes;

    PublishKey publish_key() const { return {producer, key}; }
};

// What is filled in where the publisher said nothing.
struct PublishDefaults {
    std::string event_id;
    WallTime now;
};

// The same error, with the name of the field as the publisher has to write it.
Error in_words_of(const WrittenEvent& written, Error error);
// What was written, over a draft; not yet checked.
Result<Event> completed(const WrittenEvent& written, Event draft);

Result<Publication> prepare(const Tenant& tenant, const PublishRequest& request,
                            const PublishDefaults& defaults);
// The event that is complete already, with its key in `idempotency_key` if it has one.
Result<Publication> prepare_event(const Tenant& tenant, std::string_view stream, Event event,
                                  WallTime now);

}  // namespace sluice
