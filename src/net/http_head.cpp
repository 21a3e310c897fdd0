#include "net/http_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/http_target.hpp"

namespace sluice {
namespace {

constexpr std::string_view end_of_line = "\r\n";

// RFC 9110 token characters.
bool is_token_character(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != others.npos;
}
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}
bool is_value_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t";
    const auto begin = std::min(text.find_first_not_of(white), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(white) + 1);
}

// The elements of a comma-separated list, in lower case.
std::vector<std::string> list_of(std::string_view text) {
    std::vector<std::string> elements;
    for (;;) {
        const auto comma = text.find(',');
        elements.push_back(lower(trimmed(text.substr(0, comma))));
        if (comma == text.npos) return elements;
        text.remove_prefix(comma + 1);
    }
}

HeadFault malformed(std::string_view detail) {
    return {Problem::malformed_request, detail};
}

// Collects what the headers say; one call per header, then finish().
class HeaderJudge {
  public:
    HeaderJudge(HttpHead& head, const HttpTarget& target) : head_(head), target_(target) {}

    // The key is the name in lower case.
    std::optional<HeadFault> take(std::string_view key, std::string_view raw_value) {
        const std::string_view value = trimmed(raw_value);
        if (key == "host") return take_host(value);
        if (key == "content-length") return take_length(raw_value);
        if (key == "transfer-encoding") return take_coding(value);
        if (key == "content-encoding") return take_content_encoding(value);
        if (key == "expect") return take_expectation(value);
        if (key == "authorization") return take_authorization();
        if (key == "cookie") has_cookie_ = true;
        if (key == "connection") take_connection(value);
        return std::nullopt;
    }

    std::optional<HeadFault> finish() {
        if (has_length_ && has_coding_) {
            return malformed("Content-Length and Transfer-Encoding exclude each other");
        }
        if (has_cookie_ && has_authorization_) {
            return malformed("a cookie and Authorization exclude each other");
        }
        if (!has_host_ && !head_.is_http_1_0) return malformed("Host is missing");
        if (!target_.authority.empty() && lower(target_.authority) != host_) {
            return malformed("the host of the target differs from Host");
        }
        return std::nullopt;
    }

  private:
    std::optional<HeadFault> take_host(std::string_view value) {
        if (has_host_) return malformed("Host comes twice");
        if (!is_valid_authority(value)) return malformed("Host is not a host");
        has_host_ = true;
        host_ = lower(value);
        return std::nullopt;
    }

    // Only digits behind one optional space: everything else has been read in two ways somewhere.
    std::optional<HeadFault> take_length(std::string_view raw_value) {
        constexpr std::size_t digits_max = 19;
        if (has_length_) return malformed("Content-Length comes twice");
        if (raw_value.starts_with(' ')) raw_value.remove_prefix(1);
        const auto [end, error] =
            std::from_chars(raw_value.begin(), raw_value.end(), head_.body_size);
        const bool is_number =
            error == std::errc{} && end == raw_value.end() && raw_value.size() <= digits_max;
        if (!is_number) return malformed("Content-Length is not a number");
        has_length_ = true;
        head_.framing = HttpFraming::length;
        return std::nullopt;
    }

    std::optional<HeadFault> take_coding(std::string_view value) {
        constexpr auto known = std::to_array<std::string_view>(
            {"gzip", "x-gzip", "deflate", "compress", "x-compress", "identity"});
        if (has_coding_) return malformed("Transfer-Encoding comes twice");
        if (head_.is_http_1_0) return malformed("HTTP/1.0 has no Transfer-Encoding");
        has_coding_ = true;
        auto codings = list_of(value);
        if (codings.size() > 1 && codings.back() == "chunked") codings.pop_back();
        const bool are_known = std::ranges::all_of(codings, [&](const std::string& coding) {
            return std::ranges::find(known, coding) != known.end();
        });
        if (are_known) return HeadFault{Problem::unknown_transfer_coding, {}};
        if (lower(value) != "chunked") return malformed("Transfer-Encoding is not 'chunked'");
        head_.framing = HttpFraming::chunked;
        return std::nullopt;
    }

    std::optional<HeadFault> take_content_encoding(std::string_view value) {
        if (lower(value) == "identity") return std::nullopt;
        return HeadFault{Problem::unsupported_content_encoding, {}};
    }

    std::optional<HeadFault> take_expectation(std::string_view value) {
        if (lower(value) != "100-continue") return HeadFault{Problem::expectation_failed, {}};
        head_.wants_continue = !head_.is_http_1_0;
        return std::nullopt;
    }

    std::optional<HeadFault> take_authorization() {
        if (has_authorization_) return malformed("Authorization comes twice");
        has_authorization_ = true;
        return std::nullopt;
    }

    void take_connection(std::string_view value) {
        for (const std::string& option : list_of(value)) {
            if (option == "close") head_.wants_close = true;
            if (option == "keep-alive" && head_.is_http_1_0) head_.wants_close = false;
        }
    }

    HttpHead& head_;
    const HttpTarget& target_;
    std::string host_;
    bool has_host_ = false;
    bool has_length_ = false;
    bool has_coding_ = false;
    bool has_authorization_ = false;
    bool has_cookie_ = false;
};

