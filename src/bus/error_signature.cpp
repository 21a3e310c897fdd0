#include "bus/error_signature.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "event/fnv1a.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
    return is_digit(c) || is_letter(c);
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_space(char c) {
    return c == ' ' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

template <class Predicate>
std::size_t run(std::string_view text, std::size_t at, Predicate belongs) {
    const auto begin = at;
    while (at < text.size() && belongs(text[at]))
        ++at;
    return at - begin;
}

// Compares with a mask: '9' is a digit, 'x' a hex digit, 'T' a 'T', 't' or space, others
// themselves.
bool fits(std::string_view text, std::string_view mask) {
    if (text.size() < mask.size()) return false;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        const char c = text[i];
        const bool is_fit = mask[i] == '9'   ? is_digit(c)
                            : mask[i] == 'x' ? is_hex(c)
                            : mask[i] == 'T' ? c == 'T' || c == 't' || c == ' '
                                             : c == mask[i];
        if (!is_fit) return false;
    }
    return true;
}

struct Piece {
    std::size_t size;
    std::string_view name;
};
using Found = std::optional<Piece>;

// The size of a time of day with its fraction and zone at the front; 0 when there is none.
std::size_t time_of_day_size(std::string_view text) {
    if (!fits(text, "99:99:99")) return 0;
    std::size_t size = 8;
    const bool has_fraction = size + 1 < text.size() && (text[size] == '.' || text[size] == ',') &&
                              is_digit(text[size + 1]);
    if (has_fraction) size += 1 + run(text, size + 1, is_digit);
    const auto zone = text.substr(size);
    if (zone.starts_with('Z') || zone.starts_with('z')) return size + 1;
    if (fits(zone, "+99:99") || fits(zone, "-99:99")) return size + 6;
    if (fits(zone, "+9999") || fits(zone, "-9999")) return size + 5;
    return size;
}

Found find_time(std::string_view rest) {
    if (fits(rest, "9999-99-99T99:99:99")) {
        return Piece{11 + time_of_day_size(rest.substr(11)), "<time>"};
    }
    if (fits(rest, "9999-99-99")) return Piece{10, "<time>"};
    const auto size = time_of_day_size(rest);
    return size > 0 ? Found(Piece{size, "<time>"}) : std::nullopt;
}

Found find_url(std::string_view rest) {
    const auto scheme = run(rest, 0, is_letter);
    if (scheme == 0 || !rest.substr(scheme).starts_with("://")) return std::nullopt;
    constexpr std::string_view stops = "'\"`<>)]}";
    const auto size = run(rest, 0, [&](char c) { return !is_space(c) && !stops.contains(c); });
    return Piece{size, "<url>"};
}

Found find_path(std::string_view rest) {
    std::size_t root = 0;
    for (const std::string_view begin : {"/", "./", "../", "~/"}) {
        if (rest.starts_with(begin)) root = begin.size();
    }
    if (rest.size() > 2 && is_letter(rest[0]) && rest[1] == ':' && rest[2] == '\\') root = 3;
    const bool has_name = root > 0 && root < rest.size() &&
                          (is_word(rest[root]) || rest[root] == '.' || rest[root] == '_');
    if (!has_name) return std::nullopt;
    constexpr std::string_view stops = "'\"`<>()[]{},;:|";
    auto size = root + run(rest, root, [&](char c) { return !is_space(c) && !stops.contains(c); });
    if (rest[size - 1] == '.') --size;  // the end of a sentence
    return Piece{size, "<path>"};
}

