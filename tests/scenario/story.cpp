#include "scenario/story.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::testing {

namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Error at_line(std::size_t line, std::string_view what) {
    return {Errc::invalid, "line " + std::to_string(line) + ": " + std::string(what)};
}

std::optional<Duration> parse_duration(std::string_view text) {
    std::int64_t count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(parsed.ptr, text.data() + text.size());
    if (parsed.ec != std::errc{}) return std::nullopt;
    if (unit == "ms") return Duration::from_ms(count);
    if (unit == "s") return Duration::from_seconds(count);
    if (unit == "m") return Duration::from_seconds(count * 60);
    if (unit == "h") return Duration::from_seconds(count * 3600);
    return std::nullopt;
}

struct Line {
    std::size_t number = 0;
    std::string text;
};

// Lines with their continuations joined by one space.
std::vector<Line> joined_lines(std::string_view text) {
    std::vector<Line> lines;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const bool continues = line.starts_with(' ') && !is_blank(line) && !lines.empty();
        if (continues) {
            lines.back().text += ' ';
            lines.back().text += line.substr(line.find_first_not_of(' '));
        } else {
            lines.push_back({number, is_blank(line) ? std::string() : std::string(line)});
        }
    }
    return lines;
}

Result<StoryCommand> parse_command(const Line& line) {
    StoryCommand command{.line = line.number, .client = {}, .args = {}, .advance = {}};
    std::string_view rest = line.text;
    constexpr std::string_view client = "client ";
    constexpr std::string_view advance = "advance ";
    if (rest.starts_with(client)) {
        const std::size_t colon = rest.find(':');
        if (colon == std::string_view::npos)
            return at_line(line.number, "no ':' behind the client");
        command.client = rest.substr(client.size(), colon - client.size());
        rest = rest.substr(colon + 1);
    } else if (rest.starts_with(advance)) {
        const auto duration = parse_duration(rest.substr(advance.size()));
        if (!duration) return at_line(line.number, "not a duration");
        command.advance = *duration;
        return command;
    }
    auto words = split_words(rest);
    if (!words) return at_line(line.number, words.error().message);
    command.args = std::move(*words);
    return command;
}

std::size_t reply_count(const StoryBlock& block) {
    return static_cast<std::size_t>(
        std::count_if(block.commands.begin(), block.commands.end(),
                      [](const StoryCommand& command) { return command.advance == Duration{}; }));
}

// Where the lines of a block go: commands first, then the replies.
class BlockReader {
  public:
    Result<void> add(const Line& line) {
        if (block_.line == 0) block_.line = line.number;
        if (line.text == "@ours-only") {
            block_.is_ours_only = true;
        } else if (line.text == "----") {
            is_at_replies_ = true;
        } else if (is_at_replies_) {
            return add_reply(line);
        } else {
            SLUICE_TRY_ASSIGN(auto command, parse_command(line));
            block_.commands.push_back(std::move(command));
        }
        return {};
    }

    Result<void> finish(Story& story) {
        if (block_.line == 0) return {};
        if (block_.replies.size() != reply_count(block_)) {
            return at_line(block_.line, "commands and replies differ in number");
        }
        story.blocks.push_back(std::exchange(block_, {}));
        is_at_replies_ = false;
        return {};
    }

  private:
    Result<void> add_reply(const Line& line) {
        constexpr std::string_view redis7 = "@redis7 ";
        if (!line.text.starts_with(redis7)) {
            block_.replies.push_back({line.text, std::nullopt});
            return {};
        }
        if (block_.replies.empty()) return at_line(line.number, "no reply to differ from");
        block_.replies.back().redis7 = line.text.substr(redis7.size());
        return {};
    }

    StoryBlock block_;
    bool is_at_replies_ = false;
};

// The expected text without the white space that only made it readable; errors and simple strings
// stand as they are.
std::string compact(std::string_view text) {
    while (text.ends_with(' '))
        text.remove_suffix(1);
    if (text.starts_with('-') || text.starts_with('+')) return std::string(text);
    std::string out;
    bool is_quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' && (i == 0 || text[i - 1] != '\\')) is_quoted = !is_quoted;
        const bool is_space = c == ' ' && !is_quoted;
        const bool closes = (c == ']' || c == '}') && !is_quoted;
        if (closes && !out.empty() && out.back() == ' ') out.pop_back();
        if (is_space &&
            (out.empty() || out.back() == ' ' || out.back() == '[' || out.back() == '{'))
            continue;
        out += c;
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

std::size_t number_size(std::string_view text) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    std::size_t size = sign;
    while (size < text.size() && is_digit(text[size]))
        ++size;
    return size > sign ? size : 0;
}

