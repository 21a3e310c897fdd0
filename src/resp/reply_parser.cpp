#include "resp/reply_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace sluice {

namespace {

Error invalid(std::string_view what, std::string_view seen) {
    return Error{Errc::invalid, "decode reply: " + std::string(what) + ": " +
                                    quoted(seen.substr(0, std::min<std::size_t>(seen.size(), 64)))};
}

// RESP3 allows a plus sign, which from_chars does not read.
std::string_view without_plus(std::string_view text) {
    const bool has_plus = text.starts_with('+') && !text.starts_with("+-");
    return has_plus ? text.substr(1) : text;
}

std::optional<std::int64_t> decimal(std::string_view text) {
    text = without_plus(text);
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

std::optional<double> real_number(std::string_view text) {
    text = without_plus(text);
    double value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

bool is_big_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Reply::Kind aggregate_kind(char kind) {
    switch (kind) {
        case '~':
            return Reply::Kind::set;
        case '>':
            return Reply::Kind::push;
        case '*':
            return Reply::Kind::array;
        default:
            return Reply::Kind::map;  // '%', and '|' which is a map in front of a value
    }
}

Reply reply_of(Reply::Kind kind, std::string_view text = {}) {
    Reply reply;
    reply.kind = kind;
    reply.text = text;
    return reply;
}

}  // namespace

Result<std::optional<Reply>> ReplyParser::next() {
    while (!error_ && !whole_) {
        const auto moved = step();
        if (!moved) {
            error_ = moved.error();
        } else if (!*moved) {
            return std::optional<Reply>();
        }
    }
    if (error_) return *error_;
    values_ = 0;
    return std::exchange(whole_, std::nullopt);
}

// False when more bytes are needed.
Result<bool> ReplyParser::step() {
    return body_ ? read_body() : read_line();
}

Result<bool> ReplyParser::read_line() {
    const std::string_view input = input_.view();
    const std::size_t end = input.find('\n', scanned_);
    if (std::min(end, input.size()) > limits_.line_bytes_max) {
        return Error{Errc::limit, "decode reply: a line is longer than " +
                                      std::to_string(limits_.line_bytes_max) + " bytes"};
    }
    if (end == std::string_view::npos) {
        scanned_ = input.size();
        return false;
    }
    if (end == 0 || input[end - 1] != '\r') return invalid("no CR before LF", input.substr(0, end));
    const std::string_view line = input.substr(0, end - 1);
    if (line.find('\r') != std::string_view::npos) return invalid("CR inside a line", line);
    SLUICE_TRY(accept(line));
    input_.consume(end + 1);
    scanned_ = 0;
    return true;
}

Result<bool> ReplyParser::read_body() {
    const std::string_view input = input_.view();
    const std::size_t size = body_->size;
    if (input.size() < size + 2) return false;
    if (input.substr(size, 2) != "\r\n") {
        return invalid("no CRLF behind a string", input.substr(size, 2));
    }
    Reply reply = std::move(body_->reply);
    std::string_view text = input.substr(0, size);
    if (reply.kind == Reply::Kind::verbatim) {
        if (size < 4 || text[3] != ':') return invalid("verbatim string without format", text);
        std::copy_n(text.data(), 3, reply.format);
        text.remove_prefix(4);
    }
    reply.text = text;
    input_.consume(size + 2);
    body_.reset();
    complete(std::move(reply));
    return true;
}

Result<void> ReplyParser::accept(std::string_view line) {
    if (line.empty()) return invalid("empty line", line);
    SLUICE_TRY(admit_value());
    const char kind = line.front();
    const std::string_view rest = line.substr(1);
    switch (kind) {
        case '$':
        case '=':
        case '!':
            return accept_string(kind, rest);
        case '*':
        case '~':
        case '>':
        case '%':
        case '|':
            return accept_aggregate(kind, rest);
        default:
            return accept_scalar(kind, rest);
    }
}

Result<void> ReplyParser::accept_scalar(char kind, std::string_view rest) {
    Reply reply;
    switch (kind) {
        case '+':
            reply = reply_of(Reply::Kind::simple, rest);
            break;
        case '-':
            reply = reply_of(Reply::Kind::error, rest);
            break;
        case ':': {
            const auto value = decimal(rest);
            if (!value) return invalid("not an integer", rest);
            reply.kind = Reply::Kind::integer;
            reply.integer = *value;
            break;
        }
        case ',': {
            const auto value = real_number(rest);
            if (!value) return invalid("not a double", rest);
            reply.kind = Reply::Kind::real;
            reply.real = *value;
            break;
        }
        case '(':
            if (!is_big_number(rest)) return invalid("not a big number", rest);
            reply = reply_of(Reply::Kind::big_number, rest);
            break;
        case '#':
            if (rest != "t" && rest != "f") return invalid("not a boolean", rest);
            reply.kind = Reply::Kind::boolean;
            reply.integer = rest == "t" ? 1 : 0;
            break;
        case '_':
            if (!rest.empty()) return invalid("not a null", rest);
            break;
        default:
            return invalid("unknown type", std::string_view(&kind, 1));
    }
    complete(std::move(reply));
    return {};
}

Result<void> ReplyParser::accept_string(char kind, std::string_view rest) {
    const auto size = decimal(rest);
    if (kind == '$' && size == -1) {
        complete(reply_of(Reply::Kind::nil));
        return {};
    }
    if (!size || *size < 0) return invalid("not a length", rest);
    const auto bytes = static_cast<std::uint64_t>(*size);
    if (bytes > limits_.bulk_bytes_max) {
        return Error{Errc::limit, "decode reply: a string of " + std::to_string(bytes) + " bytes"};
    }
    Reply::Kind of = Reply::Kind::bulk;
    if (kind == '!') of = Reply::Kind::error;
    if (kind == '=') of = Reply::Kind::verbatim;
    body_ = Body{reply_of(of), static_cast<std::size_t>(bytes)};
    return {};
}

Result<void> ReplyParser::accept_aggregate(char kind, std::string_view rest) {
    const auto count = decimal(rest);
    if (kind == '*' && count == -1) {
        complete(reply_of(Reply::Kind::nil_array));
        return {};
    }
    if (!count || *count < 0) return invalid("not a count", rest);
    const auto size = static_cast<std::uint64_t>(*count);
    if (size > limits_.values_max) {
        return Error{Errc::limit, "decode reply: an aggregate of " + std::to_string(size)};
    }
    if (open_.size() >= limits_.depth_max) {
        return Error{Errc::limit,
                     "decode reply: nested deeper than " + std::to_string(limits_.depth_max)};
    }
    const bool is_pairs = kind == '%' || kind == '|';
    Open open;
    open.reply.kind = aggregate_kind(kind);
    open.missing = static_cast<std::size_t>(is_pairs ? 2 * size : size);
    open.is_attribute = kind == '|';
    open_.push_back(std::move(open));
    close_full_aggregates();
    return {};
}

Result<void> ReplyParser::admit_value() {
    if (++values_ <= limits_.values_max) return {};
    return Error{Errc::limit, "decode reply: more than " + std::to_string(limits_.values_max) +
                                  " values in one reply"};
}

std::vector<Reply>& ReplyParser::attributes_of_next() {
    return open_.empty() ? attributes_of_top_ : open_.back().attributes_of_next;
}

void ReplyParser::complete(Reply reply) {
    std::vector<Reply>& attributes = attributes_of_next();
    if (!attributes.empty()) reply.attributes = std::exchange(attributes, {});
    if (open_.empty()) {
        whole_ = std::move(reply);
        return;
    }
    Open& parent = open_.back();
    parent.reply.elements.push_back(std::move(reply));
    --parent.missing;
    close_full_aggregates();
}

// The last value of an aggregate may be the last value of the one around it, and so on outwards.
// complete() and this call each other at most once for each level, of which there are few.
void ReplyParser::close_full_aggregates() {
    if (open_.empty() || open_.back().missing > 0) return;
    Open full = std::move(open_.back());
    open_.pop_back();
    if (!full.is_attribute) {
        complete(std::move(full.reply));
        return;
    }
    std::vector<Reply>& attributes = attributes_of_next();
    for (Reply& value : full.reply.elements) {
        attributes.push_back(std::move(value));
    }
}

}  // namespace sluice
