// One parsed command: the arguments as views into a RESP buffer.
//
// Shape      the arguments stand in the buffer one behind the other as RESP bulk strings,
//            $<length>\r\n<bytes>\r\n, with canonical lengths (no sign, no leading zero);
//            inline commands are rewritten to that form first. So the tail of a command can be
//            copied to disk and later into a reply without looking at its bytes again.
// Promise    the views live as long as the buffer that was parsed; a handler copies what it keeps
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace sluice {

class Request {
  public:
    Request() = default;
    explicit Request(std::span<const std::string_view> args) : args_(args) {}

    std::size_t size() const { return args_.size(); }
    bool empty() const { return args_.empty(); }
    std::string_view operator[](std::size_t i) const { return args_[i]; }
    std::string_view name() const { return args_.front(); }
    std::span<const std::string_view> args() const { return args_; }
    std::span<const std::string_view> from(std::size_t i) const { return args_.subspan(i); }

    // The arguments [first, size()) as the bulk strings that stand in the buffer.
    std::string_view bulk_bytes(std::size_t first) const;

  private:
    std::span<const std::string_view> args_;
};

// Bytes that "$<length>\r\n" takes for a string of this size.
std::size_t bulk_header_size(std::size_t size);

}  // namespace sluice
