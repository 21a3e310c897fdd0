#include "tidy/functions.hpp"

#include <algorithm>
#include <array>

namespace sluice::tidy {

namespace {

constexpr std::array<std::string_view, 13> not_functions = {
    "namespace", "class", "struct", "enum", "union", "extern", "if",
    "for",       "while", "switch", "else", "do",    "return"};
constexpr std::array<std::string_view, 6> control_words = {"if",     "for", "while",
                                                           "switch", "do",  "} else"};

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

bool begins_with_word(std::string_view text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    const auto next = text.size() > word.size() ? text[word.size()] : ' ';
    return std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_';
}

std::string_view trimmed(std::string_view line) {
    line.remove_prefix(indent_of(line));
    const auto end = line.find_last_not_of(' ');
    return line.substr(0, end == line.npos ? 0 : end + 1);
}

// Where the parenthesis at `open` is closed.
std::size_t closing(std::string_view text, std::size_t open) {
    int depth = 0;
    for (auto at = open; at < text.size(); ++at) {
        if (text[at] == '(') ++depth;
        if (text[at] == ')' && --depth == 0) return at;
    }
    return text.npos;
}

std::size_t count_parameters(std::string_view list) {
    if (trimmed(list).empty() || trimmed(list) == "void") return 0;
    int depth = 0;
    std::size_t commas = 0;
    for (const char c : list) {
        if (c == '(' || c == '<' || c == '{' || c == '[') ++depth;
        if (c == ')' || c == '>' || c == '}' || c == ']') --depth;
        if (c == ',' && depth == 0) ++commas;
    }
    return commas + 1;
}

// The head of a definition on one line, from the line that opens its body backwards.
struct Head {
    std::string text;
    std::size_t first = 0;
};

Head head_before(const std::vector<std::string>& code, std::size_t body) {
    std::size_t first = body;
    const auto is_inside = [&](std::size_t line) {
        const auto text = trimmed(code[line]);
        return !text.empty() && !text.starts_with('#') && !text.ends_with(';') &&
               !text.ends_with('}') && !text.ends_with('{') && !text.ends_with(':');
    };
    while (first > 0 && is_inside(first - 1))
        --first;
    Head head{.text = {}, .first = first};
    for (auto line = first; line <= body; ++line)
        head.text += std::string(trimmed(code[line])) + " ";
    return head;
}

std::size_t nesting_of(const std::vector<std::string>& code, std::size_t first, std::size_t last) {
    std::vector<bool> is_control;
    std::size_t deepest = 0;
    for (auto line = first; line < last; ++line) {
        const auto text = trimmed(code[line]);
        const bool begins_control = std::ranges::any_of(
            control_words, [&](std::string_view word) { return begins_with_word(text, word); });
        for (const char c : text) {
            if (c == '{') is_control.push_back(begins_control);
            if (c == '}' && !is_control.empty()) is_control.pop_back();
        }
        const auto depth = std::ranges::count(is_control, true);
        deepest = std::max(deepest, static_cast<std::size_t>(depth));
    }
    return deepest;
}

std::string name_in(std::string_view head, std::size_t open) {
    const auto before = head.substr(0, open);
    const auto space = before.find_last_of(" *&");
    const auto name = space == before.npos ? before : before.substr(space + 1);
    if (name.starts_with("TEST")) return std::string(trimmed(head.substr(space + 1)));
    return std::string(name);
}

}  // namespace

std::vector<Function> functions_of(const std::vector<std::string>& code) {
    std::vector<Function> functions;
    for (std::size_t body = 0; body < code.size(); ++body) {
        if (!trimmed(code[body]).ends_with('{')) continue;
        const auto head = head_before(code, body);
        const auto indent = indent_of(code[head.first]);
        const bool is_other = std::ranges::any_of(not_functions, [&](std::string_view word) {
            return begins_with_word(head.text, word);
        });
        const auto open = head.text.find('(');
        if (is_other || open == head.text.npos || head.text.substr(0, open).contains('=')) continue;
        auto last = body + 1;
        while (last < code.size() && !(code[last] == std::string(indent, ' ') + "}"))
            ++last;
        if (last == code.size()) continue;
        const auto close = std::min(closing(head.text, open), head.text.size());
        functions.push_back({.name = name_in(head.text, open),
                             .line = head.first + 1,
                             .lines = last - head.first + 1,
                             .parameters = count_parameters(
                                 std::string_view(head.text).substr(open + 1, close - open - 1)),
                             .nesting = nesting_of(code, body + 1, last)});
        body = last;
    }
    return functions;
}

}  // namespace sluice::tidy
