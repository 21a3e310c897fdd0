#include "resp/reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace sluice {

namespace {

void print(const Reply& reply, bool is_nested, std::string& out);

void print_elements(const std::vector<Reply>& elements, std::string& out) {
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (i > 0) out += ' ';
        print(elements[i], true, out);
    }
}

void print_pairs(const std::vector<Reply>& elements, std::string& out) {
    out += '{';
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        if (i > 0) out += ", ";
        print(elements[i], true, out);
        out += ": ";
        print(elements[i + 1], true, out);
    }
    out += '}';
}

std::string real_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

// An error at the top stands bare, so that stories read as a terminal shows it; a text that would
// not stay on its line is quoted.
void print_error(std::string_view text, bool is_nested, std::string& out) {
    const bool is_plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
    out += '-';
    if (is_plain && !is_nested) {
        out += text;
    } else {
        out += quoted(text);
    }
}

void print(const Reply& reply, bool is_nested, std::string& out) {
    using Kind = Reply::Kind;
    if (!reply.attributes.empty()) {
        out += '|';
        print_pairs(reply.attributes, out);
        out += ' ';
    }
    switch (reply.kind) {
        case Kind::simple:
            out.append("+").append(reply.text);
            break;
        case Kind::error:
            print_error(reply.text, is_nested, out);
            break;
        case Kind::integer:
            out += std::to_string(reply.integer);
            break;
        case Kind::bulk:
            out += quoted(reply.text);
            break;
        case Kind::nil:
            out += "nil";
            break;
        case Kind::nil_array:
            out += "nil-array";
            break;
        case Kind::null:
            out += "null";
            break;
        case Kind::boolean:
            out += reply.integer != 0 ? "true" : "false";
            break;
        case Kind::real:
            out.append("real ").append(real_text(reply.real));
            break;
        case Kind::big_number:
            out.append("big ").append(reply.text);
            break;
        case Kind::verbatim:
            out.append(reply.format, 3).append(":").append(quoted(reply.text));
            break;
        case Kind::map:
            print_pairs(reply.elements, out);
            break;
        case Kind::array:
        case Kind::set:
        case Kind::push:
            if (reply.kind == Kind::set) out += "set";
            if (reply.kind == Kind::push) out += "push";
            out += '[';
            print_elements(reply.elements, out);
            out += ']';
            break;
    }
}

}  // namespace

const Reply* Reply::find(std::string_view key) const {
    if (kind != Kind::map && kind != Kind::array) return nullptr;
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        if (elements[i].is_text() && elements[i].text == key) return &elements[i + 1];
    }
    return nullptr;
}

std::optional<std::int64_t> Reply::as_integer() const {
    if (kind == Kind::integer) return integer;
    if (!is_text()) return std::nullopt;
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

bool operator==(const Reply& a, const Reply& b) {
    if (a.kind != b.kind || a.text != b.text || a.integer != b.integer) return false;
    const bool same_real = a.real == b.real || (std::isnan(a.real) && std::isnan(b.real));
    const bool same_format =
        a.kind != Reply::Kind::verbatim || std::equal(a.format, a.format + 3, b.format);
    return same_real && same_format && a.elements == b.elements && a.attributes == b.attributes;
}

std::string printed(const Reply& reply) {
    std::string out;
    print(reply, false, out);
    return out;
}

std::string quoted(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.append("\\").append(1, c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 32 || byte > 126) {
            out.append("\\x").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
        } else {
            out += c;
        }
    }
    return out += '"';
}

}  // namespace sluice
