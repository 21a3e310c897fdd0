// Little-endian numbers in byte strings, for the formats of journal, checkpoint and effects.
//
// Promise    a ByteReader never reads past its end: after the first short read failed() is true
//            and every further value is zero or empty
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace sluice {

template <class T>
    requires std::is_trivially_copyable_v<T>
T load_number(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class T>
    requires std::is_trivially_copyable_v<T>
void store_number(char* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

template <class T>
    requires std::is_arithmetic_v<T>
void append_number(std::string& out, T value) {
    const auto size = out.size();
    out.resize(size + sizeof value);
    std::memcpy(out.data() + size, &value, sizeof value);
}

// length u32, bytes
inline void append_sized(std::string& out, std::string_view bytes) {
    append_number(out, static_cast<std::uint32_t>(bytes.size()));
    out.append(bytes);
}

class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    template <class T>
        requires std::is_arithmetic_v<T>
    T number() {
        if (rest_.size() < sizeof(T)) return fail(), T{};
        const T value = load_number<T>(rest_.data());
        rest_.remove_prefix(sizeof(T));
        return value;
    }
    std::string_view bytes(std::size_t size) {
        if (rest_.size() < size) return fail(), std::string_view{};
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view sized() { return bytes(number<std::uint32_t>()); }
    std::string_view rest() { return bytes(rest_.size()); }

    bool failed() const { return failed_; }
    // Everything was there and nothing is left.
    bool complete() const { return !failed_ && rest_.empty(); }

  private:
    void fail() {
        failed_ = true;
        rest_ = {};
    }

    std::string_view rest_;
    bool failed_ = false;
};

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

}  // namespace sluice
