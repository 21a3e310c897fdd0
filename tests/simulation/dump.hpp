// The whole content of one database of a real store, asked for with commands, in the words of
// Model::dump(): so the two can be compared as text.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "event/result.hpp"
#include "resp/reply.hpp"
#include "simulation/model.hpp"

namespace sluice::testing {

struct DumpedKey {
    std::string text;
    std::optional<std::int64_t> expires_ms;

    friend bool operator==(const DumpedKey&, const DumpedKey&) = default;
};

using Dump = std::map<std::string, DumpedKey>;

// Runs one command to its reply.
using Call = std::function<Reply(const Arguments&)>;

// The first reply that is an error ends the dump; it is the message, and its code is corrupt when
// the store said so.
Result<Dump> dump_store(const Call& call);
Dump dump_model(const Model& model);

// In how many keys they differ.
std::size_t count_differences(const Dump& real, const Dump& expected);
// The first key in which they differ, for people; empty when they are equal.
std::string first_difference(const Dump& real, const Dump& expected);

}  // namespace sluice::testing