// A word of letters and digits that is an id rather than a word.
Found find_id(std::string_view rest) {
    if (fits(rest, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")) return Piece{36, "<uuid>"};
    if (rest.starts_with("0x") || rest.starts_with("0X")) {
        const auto digits = run(rest, 2, is_hex);
        if (digits > 0) return Piece{2 + digits, "<hex>"};
    }
    const auto size = run(rest, 0, is_word);
    const auto word = rest.substr(0, size);
    const auto digits = std::ranges::count_if(word, is_digit);
    const bool is_number = digits == static_cast<std::ptrdiff_t>(size);
    if (is_number || digits == 0) return std::nullopt;
    if (size >= 8 && std::ranges::all_of(word, is_hex)) return Piece{size, "<hex>"};
    if (size >= 16 && digits >= 4) return Piece{size, "<id>"};
    return std::nullopt;
}

class Shaper {
  public:
    explicit Shaper(std::string_view text) : text_(text) {}

    std::string shape() {
        while (at_ < text_.size())
            step();
        while (shape_.ends_with(' '))
            shape_.pop_back();
        return std::move(shape_);
    }

  private:
    void step() {
        const bool begins_word = at_ == 0 || !is_word(text_[at_ - 1]);
        const auto rest = text_.substr(at_);
        Found piece;
        if (begins_word) piece = find_quoted();
        if (begins_word && !piece) piece = find_time(rest);
        if (begins_word && !piece) piece = find_url(rest);
        if (begins_word && !piece) piece = find_path(rest);
        if (begins_word && !piece) piece = find_id(rest);
        if (!piece && is_digit(text_[at_])) piece = find_number();
        if (piece) {
            shape_ += piece->name;
            at_ += piece->size;
        } else {
            copy_char();
        }
    }

    // A quote ends where the next one stands that no letter follows: "the user's" ends nothing.
    Found find_quoted() {
        constexpr std::string_view quotes = "'\"`";
        const auto quote = quotes.find(text_[at_]);
        if (quote == quotes.npos || at_ < unclosed_until_[quote]) return std::nullopt;
        for (auto end = at_ + 1; end < text_.size() && text_[end] != '\n'; ++end) {
            if (text_[end] == '\\') {
                ++end;
            } else if (text_[end] == quotes[quote] &&
                       (end + 1 == text_.size() || !is_word(text_[end + 1]))) {
                return Piece{end + 1 - at_, "<text>"};
            }
        }
        // Not looked for again on this line: one pass, not one per quote.
        unclosed_until_[quote] = std::min(text_.find('\n', at_), text_.size());
        return std::nullopt;
    }

    Found find_number() {
        auto size = run(text_, at_, is_digit);
        const auto fraction = at_ + size;
        if (fraction + 1 < text_.size() && text_[fraction] == '.' &&
            is_digit(text_[fraction + 1])) {
            size += 1 + run(text_, fraction + 1, is_digit);
        }
        return Piece{size, "<n>"};
    }

    void copy_char() {
        const char c = text_[at_];
        if (is_space(c)) {
            if (!shape_.empty() && !shape_.ends_with(' ')) shape_ += ' ';
            ++at_;
            return;
        }
        const auto size = code_point_size();
        shape_ += size == 0 ? std::string_view("?") : text_.substr(at_, size);
        at_ += std::max<std::size_t>(size, 1);
    }

    // Of the code point at at_; 0 when the bytes there are none.
    std::size_t code_point_size() const {
        for (std::size_t size = 1; size <= 4 && at_ + size <= text_.size(); ++size) {
            if (!utf8_error(text_.substr(at_, size))) return size;
        }
        return 0;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::array<std::size_t, 3> unclosed_until_{};
    std::string shape_;
};

// Cut between code points.
std::string shown(std::string shape) {
    constexpr std::string_view more = "...";
    if (shape.size() <= ErrorSignature::pattern_bytes_max) return shape;
    auto size = ErrorSignature::pattern_bytes_max - more.size();
    while (size > 0 && (shape[size] & 0xC0) == 0x80)
        --size;
    shape.resize(size);
    return shape += more;
}

}  // namespace

std::string ErrorSignature::hex() const {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return digits.data();
}

ErrorSignature signature_of(std::string_view error) {
    auto shape = Shaper(error.substr(0, ErrorSignature::input_bytes_max)).shape();
    const auto hash = fnv1a(shape);
    return {.hash = hash, .pattern = shown(std::move(shape))};
}

}  // namespace sluice
