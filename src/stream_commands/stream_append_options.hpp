// The options of XADD and XTRIM, parsed.
//
// Errors     parse_*() answer nothing when they have replied the error
// Source     Redis's texts and order of checks
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "event/entry_id.hpp"
#include "server/command.hpp"
#include "stream/trim.hpp"

namespace sluice {

// What stands for the id in XADD.
struct NewId {
    enum class Kind : std::uint8_t { automatic, automatic_seq, given };
    Kind kind = Kind::automatic;  // "*", "5-*", "5-3"
    EntryId id;
};

struct AppendOptions {
    TrimOptions trim;
    bool creates_stream = true;   // not NOMKSTREAM
    std::string_view producer;    // IDMP and IDMPAUTO; empty: none
    std::string_view key;         // IDMP; empty with IDMPAUTO
    NewId id;                     // XADD only
    std::size_t first_field = 0;  // XADD only: the argument behind the id
};

std::optional<AppendOptions> parse_xadd(CommandContext& context);
std::optional<TrimOptions> parse_xtrim(CommandContext& context);

}  // namespace sluice
