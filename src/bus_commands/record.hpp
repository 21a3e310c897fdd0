// What the house remembers of itself: hashes in the keyspace that no client can choose.
//
// Shape      docs/formats/system_keyspace.md
// Promise    a record is as durable as the disk, whatever the level of new keys is; FLUSHALL and
//            SCAN do not come here
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "document/hash.hpp"
#include "engine/engine.hpp"
#include "event/event.hpp"

namespace sluice {

// Sets these fields of the record, which is made when it is not there; others stay.
void write_record(Engine& engine, std::string_view name, std::span<const Field> fields);
// False when there was none.
bool remove_record(Engine& engine, std::string_view name);
// Null when there is none. What is replied then depends on it.
const Hash* find_record(Engine& engine, std::string_view name);

// The records whose names begin so, in no order; `rest` is the name behind that.
using RecordVisit = std::function<void(std::string_view rest, const Hash& record)>;
void for_each_record(Engine& engine, std::string_view prefix, const RecordVisit& visit);

// Empty, or 0, when the record does not say.
std::string text_field(const Hash& record, std::string_view name);
std::int64_t number_field(const Hash& record, std::string_view name);

}  // namespace sluice
