#include "resp/request_parser.hpp"

#include <cstdio>
#include <cstring>

#include "event/result.hpp"
#include "resp/inline_command.hpp"

namespace sluice {

namespace {

constexpr std::size_t kept_arguments_max = 64;  // of an idle connection

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The hot case of a header: 1 to 10 digits without a leading zero, and CRLF. `at` stands at the
// first digit; answers the byte behind the line, or null when the slow path must look.
inline const char* read_length(const char* at, const char* end, std::size_t& length) {
    const char* const first = at;
    std::size_t value = 0;
    while (at != end && is_digit(*at)) {
        value = value * 10 + static_cast<std::size_t>(*at - '0');
        ++at;
    }
    const auto digits = at - first;
    if (digits == 0 || digits > 10 || end - at < 2) return nullptr;
    if (at[0] != '\r' || at[1] != '\n' || (*first == '0' && digits > 1)) return nullptr;
    length = value;
    return at + 2;
}

// A number as Redis reads it in headers: "0", or an optional minus and digits that do not begin
// with zero, within 64 bits.
std::optional<std::int64_t> parse_canonical(std::string_view text) {
    if (text == "0") return 0;
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.front() == '0') return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        const int digit = negative ? '0' - c : c - '0';
        if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return std::nullopt;
        }
    }
    return value;
}

std::string escape_byte(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (value >= 0x20 && value < 0x7f) return std::string(1, byte);
    char text[8];
    std::snprintf(text, sizeof text, "\\x%02x", value);
    return text;
}

}  // namespace

const RequestParser::HeaderWords RequestParser::array_words = {
    .too_long = "too big mbulk count string", .invalid = "invalid multibulk length"};
const RequestParser::HeaderWords RequestParser::bulk_words = {
    .too_long = "too big bulk count string", .invalid = "invalid bulk length"};

ParseStatus RequestParser::next(ByteBuffer& input) {
    if (!error_.text.empty() || error_.kind != ParseError::Kind::protocol)
        return ParseStatus::error;
    finish(input);
    rebase(input.data());
    while (missing_arguments_ == 0) {
        if (input.empty()) return ParseStatus::need_more;
        const bool is_array = *input.data() == '*';
        const Step step = is_array ? begin_array(input) : parse_inline(input);
        if (step.has_value()) return *step;
    }
    return parse_arguments(input);
}

const Request& RequestParser::request_again(ByteBuffer& input) {
    const bool in_scratch = scratch_ != nullptr && !scratch_->empty();
    if (!in_scratch) rebase(input.data());
    return request_;
}

void RequestParser::finish(ByteBuffer& input) {
    if (command_bytes_ == 0) return;
    input.consume(command_bytes_);
    command_bytes_ = 0;
    scanned_ = 0;
    args_.clear();
    request_ = Request();
    if (scratch_ != nullptr) scratch_->clear();
}

// The buffer may have moved its bytes since the arguments were found.
void RequestParser::rebase(const char* begin) {
    if (base_ != begin && !args_.empty()) {
        for (auto& arg : args_) {
            arg = {begin + (arg.data() - base_), arg.size()};
        }
        if (!request_.empty()) request_ = Request(args_);
    }
    base_ = begin;
}

RequestParser::Step RequestParser::begin_array(ByteBuffer& input) {
    const char* const begin = input.data();
    const char* at = begin + 1;
    if (const Step step = read_number(at, begin + input.size(), array_words)) return step;
    if (number_ <= 0) {
        // "*0" and "*-1" are commands without words: nothing to do, nothing to answer.
        input.consume(static_cast<std::size_t>(at - begin));
        base_ = input.data();
        return std::nullopt;
    }
    if (static_cast<std::size_t>(number_) > limits_->arguments_max) {
        return fail(limits_->authenticated ? array_words.invalid
                                           : "unauthenticated multibulk length");
    }
    missing_arguments_ = static_cast<std::size_t>(number_);
    scanned_ = static_cast<std::size_t>(at - begin);
    return std::nullopt;
}

