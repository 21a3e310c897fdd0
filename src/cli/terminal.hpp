// What the commands for people print on: colours, widths, and a bar for long work.
//
// Promise    colours only on a terminal, never when NO_COLOR is set or TERM is dumb; text that came
//            from a stream cannot move the cursor or change the colours: shown() escapes it
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/time.hpp"

namespace sluice {

enum class Colour : std::uint8_t { none, red, green, yellow, blue, cyan, magenta, grey, bold };

// Standard output as it is: a person's screen or another program.
class Terminal {
  public:
    static Terminal of_stdout();

    bool is_screen() const { return is_screen_; }
    std::size_t width() const { return width_; }
    // The text between the colour's codes, or alone where colours have no place.
    std::string painted(std::string_view text, Colour colour) const;

  private:
    bool is_screen_ = false;
    bool has_colours_ = false;
    std::size_t width_ = 100;
};

// A line on stderr that is drawn over itself; nothing when stderr is no screen.
class ProgressBar {
  public:
    // `total` 0: not known, only the count is shown.
    ProgressBar(std::string_view what, std::uint64_t total);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void advance(std::uint64_t done);

  private:
    void draw() const;

    std::string what_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    std::uint64_t drawn_ = 0;
    bool is_screen_ = false;
};

// Text from outside, safe to print: controls, marks that turn the direction of text, and bytes
// that are not UTF-8 become \n, \t, \xHH, \uHHHH.
std::string shown(std::string_view text);
// Columns that a text without controls takes, counting a code point as one.
std::size_t width_of(std::string_view text);
// Cut to `width` columns with "…" at the end when it is longer.
std::string cut(std::string_view text, std::size_t width);

// A JSON string; bytes that are not UTF-8 become {"base64": "..."}.
std::string json_text(std::string_view text);

std::string shown_count(std::uint64_t count);   // 1,234,567
std::string shown_bytes(std::uint64_t bytes);   // 1.5 MiB
std::string shown_duration(Duration duration);  // 850 ms, 12 s, 3 m, 5 h, 2 d
std::string shown_rate(double per_second);      // 0.5/s, 1,200/s

}  // namespace sluice
