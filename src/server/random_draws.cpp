#include "server/random_draws.hpp"

#include <array>
#include <bit>
#include <limits>

#include "event/byte_hash.hpp"
#include "server/number_argument.hpp"
#include "server/session.hpp"

namespace sluice {

namespace {

template <std::size_t size>
std::uint64_t hash_words(const std::array<std::uint64_t, size>& words) {
    const auto bytes = std::bit_cast<std::array<char, sizeof(words)>>(words);
    return hash_bytes({bytes.data(), bytes.size()});
}

}  // namespace

// The output of a session grows with every reply, so two commands of one turn differ in it.
RandomDraws::RandomDraws(const CommandContext& context)
    : state_(hash_words(std::array<std::uint64_t, 3>{
          static_cast<std::uint64_t>(context.engine.wall().microseconds), context.session.id(),
          context.session.output_size()})) {}

std::uint64_t RandomDraws::next() {
    return state_ = hash_words(std::array{state_});
}

std::optional<SampleSize> sample_size_argument(CommandContext& context) {
    const auto count = integer_argument(context, 2);
    if (!count) return std::nullopt;
    if (*count < -repeated_sample_max) {
        context.reply.error(error_text::value_out_of_range);
        return std::nullopt;
    }
    const bool may_repeat = *count < 0;
    return SampleSize{static_cast<std::size_t>(may_repeat ? -*count : *count), may_repeat};
}

}  // namespace sluice
