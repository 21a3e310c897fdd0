#include "event/json_text.hpp"

#include <algorithm>
#include <deque>

#include "event/json_string.hpp"
#include "event/utf8.hpp"

namespace sluice {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Walks over one text. Between two steps it stands in front of what `expect_` names.
class Scanner {
  public:
    Scanner(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

    // Notes the members or elements of the outermost array or object in `members`.
    Result<void> scan(std::vector<JsonMember>* members);

  private:
    enum class Expect { value, first_value, name, first_name, colon, comma, nothing };
    struct Key {
        std::string_view text;  // unescaped
        std::size_t offset = 0;
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    struct Level {
        bool is_object = false;
        std::size_t keys_begin = 0;
    };

    Result<void> check_whole_text() const;
    Result<void> step();
    Result<void> step_name(char c);
    Result<void> step_comma(char c);
    Result<void> step_value(char c);
    Result<void> open(bool is_object);
    Result<void> close(bool is_object);
    Result<void> scan_name();
    Result<void> scan_string();
    Result<void> scan_escape();
    Result<void> scan_surrogates(char32_t first);
    Result<void> scan_number();
    Result<void> scan_word(std::string_view word);
    Result<void> check_duplicates(std::size_t keys_begin);
    void value_begins();
    void value_ends();

    bool at_end() const { return at_ == text_.size(); }
    char here() const { return at_end() ? '\0' : text_[at_]; }
    std::size_t skip_digits();
    void skip_space();
    Error syntax(std::string_view rule) const { return refused("JSON-SYNTAX", at_, rule); }
    static Error refused(std::string_view code, std::size_t offset, std::string_view rule);
    static Error over_limit(std::string_view code, std::size_t offset, std::size_t most,
                            std::string_view unit);

    std::string_view text_;
    const JsonLimits& limits_;
    std::size_t at_ = 0;
    Expect expect_ = Expect::value;
    std::vector<Level> levels_;
    std::vector<Key> keys_;              // of all open objects, innermost last
    std::deque<std::string> unescaped_;  // owns the keys that had escapes
    std::size_t members_seen_ = 0;

    std::vector<JsonMember>* members_ = nullptr;
    JsonMember member_;  // the outermost one that is being read
    std::size_t member_begin_ = 0;
};

Error Scanner::refused(std::string_view code, std::size_t offset, std::string_view rule) {
    return {Errc::invalid,
            std::string(code) + " at byte " + std::to_string(offset) + ": " + std::string(rule)};
}

Error Scanner::over_limit(std::string_view code, std::size_t offset, std::size_t most,
                          std::string_view unit) {
    auto error = refused(code, offset, "at most " + std::to_string(most) + " " + std::string(unit));
    error.code = Errc::limit;
    return error;
}

Result<void> Scanner::scan(std::vector<JsonMember>* members) {
    members_ = members;
    SLUICE_TRY(check_whole_text());
    skip_space();
    while (!at_end()) {
        SLUICE_TRY(step());
        skip_space();
    }
    if (expect_ != Expect::nothing) return syntax("the text ends too early");
    return {};
}

Result<void> Scanner::check_whole_text() const {
    if (text_.size() > limits_.bytes_max) {
        return over_limit("JSON-SIZE", limits_.bytes_max, limits_.bytes_max, "bytes");
    }
    if (text_.starts_with(byte_order_mark)) {
        return refused("JSON-BOM", 0, "no byte order mark");
    }
    if (const auto offset = utf8_error(text_)) {
        return refused("JSON-UTF8", *offset, "the text must be UTF-8");
    }
    return {};
}

Result<void> Scanner::step() {
    const char c = here();
    switch (expect_) {
        case Expect::first_value:
            if (c == ']') return close(false);
            return step_value(c);
        case Expect::value:
            return step_value(c);
        case Expect::first_name:
            if (c == '}') return close(true);
            return step_name(c);
        case Expect::name:
            return step_name(c);
        case Expect::colon:
            if (c != ':') return syntax("a colon must follow a name");
            ++at_;
            expect_ = Expect::value;
            return {};
        case Expect::comma:
            return step_comma(c);
        case Expect::nothing:
            return refused("JSON-TRAILING", at_, "nothing may follow the value");
    }
    return {};
}

Result<void> Scanner::step_name(char c) {
    if (c != '"') return syntax("a name in quotes must stand here");
    SLUICE_TRY(scan_name());
    expect_ = Expect::colon;
    return {};
}

Result<void> Scanner::step_comma(char c) {
    const bool is_object = levels_.back().is_object;
    if (c == (is_object ? '}' : ']')) return close(is_object);
    if (c != ',') return syntax("a comma or the closing bracket must follow a value");
    ++at_;
    expect_ = is_object ? Expect::name : Expect::value;
    return {};
}

Result<void> Scanner::step_value(char c) {
    value_begins();
    if (c == '{' || c == '[') return open(c == '{');
    if (c == '"') {
        SLUICE_TRY(scan_string());
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        SLUICE_TRY(scan_number());
    } else if (c == 't') {
        SLUICE_TRY(scan_word("true"));
    } else if (c == 'f') {
        SLUICE_TRY(scan_word("false"));
    } else {
        SLUICE_TRY(scan_word("null"));
    }
    value_ends();
    return {};
}

Result<void> Scanner::open(bool is_object) {
    if (levels_.size() == limits_.depth_max) {
        return over_limit("JSON-DEPTH", at_, limits_.depth_max, "levels");
    }
    levels_.push_back({is_object, keys_.size()});
    ++at_;
    expect_ = is_object ? Expect::first_name : Expect::first_value;
    return {};
}

Result<void> Scanner::close(bool is_object) {
    if (is_object) SLUICE_TRY(check_duplicates(levels_.back().keys_begin));
    levels_.pop_back();
    ++at_;
    value_ends();
    return {};
}

void Scanner::value_begins() {
    if (levels_.size() == 1) member_begin_ = at_;
}

void Scanner::value_ends() {
    expect_ = levels_.empty() ? Expect::nothing : Expect::comma;
    if (levels_.size() != 1 || members_ == nullptr) return;
    member_.value = text_.substr(member_begin_, at_ - member_begin_);
    members_->push_back(member_);
}

Result<void> Scanner::scan_name() {
    const auto offset = at_;
    SLUICE_TRY(scan_string());
    const auto raw = text_.substr(offset + 1, at_ - offset - 2);
    if (levels_.size() == 1) member_.raw_name = raw;
    Key key{raw, offset};
    if (raw.contains('\\')) key.text = unescaped_.emplace_back(unescape_json(raw));
    if (key.text.size() > limits_.key_bytes_max) {
        return over_limit("JSON-KEY-SIZE", offset, limits_.key_bytes_max, "bytes in a name");
    }
    if (++members_seen_ > limits_.members_max) {
        return over_limit("JSON-MEMBERS", offset, limits_.members_max, "members");
    }
    keys_.push_back(key);
    return {};
}

Result<void> Scanner::check_duplicates(std::size_t keys_begin) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(keys_begin);
    std::ranges::sort(begin, keys_.end());
    const auto twin = std::ranges::adjacent_find(begin, keys_.end(), {}, &Key::text);
    if (twin != keys_.end()) {
        return refused("JSON-DUPLICATE-KEY", (twin + 1)->offset, "a name stands once in an object");
    }
    keys_.erase(begin, keys_.end());
    return {};
}

Result<void> Scanner::scan_string() {
    ++at_;
    while (!at_end()) {
        const char c = here();
        if (c == '"') {
            ++at_;
            return {};
        }
        if (static_cast<unsigned char>(c) < 0x20) return syntax("a control must be escaped");
        if (c == '\\') {
            SLUICE_TRY(scan_escape());
        } else {
            ++at_;
        }
    }
    return syntax("a string is not closed");
}

Result<void> Scanner::scan_escape() {
    constexpr std::string_view simple = "\"\\/bfnrt";
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == 'u') {
        const auto unit = json_hex4(text_, at_ + 2);
        if (!unit) return syntax("four hex digits must follow \\u");
        return scan_surrogates(*unit);
    }
    if (c == '\0' || simple.find(c) == simple.npos) return syntax("there is no such escape");
    at_ += 2;
    return {};
}

Result<void> Scanner::scan_surrogates(char32_t first) {
    constexpr std::size_t escape_size = 6;
    const Error lonely = refused("JSON-SURROGATE", at_, "a surrogate must have its pair");
    if (is_low_surrogate(first)) return lonely;
    at_ += escape_size;
    if (!is_high_surrogate(first)) return {};
    const auto second = json_hex4(text_, at_ + 2);
    if (text_.substr(at_, 2) != "\\u" || !second || !is_low_surrogate(*second)) return lonely;
    at_ += escape_size;
    return {};
}

Result<void> Scanner::scan_number() {
    if (here() == '-') ++at_;
    if (here() == '0') {
        ++at_;
    } else if (skip_digits() == 0) {
        return syntax("a digit must stand here");
    }
    if (here() == '.') {
        ++at_;
        if (skip_digits() == 0) return syntax("a digit must follow the point");
    }
    if (here() == 'e' || here() == 'E') {
        ++at_;
        if (here() == '+' || here() == '-') ++at_;
        if (skip_digits() == 0) return syntax("a digit must stand in the exponent");
    }
    return {};
}

Result<void> Scanner::scan_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return syntax("no JSON value begins so");
    at_ += word.size();
    return {};
}

