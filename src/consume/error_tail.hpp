// The end of what a command wrote to standard error, which becomes the error of its event.
//
// Limits     bytes_max of the newest bytes are kept; text() has at most lines_max lines
// Promise    text() is UTF-8 without controls other than line breaks: escapes of a terminal that
//            colour a message stay out of dead letters
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

class ErrorTail {
  public:
    static constexpr std::size_t bytes_max = 4096;
    static constexpr std::size_t lines_max = 5;
    static constexpr std::size_t text_bytes_max = 900;  // leaves room for the exit code before it

    void append(std::string_view bytes);
    void clear() { bytes_.clear(); }
    std::string text() const;

  private:
    std::string bytes_;
};

}  // namespace sluice