ParseStatus RequestParser::parse_arguments(ByteBuffer& input) {
    const char* const begin = input.data();
    const char* const end = begin + input.size();
    const char* at = begin + scanned_;
    while (missing_arguments_ > 0) {
        if (bulk_size_ == bulk_unknown) {
            // A header that was looked at before is not read again from its start.
            if (line_scanned_ == 0) at = take_whole_arguments(at, end);
            if (missing_arguments_ == 0) break;
            const Step step = begin_bulk(at, end);
            scanned_ = static_cast<std::size_t>(at - begin);
            if (step.has_value()) return *step;
        }
        const Step step = finish_bulk(at, end, begin);
        scanned_ = static_cast<std::size_t>(at - begin);
        if (step.has_value()) return *step;
    }
    command_bytes_ = static_cast<std::size_t>(at - begin);
    request_ = Request(args_);
    return ParseStatus::ready;
}

// Takes arguments as long as they are there completely and nothing about them is unusual; anything
// else is left to the slow path.
const char* RequestParser::take_whole_arguments(const char* at, const char* end) {
    const std::size_t size_max = limits_->bulk_bytes_max;
    std::size_t missing = missing_arguments_;
    while (missing > 0 && at != end && *at == '$') {
        std::size_t size = 0;
        const char* const body = read_length(at + 1, end, size);
        if (body == nullptr || size > size_max) break;
        if (static_cast<std::size_t>(end - body) < size + 2) break;
        if (body[size] != '\r' || body[size + 1] != '\n') break;
        args_.emplace_back(body, size);
        at = body + size + 2;
        --missing;
    }
    missing_arguments_ = missing;
    return at;
}

// Reads the header "$<size>\r\n" at `at`, and moves behind it.
RequestParser::Step RequestParser::begin_bulk(const char*& at, const char* end) {
    if (at == end) return ParseStatus::need_more;
    if (*at != '$') return fail("expected '$', got '" + escape_byte(*at) + "'");
    const char* behind = at + 1;
    if (const Step step = read_number(behind, end, bulk_words)) return step;
    const auto size = static_cast<std::size_t>(number_);
    const std::size_t before = static_cast<std::size_t>(behind - base_);
    if (number_ < 0) return fail(bulk_words.invalid);
    if (size > limits_->bulk_bytes_max) {
        return fail(limits_->authenticated ? bulk_words.invalid : "unauthenticated bulk length");
    }
    if (before + size > limits_->command_bytes_max) return fail("too big command");
    bulk_size_ = size;
    at = behind;
    return std::nullopt;
}

RequestParser::Step RequestParser::finish_bulk(const char*& at, const char* end,
                                               const char* begin) {
    SLUICE_CHECK(begin == base_, "arguments are counted from where the input begins");
    if (static_cast<std::size_t>(end - at) < bulk_size_ + 2) return ParseStatus::need_more;
    if (at[bulk_size_] != '\r' || at[bulk_size_ + 1] != '\n') {
        return fail("missing CRLF after bulk");
    }
    args_.emplace_back(at, bulk_size_);
    at += bulk_size_ + 2;
    bulk_size_ = bulk_unknown;
    --missing_arguments_;
    return std::nullopt;
}

// Reads the number that fills the rest of a header line into number_, and moves behind the line.
RequestParser::Step RequestParser::read_number(const char*& at, const char* end,
                                               const HeaderWords& words) {
    std::size_t length = 0;
    const char* const behind = line_scanned_ == 0 ? read_length(at, end, length) : nullptr;
    if (behind != nullptr) {
        number_ = static_cast<std::int64_t>(length);
        at = behind;
        return std::nullopt;
    }
    if (const Step step = find_line_end(at, end, words.too_long)) return step;
    const std::string_view line(at, line_scanned_);
    line_scanned_ = 0;
    if (!line.ends_with('\r')) return fail(words.invalid);
    const auto number = parse_canonical(line.substr(0, line.size() - 1));
    if (!number.has_value()) return fail(words.invalid);
    number_ = *number;
    at += line.size() + 1;
    return std::nullopt;
}

