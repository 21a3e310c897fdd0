#include "cli/terminal.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

#include "event/base64.hpp"
#include "event/json_string.hpp"
#include "event/utf8.hpp"

namespace sluice {
namespace {

constexpr std::size_t bar_width = 30;
constexpr std::size_t width_least = 40;

std::string_view code_of(Colour colour) {
    switch (colour) {
        case Colour::red:
            return "31";
        case Colour::green:
            return "32";
        case Colour::yellow:
            return "33";
        case Colour::blue:
            return "34";
        case Colour::magenta:
            return "35";
        case Colour::cyan:
            return "36";
        case Colour::grey:
            return "90";
        case Colour::bold:
            return "1";
        case Colour::none:
            break;
    }
    return "";
}

bool wants_colours() {
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    const char* term = std::getenv("TERM");
    return term == nullptr || std::string_view(term) != "dumb";
}

// Marks of Unicode that reorder or hide the text around them.
bool is_deceptive(char32_t code_point) {
    return (code_point >= 0x200b && code_point <= 0x200f) ||
           (code_point >= 0x2028 && code_point <= 0x202e) ||
           (code_point >= 0x2060 && code_point <= 0x206f) || code_point == 0xfeff;
}

void append_escaped(std::string& out, char32_t code_point) {
    std::array<char, 16> text;
    const char* format = code_point < 0x100 ? "\\x%02x" : "\\u%04x";
    if (code_point == '\n') {
        out += "\\n";
    } else if (code_point == '\t') {
        out += "\\t";
    } else if (code_point == '\r') {
        out += "\\r";
    } else {
        const int size =
            std::snprintf(text.data(), text.size(), format, static_cast<unsigned>(code_point));
        out.append(text.data(), static_cast<std::size_t>(size));
    }
}

std::string with_decimal(double value, std::string_view unit) {
    std::array<char, 32> text;
    const int size = std::snprintf(text.data(), text.size(), value < 10 ? "%.1f" : "%.0f", value);
    return std::string(text.data(), static_cast<std::size_t>(size)) + std::string(unit);
}

}  // namespace

Terminal Terminal::of_stdout() {
    Terminal terminal;
    terminal.is_screen_ = ::isatty(STDOUT_FILENO) == 1;
    terminal.has_colours_ = terminal.is_screen_ && wants_colours();
    winsize size{};
    if (terminal.is_screen_ && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        terminal.width_ = std::max<std::size_t>(size.ws_col, width_least);
    }
    return terminal;
}

std::string Terminal::painted(std::string_view text, Colour colour) const {
    if (!has_colours_ || colour == Colour::none) return std::string(text);
    std::string out = "\033[";
    out += code_of(colour);
    out += 'm';
    out += text;
    out += "\033[0m";
    return out;
}

ProgressBar::ProgressBar(std::string_view what, std::uint64_t total)
    : what_(what), total_(total), is_screen_(::isatty(STDERR_FILENO) == 1) {
    draw();
}

ProgressBar::~ProgressBar() {
    if (is_screen_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::advance(std::uint64_t done) {
    done_ = done;
    // A hundred drawings are enough for a whole bar.
    const std::uint64_t step = total_ > 0 ? std::max<std::uint64_t>(total_ / 100, 1) : 1000;
    if (done_ < drawn_ + step && done_ != total_) return;
    drawn_ = done_;
    draw();
}

void ProgressBar::draw() const {
    if (!is_screen_) return;
    std::string line = "\r" + what_ + " ";
    if (total_ > 0) {
        const std::size_t filled = bar_width * std::min(done_, total_) / total_;
        line += "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "] ";
        line += shown_count(done_) + " of " + shown_count(total_);
    } else {
        line += shown_count(done_);
    }
    std::fputs((line + "\033[K").c_str(), stderr);
}

std::string shown(std::string_view text) {
    std::string out;
    std::size_t at = 0;
    const std::size_t valid = utf8_error(text).value_or(text.size());
    while (at < valid) {
        const std::size_t begin = at;
        const char32_t code_point = next_code_point(text, at);
        if (is_control(code_point) || is_deceptive(code_point)) {
            append_escaped(out, code_point);
        } else {
            out += text.substr(begin, at - begin);
        }
    }
    // What is not UTF-8 is bytes from here on.
    for (const char c : text.substr(valid)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            append_escaped(out, byte);
        }
    }
    return out;
}

std::size_t width_of(std::string_view text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

std::string cut(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    std::size_t at = 0;
    for (std::size_t columns = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
        if (++columns > width - 1) break;
    }
    return std::string(text.substr(0, at)) + "…";
}

std::string json_text(std::string_view text) {
    std::string out;
    if (utf8_error(text)) {
        return "{\"base64\":\"" + base64_encode(text) + "\"}";
    }
    append_json_string(out, text);
    return out;
}

std::string shown_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t i = digits.size(); i > 3; i -= 3) {
        digits.insert(i - 3, ",");
    }
    return digits;
}

std::string shown_bytes(std::uint64_t bytes) {
    if (bytes < 1024) return std::to_string(bytes) + " B";
    auto value = static_cast<double>(bytes) / 1024;
    static constexpr std::array<std::string_view, 4> units = {" KiB", " MiB", " GiB", " TiB"};
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
        value /= 1024;
    }
    return with_decimal(value, units[unit]);
}

std::string shown_duration(Duration duration) {
    const std::int64_t ms = std::max<std::int64_t>(duration.ms(), 0);
    constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
    if (ms < second) return std::to_string(ms) + " ms";
    if (ms < 2 * minute) return std::to_string(ms / second) + " s";
    if (ms < 2 * hour) return std::to_string(ms / minute) + " m";
    if (ms < 2 * day) return std::to_string(ms / hour) + " h";
    return std::to_string(ms / day) + " d";
}

std::string shown_rate(double per_second) {
    if (per_second >= 100) return shown_count(static_cast<std::uint64_t>(per_second)) + "/s";
    if (per_second > 0 && per_second < 0.1) return "<0.1/s";
    return with_decimal(per_second, "/s");
}

}  // namespace sluice
