// Fields of a dead letter from outside, names and values in turn: whatever they hold, replay keeps
// what was published; what can be read can be written and read again as the same.
#include <algorithm>
#include <cstdint>

#include "bus/dead_letter.hpp"
#include "bus/dead_letter_filter.hpp"
#include "fuzz/pieces.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sluice;
    const auto pieces = testing::pieces(data, size);
    Fields fields;
    for (std::size_t i = 0; i + 1 < pieces.size(); i += 2)
        fields.push_back({std::string(pieces[i]), std::string(pieces[i + 1])});

    const auto replayed = replay_fields(fields);
    const auto is_published = [](const Field& field) { return !is_bookkeeping_field(field.name); };
    Fields published;
    std::ranges::copy_if(fields, std::back_inserter(published), is_published);
    SLUICE_CHECK(std::ranges::equal(published, std::span(replayed).first(replayed.size() - 1)),
                 "replay keeps what was published");
    SLUICE_CHECK(replay_count_of(replayed) > 0, "replay counts itself");

    const auto letter = decode_dead_letter(fields);
    if (!letter.has_value()) return 0;
    matches({.type = "a", .text = "b"}, *letter);
    if (letter->error.size() > DeadLetter::error_bytes_max) return 0;
    SLUICE_CHECK(*decode_dead_letter(encode_dead_letter(*letter)) == *letter,
                 "fields give it back");
    return 0;
}