std::size_t id_size(std::string_view text) {
    const std::size_t ms = number_size(text);
    if (ms == 0 || ms >= text.size() || text[ms] != '-') return 0;
    const std::size_t seq = number_size(text.substr(ms + 1));
    return seq == 0 ? 0 : ms + 1 + seq;
}

bool matches_compact(std::string_view expected, std::string_view printed) {
    constexpr std::string_view any = "<any>";
    constexpr std::string_view number = "<n>";
    constexpr std::string_view id = "<id>";
    while (!expected.empty()) {
        if (expected.starts_with(any)) {
            const std::string_view rest = expected.substr(any.size());
            for (std::size_t at = 0; at <= printed.size(); ++at) {
                if (matches_compact(rest, printed.substr(at))) return true;
            }
            return false;
        }
        const bool is_number = expected.starts_with(number);
        const bool is_id = expected.starts_with(id);
        if (is_number || is_id) {
            const std::size_t size = is_number ? number_size(printed) : id_size(printed);
            if (size == 0) return false;
            printed.remove_prefix(size);
            expected.remove_prefix(is_number ? number.size() : id.size());
        } else {
            if (printed.empty() || printed.front() != expected.front()) return false;
            printed.remove_prefix(1);
            expected.remove_prefix(1);
        }
    }
    return printed.empty();
}

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// One character behind a backslash; answers how many characters it took.
std::size_t unescape(std::string_view rest, std::string& out) {
    const bool is_hex =
        rest.size() >= 3 && rest[0] == 'x' && hex_digit(rest[1]) >= 0 && hex_digit(rest[2]) >= 0;
    if (is_hex) {
        out += static_cast<char>(hex_digit(rest[1]) * 16 + hex_digit(rest[2]));
        return 3;
    }
    switch (rest[0]) {
        case 'n':
            out += '\n';
            break;
        case 'r':
            out += '\r';
            break;
        case 't':
            out += '\t';
            break;
        default:
            out += rest[0];
    }
    return 1;
}

// A word in quotes, `rest` beginning behind the first one; answers its size with the last quote.
std::optional<std::size_t> quoted_word(std::string_view rest, char quote, std::string& out) {
    for (std::size_t i = 0; i < rest.size();) {
        if (rest[i] == quote) return i + 1;
        if (quote == '"' && rest[i] == '\\' && i + 1 < rest.size()) {
            i += 1 + unescape(rest.substr(i + 1), out);
        } else {
            out += rest[i++];
        }
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view line) {
    std::vector<std::string> words;
    while (!is_blank(line)) {
        line.remove_prefix(line.find_first_not_of(' '));
        std::string word;
        std::size_t size = 0;
        if (line[0] == '"' || line[0] == '\'') {
            const auto quoted_size = quoted_word(line.substr(1), line[0], word);
            if (!quoted_size) return Error{Errc::invalid, "unbalanced quotes"};
            size = 1 + *quoted_size;
        } else {
            size = std::min(line.find(' '), line.size());
            word = line.substr(0, size);
        }
        words.push_back(std::move(word));
        line.remove_prefix(size);
    }
    return words;
}

Result<Story> parse_story(std::string_view text) {
    Story story;
    BlockReader block;
    for (const Line& line : joined_lines(text)) {
        if (line.text.starts_with('#')) {
            if (story.blocks.empty()) story.header += line.text + "\n";
        } else if (line.text.empty()) {
            SLUICE_TRY(block.finish(story));
        } else {
            SLUICE_TRY(block.add(line));
        }
    }
    SLUICE_TRY(block.finish(story));
    if (story.header.empty()) return at_line(1, "no header that says what the story proves");
    if (story.blocks.empty()) return at_line(1, "no commands");
    return story;
}

bool matches(std::string_view expected, std::string_view printed) {
    while (printed.ends_with(' '))
        printed.remove_suffix(1);
    return matches_compact(compact(expected), printed);
}

}  // namespace sluice::testing