std::size_t Scanner::skip_digits() {
    const auto begin = at_;
    while (here() >= '0' && here() <= '9')
        ++at_;
    return at_ - begin;
}

void Scanner::skip_space() {
    while (here() == ' ' || here() == '\t' || here() == '\n' || here() == '\r')
        ++at_;
}

Result<std::vector<JsonMember>> split(std::string_view text, const JsonLimits& limits,
                                      JsonKind kind) {
    std::vector<JsonMember> members;
    SLUICE_TRY(Scanner(text, limits).scan(&members));
    if (kind_of(text) != kind) {
        const std::string wanted = kind == JsonKind::object ? "an object" : "an array";
        return Error{Errc::invalid, "JSON-SYNTAX at byte 0: must be " + wanted};
    }
    return members;
}

}  // namespace

Result<void> check_json(std::string_view text, const JsonLimits& limits) {
    return Scanner(text, limits).scan(nullptr);
}

Result<std::vector<JsonMember>> split_json_object(std::string_view text, const JsonLimits& limits) {
    return split(text, limits, JsonKind::object);
}

Result<std::vector<JsonMember>> split_json_array(std::string_view text, const JsonLimits& limits) {
    return split(text, limits, JsonKind::array);
}

JsonKind kind_of(std::string_view checked_value) {
    const auto begin = checked_value.find_first_not_of(" \t\r\n");
    SLUICE_CHECK(begin != checked_value.npos, "a checked value is not empty");
    switch (checked_value[begin]) {
        case '{':
            return JsonKind::object;
        case '[':
            return JsonKind::array;
        case '"':
            return JsonKind::string;
        case 't':
        case 'f':
            return JsonKind::boolean;
        case 'n':
            return JsonKind::null;
        default:
            return JsonKind::number;
    }
}

}  // namespace sluice
