// msgpack as bytes that are checked and cut, but never changed; and a writer.
//
// Promise    one pass, no recursion; memory grows with depth alone (at most depth_max), and with
//            the members of the outermost map; an announced size is believed when its bytes are
//            there
// Errors     invalid or limit; the message is "<code> at byte <offset>: <rule>" with the codes of
//            docs/formats/event.md, and never holds bytes of the input
// Source     github.com/msgpack/msgpack, spec.md; docs/decisions/0050-msgpack-is-cut.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"

namespace sluice {

struct MsgpackLimits {
    std::size_t bytes_max = std::size_t{8} << 20;
    std::size_t depth_max = 64;
    std::size_t items_max = 100'000;
    std::size_t key_bytes_max = 256;
};

enum class MsgpackKind : std::uint8_t {
    nil,
    boolean,
    integer,
    real,
    string,
    binary,
    array,
    map,
    extension,
};

// Views into the bytes: the name, and both halves as they are packed.
struct MsgpackMember {
    std::string_view name;
    std::string_view packed_name;
    std::string_view value;
};

// Is this one value within the limits?
Result<void> check_msgpack(std::string_view bytes, const MsgpackLimits& limits = {});
// Checks as check_msgpack() does and cuts. Any other value is refused.
Result<std::vector<MsgpackMember>> split_msgpack_map(std::string_view bytes,
                                                     const MsgpackLimits& limits = {});
Result<std::vector<std::string_view>> split_msgpack_array(std::string_view bytes,
                                                          const MsgpackLimits& limits = {});

// Of a checked value: what it is, and what it says when it is of this kind.
MsgpackKind kind_of_msgpack(std::string_view value);
std::optional<std::string_view> msgpack_string(std::string_view value);
std::optional<std::string_view> msgpack_binary(std::string_view value);
std::optional<bool> msgpack_boolean(std::string_view value);
// Nothing beyond the range, too.
std::optional<std::int64_t> msgpack_integer(std::string_view value);
std::optional<std::uint64_t> msgpack_unsigned(std::string_view value);
// Integers too.
std::optional<double> msgpack_number(std::string_view value);

// The type, one byte, and the bytes behind it.
std::optional<std::string_view> msgpack_extension(std::string_view value);
// Of a checked array its elements, of a map names and values in turn, of others nothing.
std::vector<std::string_view> children_of_msgpack(std::string_view value);

// Writes values one behind the other, in the shortest form. Texts and bytes have less than 4 GiB.
class MsgpackWriter {
  public:
    void map(std::size_t members);
    void array(std::size_t elements);
    void nil() { byte(0xc0); }
    void boolean(bool is_true) { byte(is_true ? 0xc3 : 0xc2); }
    void integer(std::int64_t number);
    void real(double number);
    void text(std::string_view text);
    void binary(std::string_view bytes);
    void packed(std::string_view value) { bytes_ += value; }

    std::string take() { return std::move(bytes_); }

  private:
    struct Form;
    void byte(unsigned value) { bytes_ += static_cast<char>(static_cast<unsigned char>(value)); }
    void big_endian(std::uint64_t value, unsigned bytes);
    void length(std::initializer_list<Form> forms, std::size_t length);

    std::string bytes_;
};

}  // namespace sluice
