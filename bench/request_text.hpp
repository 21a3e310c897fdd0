// Requests as RESP bytes, and payloads that can be recognised when they come back.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice::bench {

void append_array(std::string& out, std::size_t elements);
void append_bulk(std::string& out, std::string_view bytes);
std::string request(std::initializer_list<std::string_view> args);

// Payload number `index`, `size` bytes: sixteen hexadecimal digits of the number, then text that
// follows from it. Payloads below 16 bytes are cut off.
class Payloads {
  public:
    explicit Payloads(std::size_t size);

    void append(std::string& out, std::uint64_t index) const;
    // True when these bytes are some payload of this size, whole and unchanged.
    bool recognises(std::string_view bytes) const;
    std::size_t size() const { return size_; }

  private:
    std::string_view filling(std::uint64_t index) const;

    std::size_t size_;
    std::string pool_;
};

}  // namespace sluice::bench
