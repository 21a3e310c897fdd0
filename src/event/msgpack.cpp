#include "event/msgpack.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace sluice {

namespace {

// The beginning of a value: what it is, how long its head is, and what follows it.
struct Head {
    MsgpackKind kind = MsgpackKind::nil;
    std::size_t bytes = 1;
    std::uint64_t body = 0;      // bytes behind the head
    std::uint64_t children = 0;  // values behind the head
};

// Of the first bytes 0xc0 to 0xdf: how many bytes of a length follow, and the body's size when
// none do (of extensions, one byte of type is added).
struct HeadForm {
    MsgpackKind kind;
    unsigned length_bytes = 0;
    unsigned body = 0;
};

using enum MsgpackKind;
constexpr std::array<HeadForm, 32> head_forms = {{
    {nil},
    {nil},
    {boolean},
    {boolean},  // c0, never, false, true
    {binary, 1},
    {binary, 2},
    {binary, 4},  // c4
    {extension, 1},
    {extension, 2},
    {extension, 4},  // c7
    {real, 0, 4},
    {real, 0, 8},  // ca
    {integer, 0, 1},
    {integer, 0, 2},
    {integer, 0, 4},
    {integer, 0, 8},  // cc, unsigned
    {integer, 0, 1},
    {integer, 0, 2},
    {integer, 0, 4},
    {integer, 0, 8},  // d0, signed
    {extension, 0, 1},
    {extension, 0, 2},
    {extension, 0, 4},  // d4
    {extension, 0, 8},
    {extension, 0, 16},  // d7
    {string, 1},
    {string, 2},
    {string, 4},  // d9
    {array, 2},
    {array, 4},  // dc
    {map, 2},
    {map, 4},  // de
}};
constexpr unsigned never_used = 0xc1;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

std::uint64_t big_endian_at(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = value << 8 | byte_at(bytes, at + i);
    return value;
}

Head with_length(MsgpackKind kind, std::size_t head_bytes, std::uint64_t length) {
    if (kind == array) return {kind, head_bytes, 0, length};
    if (kind == map) return {kind, head_bytes, 0, 2 * length};
    return {kind, head_bytes, kind == extension ? length + 1 : length, 0};
}

// Nothing when the bytes end within the head.
std::optional<Head> head_at(std::string_view bytes, std::size_t at) {
    if (at >= bytes.size()) return std::nullopt;
    const unsigned first = byte_at(bytes, at);
    if (first < 0x80 || first >= 0xe0) return Head{.kind = integer};
    if (first < 0x90) return with_length(map, 1, first & 0x0f);
    if (first < 0xa0) return with_length(array, 1, first & 0x0f);
    if (first < 0xc0) return with_length(string, 1, first & 0x1f);
    const HeadForm& form = head_forms[first - 0xc0];
    if (form.length_bytes == 0) return with_length(form.kind, 1, form.body);
    if (bytes.size() - at <= form.length_bytes) return std::nullopt;
    return with_length(form.kind, 1 + form.length_bytes,
                       big_endian_at(bytes, at + 1, form.length_bytes));
}

Error refused_at(Errc code, std::string_view name, std::size_t at, std::string_view rule) {
    return {code, "MSGPACK-" + std::string(name) + " at byte " + std::to_string(at) + ": " +
                      std::string(rule)};
}

// Walks over values, counting them against the limits.
class Walk {
  public:
    Walk(std::string_view bytes, const MsgpackLimits& limits) : bytes_(bytes), limits_(limits) {}

    std::size_t at() const { return at_; }

    // `depth` arrays and maps are open around it.
    Result<Head> step(std::size_t depth) {
        const auto head = head_at(bytes_, at_);
        if (!head) return truncated();
        if (byte_at(bytes_, at_) == never_used) {
            return refused_at(Errc::invalid, "SYNTAX", at_, "0xc1 begins no value");
        }
        if (++items_ > limits_.items_max) {
            return refused_at(Errc::limit, "ITEMS", at_,
                              "at most " + std::to_string(limits_.items_max) + " values");
        }
        const std::size_t left = bytes_.size() - at_ - head->bytes;
        if (head->body > left || head->children > left) return truncated();
        const bool is_open = head->kind == array || head->kind == map;
        if (is_open && depth >= limits_.depth_max) {
            return refused_at(Errc::limit, "DEPTH", at_,
                              "at most " + std::to_string(limits_.depth_max) + " open");
        }
        at_ += head->bytes + head->body;
        return *head;
    }

    Result<std::string_view> value(std::size_t depth) {
        const std::size_t begin = at_;
        std::vector<std::uint64_t> open;  // values that each open one still needs
        do {
            if (!open.empty()) --open.back();
            SLUICE_TRY_ASSIGN(const Head head, step(depth + open.size()));
            if (head.children > 0) open.push_back(head.children);
            while (!open.empty() && open.back() == 0)
                open.pop_back();
        } while (!open.empty());
        return bytes_.substr(begin, at_ - begin);
    }