std::optional<HeadFault> read_method(std::string_view text, HttpHead& head) {
    constexpr auto methods =
        std::to_array({HttpMethod::get, HttpMethod::head, HttpMethod::post, HttpMethod::put,
                       HttpMethod::patch, HttpMethod::del, HttpMethod::options});
    if (!is_token(text)) return malformed("the method is not a token");
    const auto found = std::ranges::find(methods, text, [](HttpMethod m) { return name_of(m); });
    if (found == methods.end()) return HeadFault{Problem::method_not_allowed, {}};
    head.method = *found;
    return std::nullopt;
}

std::optional<HeadFault> read_version(std::string_view text, HttpHead& head) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool is_version = text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) &&
                            text[6] == '.' && is_digit(text[7]);
    if (!is_version) return malformed("the request line does not end with an HTTP version");
    if (text != "HTTP/1.1" && text != "HTTP/1.0") {
        return HeadFault{Problem::unsupported_version, {}};
    }
    head.is_http_1_0 = text == "HTTP/1.0";
    head.wants_close = head.is_http_1_0;
    return std::nullopt;
}

std::optional<HeadFault> read_request_line(std::string_view line, HttpHead& head,
                                           HttpTarget& target) {
    // How HTTP/2 begins; its first line alone would pass for a request of an unknown method.
    if (line == "PRI * HTTP/2.0") return malformed("HTTP/2 is not spoken here");
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last) {
        return malformed("the request line is not 'METHOD TARGET VERSION'");
    }
    if (auto fault = read_version(line.substr(last + 1), head)) return fault;
    if (auto fault = read_method(line.substr(0, first), head)) return fault;
    auto parsed = parse_target(line.substr(first + 1, last - first - 1));
    if (!parsed) return HeadFault{Problem::malformed_path, {}};
    target = std::move(*parsed);
    return std::nullopt;
}

std::optional<HeadFault> read_header(std::string_view line, HttpHead& head, HeaderJudge& judge) {
    if (line.starts_with(' ') || line.starts_with('\t')) return malformed("a header is folded");
    const auto colon = line.find(':');
    if (colon == line.npos) return malformed("a header has no colon");
    if (!is_token(line.substr(0, colon))) return malformed("a header's name is not a token");
    const std::string_view value = line.substr(colon + 1);
    if (!std::ranges::all_of(value, is_value_character)) {
        return malformed("a header holds control characters");
    }
    head.headers.emplace_back(lower(line.substr(0, colon)), trimmed(value));
    return judge.take(head.headers.back().first, value);
}

// Cuts the first line off `bytes`.
std::string_view take_line(std::string_view& bytes) {
    const auto end = bytes.find(end_of_line);
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + end_of_line.size());
    return line;
}

}  // namespace

std::optional<HeadEnd> find_head_end(std::string_view bytes, std::size_t& searched,
                                     const HttpLimits& limits) {
    for (; searched < bytes.size(); ++searched) {
        const char c = bytes[searched];
        const bool is_after_return = searched > 0 && bytes[searched - 1] == '\r';
        if (c == '\0') return HeadEnd{0, malformed("the head holds a zero byte")};
        if ((c == '\n') != is_after_return) {
            return HeadEnd{0, malformed("a line does not end with CR LF")};
        }
        if (c == '\n' && searched < 2) return HeadEnd{0, malformed("the request line is empty")};
        if (c == '\n' && bytes.substr(0, searched + 1).ends_with("\r\n\r\n")) {
            return HeadEnd{searched + 1, std::nullopt};
        }
    }
    const auto line_size = std::min(bytes.find(end_of_line), bytes.size());
    if (line_size > limits.request_line_max) {
        return HeadEnd{0, HeadFault{Problem::target_too_long, {}}};
    }
    if (bytes.size() > line_size + limits.headers_max) {
        return HeadEnd{0, HeadFault{Problem::headers_too_large, {}}};
    }
    return std::nullopt;
}

HeadVerdict check_head(std::string_view bytes, const HttpLimits& limits) {
    HeadVerdict verdict;
    HttpTarget target;
    const std::string_view request_line = take_line(bytes);
    if (request_line.size() > limits.request_line_max) {
        verdict.fault = HeadFault{Problem::target_too_long, {}};
        return verdict;
    }
    if (bytes.size() > limits.headers_max) {
        verdict.fault = HeadFault{Problem::headers_too_large, {}};
        return verdict;
    }
    verdict.fault = read_request_line(request_line, verdict.head, target);
    HeaderJudge judge(verdict.head, target);
    std::size_t headers = 0;
    while (!verdict.fault && bytes != end_of_line) {
        verdict.fault = ++headers > limits.header_count_max
                            ? HeadFault{Problem::headers_too_large, {}}
                            : read_header(take_line(bytes), verdict.head, judge);
    }
    if (!verdict.fault) verdict.fault = judge.finish();
    if (!verdict.fault && verdict.head.body_size > limits.body_max) {
        verdict.fault = HeadFault{Problem::body_too_large, {}};
    }
    verdict.head.path = std::move(target.path);
    verdict.head.query = target.query;
    return verdict;
}

}  // namespace sluice
