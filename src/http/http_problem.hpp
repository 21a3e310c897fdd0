// Everything that can be wrong with an HTTP request, as RFC 9457 problem documents.
//
// Promise    a problem's code and status never change their meaning; texts hold nothing that the
//            client sent, except where a detail is passed in, which is escaped
// Source     docs/guarantees: section 6.3; RFC 9457
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/http_message.hpp"

namespace sluice {

enum class Problem : std::uint8_t {
    malformed_request,
    malformed_path,
    unauthorized,
    misdirected,
    not_found,
    method_not_allowed,
    timeout,
    conflict,
    body_too_large,
    target_too_long,
    unsupported_content_encoding,
    unsupported_media_type,
    expectation_failed,
    headers_too_large,
    too_busy,
    internal,
    unknown_transfer_coding,
    unavailable,
    unsupported_version,
    disk_full,
};

struct ProblemRow {
    Problem problem;
    int status;
    std::string_view code;  // the last part of `type`
    std::string_view title;
};

std::span<const ProblemRow> problem_catalogue();
const ProblemRow& row_of(Problem problem);

// application/problem+json; `detail` says what this request made wrong, in one sentence.
HttpResponse problem_response(Problem problem, std::string_view detail = {});

// The standard words of a status: "Not Found".
std::string_view reason_phrase(int status);

}  // namespace sluice