    Result<void> check_end() const {
        if (at_ == bytes_.size()) return {};
        return refused_at(Errc::invalid, "TRAILING", at_, "nothing may follow the value");
    }

  private:
    Error truncated() const {
        return refused_at(Errc::invalid, "TRUNCATED", at_, "what is announced must be there");
    }

    std::string_view bytes_;
    const MsgpackLimits& limits_;
    std::size_t at_ = 0;
    std::size_t items_ = 0;
};

Result<void> check_size(std::string_view bytes, const MsgpackLimits& limits) {
    if (bytes.size() <= limits.bytes_max) return {};
    return refused_at(Errc::limit, "SIZE", limits.bytes_max,
                      "at most " + std::to_string(limits.bytes_max) + " bytes");
}

std::string_view body_of(std::string_view value) {
    return value.substr(head_at(value, 0)->bytes);
}

Result<void> check_names(const std::vector<MsgpackMember>& members, std::string_view bytes) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const auto& member : members)
        names.push_back(member.name);
    std::ranges::sort(names);
    const auto twin = std::ranges::adjacent_find(names);
    if (twin == names.end()) return {};
    return refused_at(
        Errc::invalid, "DUPLICATE-KEY",
        static_cast<std::size_t>(std::max(twin->data(), (twin + 1)->data()) - bytes.data()),
        "a name stands once");
}

}  // namespace

Result<void> check_msgpack(std::string_view bytes, const MsgpackLimits& limits) {
    SLUICE_TRY(check_size(bytes, limits));
    Walk walk(bytes, limits);
    SLUICE_TRY(walk.value(0));
    return walk.check_end();
}

Result<std::vector<MsgpackMember>> split_msgpack_map(std::string_view bytes,
                                                     const MsgpackLimits& limits) {
    SLUICE_TRY(check_size(bytes, limits));
    Walk walk(bytes, limits);
    SLUICE_TRY_ASSIGN(const Head head, walk.step(0));
    if (head.kind != map) return refused_at(Errc::invalid, "SYNTAX", 0, "must be a map");
    std::vector<MsgpackMember> members;
    for (std::uint64_t i = 0; i < head.children / 2; ++i) {
        const std::size_t at = walk.at();
        SLUICE_TRY_ASSIGN(const auto packed_name, walk.value(1));
        const auto name = msgpack_string(packed_name);
        if (!name || name->size() > limits.key_bytes_max) {
            return refused_at(
                Errc::invalid, "KEY", at,
                "names are strings of at most " + std::to_string(limits.key_bytes_max) + " bytes");
        }
        SLUICE_TRY_ASSIGN(const auto value, walk.value(1));
        members.push_back({*name, packed_name, value});
    }
    SLUICE_TRY(walk.check_end());
    SLUICE_TRY(check_names(members, bytes));
    return members;
}

Result<std::vector<std::string_view>> split_msgpack_array(std::string_view bytes,
                                                          const MsgpackLimits& limits) {
    SLUICE_TRY(check_size(bytes, limits));
    Walk walk(bytes, limits);
    SLUICE_TRY_ASSIGN(const Head head, walk.step(0));
    if (head.kind != array) return refused_at(Errc::invalid, "SYNTAX", 0, "must be an array");
    std::vector<std::string_view> elements;
    for (std::uint64_t i = 0; i < head.children; ++i) {
        SLUICE_TRY_ASSIGN(const auto element, walk.value(1));
        elements.push_back(element);
    }
    SLUICE_TRY(walk.check_end());
    return elements;
}

MsgpackKind kind_of_msgpack(std::string_view value) {
    return head_at(value, 0)->kind;
}

std::optional<std::string_view> msgpack_string(std::string_view value) {
    if (kind_of_msgpack(value) != string) return std::nullopt;
    return body_of(value);
}

std::optional<std::string_view> msgpack_binary(std::string_view value) {
    if (kind_of_msgpack(value) != binary) return std::nullopt;
    return body_of(value);
}

std::optional<std::string_view> msgpack_extension(std::string_view value) {
    if (kind_of_msgpack(value) != extension) return std::nullopt;
    return body_of(value);
}

std::vector<std::string_view> children_of_msgpack(std::string_view value) {
    const MsgpackLimits limits;
    Walk walk(value, limits);
    const auto head = walk.step(0);
    SLUICE_CHECK(head.has_value(), "the value was checked");
    std::vector<std::string_view> children;
    for (std::uint64_t i = 0; i < head->children; ++i) {
        const auto child = walk.value(1);
        SLUICE_CHECK(child.has_value(), "the value was checked");
        children.push_back(*child);
    }
    return children;
}

