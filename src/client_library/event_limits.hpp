// What may be published: checked before anything is sent, alike for a server and for a bus in this
// process.
//
// Units      bytes as they travel: names, values, the stream's name, and a few beside each of them
// Errors     invalid; the message names the rule
#pragma once

#include <string_view>
#include <vector>

#include "sluice/connection.hpp"

namespace sluice {

std::size_t publish_bytes(std::string_view stream, const FieldList& fields);

Expected<void> check_event(std::string_view stream, const FieldList& fields,
                           const PublishOptions& options);
Expected<void> check_batch(std::string_view stream, const std::vector<FieldList>& events);

// "publish 3 events to 'orders'", for messages.
std::string batch_action(std::string_view stream, std::size_t count);

}  // namespace sluice
