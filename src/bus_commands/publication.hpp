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

#include "bus_commands/tenant.hpp"
#include "event/event.hpp"
#include "stream_commands/entry_append.hpp"

namespace sluice {

struct PublishRequest {
    std::string_view stream;
    std::string_view key;  // KEY; empty: none
    // One of them.
    Fields fields;
    std::optional<std::string_view> json;
};

struct Publication {
    std::string key_name;  // of the stream
    std::string producer;
    std::string key;  // that makes a repeat a duplicate; empty: nothing does
    std::string event_id;
    std::uint64_t bytes = 0;  // of names and values
    std::uint32_t elements = 0;
    std::string bulk_bytes;

    PublishKey publish_key() const { return {producer, key}; }
};

// What is filled in where the publisher said nothing.
struct PublishDefaults {
    std::string event_id;
    WallTime now;
};

Result<Publication> prepare(const Tenant& tenant, const PublishRequest& request,
                            PublishDefaults defaults);

}  // namespace sluice