std::optional<bool> msgpack_boolean(std::string_view value) {
    if (kind_of_msgpack(value) != boolean) return std::nullopt;
    return byte_at(value, 0) == 0xc3;
}

std::optional<std::int64_t> msgpack_integer(std::string_view value) {
    if (kind_of_msgpack(value) != integer) return std::nullopt;
    const unsigned first = byte_at(value, 0);
    if (first < 0x80 || first >= 0xe0) return static_cast<std::int8_t>(first);
    const std::uint64_t bits = big_endian_at(value, 1, value.size() - 1);
    if (first < 0xd0) {
        if (bits > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return std::nullopt;
        return static_cast<std::int64_t>(bits);
    }
    const unsigned unused = 64 - 8 * static_cast<unsigned>(value.size() - 1);
    return static_cast<std::int64_t>(bits << unused) >> unused;
}

std::optional<std::uint64_t> msgpack_unsigned(std::string_view value) {
    if (kind_of_msgpack(value) != integer) return std::nullopt;
    const unsigned first = byte_at(value, 0);
    if (first >= 0xcc && first < 0xd0) return big_endian_at(value, 1, value.size() - 1);
    const auto number = msgpack_integer(value);
    if (*number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

std::optional<double> msgpack_number(std::string_view value) {
    const auto kind = kind_of_msgpack(value);
    if (kind == integer) {
        if (const auto whole = msgpack_integer(value)) return static_cast<double>(*whole);
        return static_cast<double>(*msgpack_unsigned(value));
    }
    if (kind != real) return std::nullopt;
    const std::uint64_t bits = big_endian_at(value, 1, value.size() - 1);
    if (value.size() == 5) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return std::bit_cast<double>(bits);
}

// ---- Writing. For each way to write a length: the largest one, the first byte, how many follow.

struct MsgpackWriter::Form {
    std::uint64_t most;
    unsigned first;
    unsigned length_bytes;

    static Form of(std::initializer_list<Form> forms, std::uint64_t length) {
        for (const Form& form : forms) {
            if (length <= form.most) return form;
        }
        SLUICE_CHECK(false, "a msgpack length has 32 bits");
    }
};

namespace {
constexpr std::uint64_t most_of_8 = 0xff;
constexpr std::uint64_t most_of_16 = 0xffff;
constexpr std::uint64_t most_of_32 = 0xffff'ffff;
}  // namespace

void MsgpackWriter::big_endian(std::uint64_t value, unsigned bytes) {
    while (bytes-- > 0)
        byte(static_cast<unsigned>(value >> (8 * bytes) & 0xff));
}

void MsgpackWriter::length(std::initializer_list<Form> forms, std::size_t length) {
    const Form form = Form::of(forms, length);
    byte(form.first);
    big_endian(length, form.length_bytes);
}

void MsgpackWriter::map(std::size_t members) {
    if (members < 16) return byte(0x80 | static_cast<unsigned>(members));
    length({{most_of_16, 0xde, 2}, {most_of_32, 0xdf, 4}}, members);
}

void MsgpackWriter::array(std::size_t elements) {
    if (elements < 16) return byte(0x90 | static_cast<unsigned>(elements));
    length({{most_of_16, 0xdc, 2}, {most_of_32, 0xdd, 4}}, elements);
}

void MsgpackWriter::text(std::string_view text) {
    if (text.size() < 32) {
        byte(0xa0 | static_cast<unsigned>(text.size()));
    } else {
        length({{most_of_8, 0xd9, 1}, {most_of_16, 0xda, 2}, {most_of_32, 0xdb, 4}}, text.size());
    }
    bytes_ += text;
}

void MsgpackWriter::binary(std::string_view bytes) {
    length({{most_of_8, 0xc4, 1}, {most_of_16, 0xc5, 2}, {most_of_32, 0xc6, 4}}, bytes.size());
    bytes_ += bytes;
}

void MsgpackWriter::integer(std::int64_t number) {
    if (number >= -32 && number < 128) return byte(static_cast<unsigned>(number & 0xff));
    const auto bits = static_cast<std::uint64_t>(number);
    const Form form = number >= 0 ? Form::of({{most_of_8, 0xcc, 1},
                                              {most_of_16, 0xcd, 2},
                                              {most_of_32, 0xce, 4},
                                              {UINT64_MAX, 0xcf, 8}},
                                             bits)
                                  : Form::of({{most_of_8 >> 1, 0xd0, 1},
                                              {most_of_16 >> 1, 0xd1, 2},
                                              {most_of_32 >> 1, 0xd2, 4},
                                              {UINT64_MAX, 0xd3, 8}},
                                             ~bits);
    byte(form.first);
    big_endian(bits, form.length_bytes);
}

void MsgpackWriter::real(double number) {
    byte(0xcb);
    big_endian(std::bit_cast<std::uint64_t>(number), 8);
}

}  // namespace sluice