// Moves line_scanned_ to the line feed.
RequestParser::Step RequestParser::find_line_end(const char* line, const char* end,
                                                 std::string_view too_long) {
    const auto size = static_cast<std::size_t>(end - line);
    const void* const found = std::memchr(line + line_scanned_, '\n', size - line_scanned_);
    line_scanned_ =
        found == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(found) - line);
    if (line_scanned_ > limits_->line_bytes_max) return fail(too_long);
    if (found == nullptr) return ParseStatus::need_more;
    return std::nullopt;
}

RequestParser::Step RequestParser::parse_inline(ByteBuffer& input) {
    const std::string_view bytes = input.view();
    switch (recognise_foreign(bytes)) {
        case ForeignProtocol::http:
            return fail_foreign(ParseError::Kind::http);
        case ForeignProtocol::tls:
            return fail_foreign(ParseError::Kind::tls);
        case ForeignProtocol::none:
            break;
    }
    // The first bytes of all other types of RESP: values, not commands.
    constexpr std::string_view value_types = "$+-:_#,(!=%~>|";
    if (value_types.find(bytes.front()) != value_types.npos) {
        return fail("expected '*', got '" + escape_byte(bytes.front()) + "'");
    }
    if (const Step step =
            find_line_end(bytes.data(), bytes.data() + bytes.size(), "too big inline request")) {
        return step;
    }
    const std::string_view line = bytes.substr(0, line_scanned_);
    line_scanned_ = 0;
    if (const Step step = check_inline(line)) return step;
    const auto words = split_words(line);
    if (!words.has_value()) return fail("unbalanced quotes in request");
    if (words->empty()) {
        input.consume(line.size() + 1);
        base_ = input.data();
        return std::nullopt;
    }
    if (const Step step = store_words(*words)) return step;
    command_bytes_ = line.size() + 1;
    return ParseStatus::ready;
}

// A line of text that a person or a program sent on purpose ends with CRLF and holds no controls
// that could hide a second line.
RequestParser::Step RequestParser::check_inline(std::string_view line) {
    if (recognise_foreign_line(line) == ForeignProtocol::http) {
        return fail_foreign(ParseError::Kind::http);
    }
    if (!line.ends_with('\r')) return fail("inline request without CR before LF");
    if (line.find('\r') != line.size() - 1) return fail("bare CR in inline request");
    if (line.find('\0') != line.npos) return fail("NUL in inline request");
    return std::nullopt;
}

RequestParser::Step RequestParser::store_words(const std::vector<std::string>& words) {
    if (words.size() > limits_->arguments_max) {
        return fail(limits_->authenticated ? array_words.invalid
                                           : "unauthenticated multibulk length");
    }
    if (scratch_ == nullptr) scratch_ = std::make_unique<ByteBuffer>();
    scratch_->clear();
    for (const auto& word : words) {
        if (word.size() > limits_->bulk_bytes_max) return fail("unauthenticated bulk length");
        scratch_->append("$" + std::to_string(word.size()) + "\r\n");
        scratch_->append(word);
        scratch_->append("\r\n");
    }
    // The scratch buffer has its final place only now.
    const char* at = scratch_->data();
    for (const auto& word : words) {
        at += bulk_header_size(word.size());
        args_.emplace_back(at, word.size());
        at += word.size() + 2;
    }
    request_ = Request(args_);
    return std::nullopt;
}

ParseStatus RequestParser::fail(std::string_view text) {
    error_.text = "ERR Protocol error: ";
    error_.text += text;
    return ParseStatus::error;
}

ParseStatus RequestParser::fail_foreign(ParseError::Kind kind) {
    error_.kind = kind;
    return ParseStatus::error;
}

std::size_t RequestParser::memory_bytes() const {
    const std::size_t scratch = scratch_ == nullptr ? 0 : scratch_->capacity();
    return args_.capacity() * sizeof(std::string_view) + scratch;
}

void RequestParser::shrink() {
    if (args_.empty() && args_.capacity() > kept_arguments_max) {
        args_ = std::vector<std::string_view>();
    }
    if (scratch_ != nullptr && scratch_->empty()) scratch_.reset();
}

}  // namespace sluice
