#include "event/utf8.hpp"

namespace sluice {

namespace {

// What the first byte of a sequence says about the rest.
struct Lead {
    std::size_t size = 0;  // bytes in all; 0: no sequence begins so
    unsigned char second_min = 0x80;
    unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char first) {
    if (first < 0x80) return {.size = 1};
    if (first < 0xC2) return {.size = 0};
    if (first < 0xE0) return {.size = 2};
    if (first == 0xE0) return {.size = 3, .second_min = 0xA0};
    if (first == 0xED) return {.size = 3, .second_max = 0x9F};
    if (first < 0xF0) return {.size = 3};
    if (first == 0xF0) return {.size = 4, .second_min = 0x90};
    if (first < 0xF4) return {.size = 4};
    if (first == 0xF4) return {.size = 4, .second_max = 0x8F};
    return {.size = 0};
}

unsigned char byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

bool is_sequence(std::string_view text, std::size_t at, const Lead& lead) {
    if (lead.size == 0 || text.size() - at < lead.size) return false;
    if (lead.size == 1) return true;
    const auto second = byte_at(text, at + 1);
    if (second < lead.second_min || second > lead.second_max) return false;
    for (std::size_t i = 2; i < lead.size; ++i) {
        if ((byte_at(text, at + i) & 0xC0) != 0x80) return false;
    }
    return true;
}

char as_char(char32_t bits) {
    return static_cast<char>(static_cast<unsigned char>(bits));
}

}  // namespace

std::optional<std::size_t> utf8_error(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto lead = lead_of(byte_at(text, at));
        if (!is_sequence(text, at, lead)) return at;
        at += lead.size;
    }
    return std::nullopt;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto first = byte_at(text, at);
    const auto size = lead_of(first).size;
    if (size <= 1) {
        ++at;
        return first;
    }
    char32_t code_point = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        code_point = (code_point << 6) | (byte_at(text, at + i) & 0x3FU);
    }
    at += size;
    return code_point;
}

void append_code_point(std::string& out, char32_t code_point) {
    if (code_point < 0x80) {
        out += as_char(code_point);
    } else if (code_point < 0x800) {
        out += as_char(0xC0 | (code_point >> 6));
        out += as_char(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
        out += as_char(0xE0 | (code_point >> 12));
        out += as_char(0x80 | ((code_point >> 6) & 0x3F));
        out += as_char(0x80 | (code_point & 0x3F));
    } else {
        out += as_char(0xF0 | (code_point >> 18));
        out += as_char(0x80 | ((code_point >> 12) & 0x3F));
        out += as_char(0x80 | ((code_point >> 6) & 0x3F));
        out += as_char(0x80 | (code_point & 0x3F));
    }
}

bool is_control(char32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

bool is_white_space(char32_t code_point) {
    if (code_point >= 0x2000 && code_point <= 0x200A) return true;
    switch (code_point) {
        case 0x09:
        case 0x0A:
        case 0x0B:
        case 0x0C:
        case 0x0D:
        case 0x20:
        case 0x85:
        case 0xA0:
        case 0x1680:
        case 0x2028:
        case 0x2029:
        case 0x202F:
        case 0x205F:
        case 0x3000:
            return true;
        default:
            return false;
    }
}

}  // namespace sluice
