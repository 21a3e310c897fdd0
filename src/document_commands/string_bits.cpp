// Strings as rows of bits; bit 0 is the highest of the first byte.

#include <algorithm>
#include <bit>

#include "document/effect.hpp"
#include "document/string_value.hpp"
#include "document_commands/document_access.hpp"
#include "document_commands/string_handlers.hpp"
#include "server/error_replies.hpp"
#include "server/number_argument.hpp"

namespace sluice {

namespace {

constexpr std::string_view bad_bit_offset = "ERR bit offset is not an integer or out of range";
constexpr std::string_view bad_bit = "ERR bit is not an integer or out of range";

std::optional<std::uint64_t> bit_offset_argument(CommandContext& context) {
    const auto offset = integer_argument(context, 2, bad_bit_offset);
    if (!offset) return std::nullopt;
    if (*offset < 0 || static_cast<std::uint64_t>(*offset) / 8 >= string_bytes_max) {
        context.reply.error(bad_bit_offset);
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*offset);
}

std::string_view bytes_of(Key* key) {
    return key == nullptr ? std::string_view() : std::string_view(*key->string());
}

// The byte that holds this bit, 0 behind the end of the string.
unsigned byte_at(std::string_view bytes, std::uint64_t bit) {
    return bit / 8 < bytes.size() ? static_cast<unsigned char>(bytes[bit / 8]) : 0u;
}

unsigned mask_of(std::uint64_t bit) {
    return 1u << (7 - bit % 8);
}

// Bits [begin, end] of the bytes, end included.
std::int64_t count_bits(std::string_view bytes, std::uint64_t begin, std::uint64_t end) {
    std::int64_t count = 0;
    for (std::uint64_t at = begin / 8; at <= end / 8; ++at) {
        unsigned byte = static_cast<unsigned char>(bytes[at]);
        if (at == begin / 8) byte &= 0xffu >> (begin % 8);
        if (at == end / 8) byte &= 0xffu << (7 - end % 8);
        count += std::popcount(byte);
    }
    return count;
}

struct BitRange {
    std::int64_t first = 0;
    std::int64_t last = -1;
    bool in_bits = false;
};

std::optional<BitRange> parse_bit_range(CommandContext& context) {
    const Request& request = context.request;
    if (request.size() == 2) return BitRange{};
    if (request.size() > 5 || request.size() == 3) {
        context.reply.error(error_text::syntax);
        return std::nullopt;
    }
    const auto first = integer_argument(context, 2);
    if (!first) return std::nullopt;
    const auto last = integer_argument(context, 3);
    if (!last) return std::nullopt;
    const bool in_bits = request.size() == 5 && is_word(request[4], "bit");
    if (request.size() == 5 && !in_bits && !is_word(request[4], "byte")) {
        context.reply.error(error_text::syntax);
        return std::nullopt;
    }
    return BitRange{*first, *last, in_bits};
}

}  // namespace

void run_getbit(CommandContext& context) {
    const auto bit = bit_offset_argument(context);
    if (!bit) return;
    const auto found = find_string(context, context.request[1]);
    if (!found) return;
    const bool is_set = (byte_at(bytes_of(*found), *bit) & mask_of(*bit)) != 0;
    context.reply.integer(is_set ? 1 : 0);
}

void run_setbit(CommandContext& context) {
    const auto bit = bit_offset_argument(context);
    if (!bit) return;
    const auto value = integer_argument(context, 3, bad_bit);
    if (!value) return;
    if (*value != 0 && *value != 1) {
        context.reply.error(bad_bit);
        return;
    }
    const auto found = find_string(context, context.request[1]);
    if (!found) return;

    const std::string_view bytes = bytes_of(*found);
    const unsigned old = byte_at(bytes, *bit);
    const unsigned changed = *value == 1 ? old | mask_of(*bit) : old & ~mask_of(*bit);
    if (changed != old || *bit / 8 >= bytes.size()) {
        Key& key = key_or_new(context, *found, context.request[1], ValueType::string);
        const char byte = static_cast<char>(changed);
        context.engine.commit_document(key, string_write_effect(*bit / 8, {&byte, 1}));
    }
    context.reply.integer((old & mask_of(*bit)) != 0 ? 1 : 0);
}

void run_bitcount(CommandContext& context) {
    const auto range = parse_bit_range(context);
    if (!range) return;
    const auto found = find_string(context, context.request[1]);
    if (!found) return;

    const std::string_view bytes = bytes_of(*found);
    const auto units = static_cast<std::int64_t>(bytes.size()) * (range->in_bits ? 8 : 1);
    const bool reversed = range->first < 0 && range->last < 0 && range->first > range->last;
    const std::int64_t first =
        std::max<std::int64_t>(range->first < 0 ? units + range->first : range->first, 0);
    const std::int64_t last = std::min(
        std::max<std::int64_t>(range->last < 0 ? units + range->last : range->last, 0), units - 1);
    if (reversed || first > last) {
        context.reply.integer(0);
        return;
    }
    const auto begin = static_cast<std::uint64_t>(first) * (range->in_bits ? 1 : 8);
    const auto end =
        static_cast<std::uint64_t>(last) * (range->in_bits ? 1 : 8) + (range->in_bits ? 0 : 7);
    context.reply.integer(count_bits(bytes, begin, end));
}

}  // namespace sluice
