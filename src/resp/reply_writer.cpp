#include "resp/reply_writer.hpp"

#include <charconv>

#include "resp/real_text.hpp"

namespace sluice {

namespace {

constexpr std::size_t integer_size_max = 20;  // "-9223372036854775808"
constexpr std::size_t header_size_max = 1 + integer_size_max + 2;

char* write_integer(char* out, std::int64_t value) {
    if (value >= 0 && value < 10) {
        *out = static_cast<char>('0' + value);
        return out + 1;
    }
    return std::to_chars(out, out + integer_size_max, value).ptr;
}

char* write_crlf(char* out) {
    out[0] = '\r';
    out[1] = '\n';
    return out + 2;
}

char* write_header(char* out, char kind, std::int64_t value) {
    *out = kind;
    return write_crlf(write_integer(out + 1, value));
}

// The text of one reply line: what could end the line early becomes a space.
void append_line(ByteBuffer& buffer, char kind, std::string_view text) {
    char* out = buffer.prepare(text.size() + 3);
    *out++ = kind;
    for (const char c : text) {
        const bool ends_line = c == '\r' || c == '\n' || c == '\0';
        *out++ = ends_line ? ' ' : c;
    }
    write_crlf(out);
    buffer.extend(text.size() + 3);
}

}  // namespace

void ReplyWriter::header(char kind, std::int64_t value) {
    char* const begin = out_->prepare(header_size_max);
    char* const end = write_header(begin, kind, value);
    out_->extend(static_cast<std::size_t>(end - begin));
}

void ReplyWriter::simple(std::string_view text) {
    append_line(*out_, '+', text);
}

void ReplyWriter::error(std::string_view text) {
    append_line(*out_, '-', text);
}

void ReplyWriter::integer(std::int64_t value) {
    header(':', value);
}

void ReplyWriter::bulk(std::string_view bytes) {
    char* const begin = out_->prepare(header_size_max + bytes.size() + 2);
    char* out = write_header(begin, '$', static_cast<std::int64_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    out = write_crlf(out + bytes.size());
    out_->extend(static_cast<std::size_t>(out - begin));
}

void ReplyWriter::bulk_integer(std::int64_t value) {
    char text[integer_size_max];
    const char* end = write_integer(text, value);
    bulk({text, static_cast<std::size_t>(end - text)});
}

void ReplyWriter::entry_id(EntryId id) {
    // "$" and two digits at most: an id is shorter than 100 bytes.
    char text[EntryId::text_size_max];
    const std::size_t size = id.write(text);
    char* out = out_->prepare(EntryId::text_size_max + 7);
    char* const begin = out;
    *out++ = '$';
    if (size >= 10) *out++ = static_cast<char>('0' + size / 10);
    *out++ = static_cast<char>('0' + size % 10);
    out = write_crlf(out);
    std::memcpy(out, text, size);
    out = write_crlf(out + size);
    out_->extend(static_cast<std::size_t>(out - begin));
}

void ReplyWriter::null() {
    out_->append(is_resp3() ? "_\r\n" : "$-1\r\n");
}

void ReplyWriter::null_array() {
    out_->append(is_resp3() ? "_\r\n" : "*-1\r\n");
}

void ReplyWriter::boolean(bool value) {
    if (is_resp3()) {
        out_->append(value ? "#t\r\n" : "#f\r\n");
    } else {
        integer(value ? 1 : 0);
    }
}

void ReplyWriter::real(double value) {
    RealText buffer;
    const std::string_view text = write_real(value, buffer);
    if (!is_resp3()) return bulk(text);
    append_line(*out_, ',', text);
}

void ReplyWriter::verbatim(std::string_view text) {
    if (!is_resp3()) return bulk(text);
    header('=', static_cast<std::int64_t>(text.size() + 4));
    out_->append("txt:");
    out_->append(text);
    out_->append("\r\n");
}

void ReplyWriter::array(std::size_t size) {
    header('*', static_cast<std::int64_t>(size));
}

void ReplyWriter::map(std::size_t pairs) {
    if (is_resp3()) return header('%', static_cast<std::int64_t>(pairs));
    header('*', static_cast<std::int64_t>(pairs * 2));
}

void ReplyWriter::set(std::size_t size) {
    header(is_resp3() ? '~' : '*', static_cast<std::int64_t>(size));
}

void ReplyWriter::push(std::size_t size) {
    header(is_resp3() ? '>' : '*', static_cast<std::int64_t>(size));
}

void ReplyWriter::attribute(std::size_t pairs) {
    header('|', static_cast<std::int64_t>(pairs));
}

}  // namespace sluice
