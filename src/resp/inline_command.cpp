#include "resp/inline_command.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sluice {

namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char escaped(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case 'b':
            return '\b';
        case 'a':
            return '\a';
        default:
            return c;
    }
}

// Takes one word from the front of `rest`; false when its quotes do not fit.
class WordReader {
  public:
    explicit WordReader(std::string_view line) : rest_(line) {}

    bool at_end() {
        while (!rest_.empty() && is_space(rest_.front())) {
            rest_.remove_prefix(1);
        }
        return rest_.empty();
    }

    bool read(std::string& word) {
        while (!rest_.empty() && !is_space(rest_.front())) {
            const char c = take();
            if (c == '"' || c == '\'') return read_quoted(c, word);
            word.push_back(c);
        }
        return true;
    }

  private:
    char take() {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    bool read_quoted(char quote, std::string& word) {
        while (!rest_.empty()) {
            const char c = take();
            if (c == quote) return rest_.empty() || is_space(rest_.front());
            if (c != '\\' || rest_.empty()) {
                word.push_back(c);
            } else if (quote == '"') {
                word.push_back(read_escape());
            } else {
                word.push_back(rest_.front() == '\'' ? take() : c);
            }
        }
        return false;
    }

    char read_escape() {
        if (rest_.size() >= 3 && rest_[0] == 'x') {
            const int high = hex_digit(rest_[1]);
            const int low = hex_digit(rest_[2]);
            if (high >= 0 && low >= 0) {
                rest_.remove_prefix(3);
                return static_cast<char>(high * 16 + low);
            }
        }
        return escaped(take());
    }

    std::string_view rest_;
};

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_case_prefix) {
    if (text.size() < lower_case_prefix.size()) return false;
    return std::ranges::equal(
        text.substr(0, lower_case_prefix.size()), lower_case_prefix,
        [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    WordReader reader(line);
    while (!reader.at_end()) {
        if (!reader.read(words.emplace_back())) return std::nullopt;
    }
    return words;
}

ForeignProtocol recognise_foreign(std::string_view begin_of_line) {
    constexpr char tls_handshake = 0x16;
    if (!begin_of_line.empty() && begin_of_line.front() == tls_handshake) {
        return ForeignProtocol::tls;
    }
    constexpr std::array<std::string_view, 3> prefixes = {"post ", "host:", "http/"};
    for (const auto prefix : prefixes) {
        if (starts_with_ignoring_case(begin_of_line, prefix)) return ForeignProtocol::http;
    }
    return ForeignProtocol::none;
}

ForeignProtocol recognise_foreign_line(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return recognise_foreign(line);
    // "GET key" is a command that a person may type; a path or a version is not.
    constexpr std::array<std::string_view, 8> methods = {"GET",   "PUT",     "HEAD",  "DELETE",
                                                         "PATCH", "OPTIONS", "TRACE", "CONNECT"};
    const std::string_view target = line.substr(space + 1);
    const bool is_method = std::ranges::find(methods, line.substr(0, space)) != methods.end();
    const bool is_request = target.starts_with('/') || target.find(" HTTP/") != target.npos;
    if (is_method && is_request) return ForeignProtocol::http;
    return recognise_foreign(line);
}

}  // namespace sluice
