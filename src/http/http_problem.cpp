#include "http/http_problem.hpp"

#include <array>
#include <string>

#include "event/escaped_json.hpp"
#include "event/result.hpp"

namespace sluice {
namespace {

constexpr auto rows = std::to_array<ProblemRow>({
    {Problem::malformed_request, 400, "malformed-request", "The request is malformed"},
    {Problem::malformed_path, 400, "malformed-path", "The path is malformed"},
    {Problem::unauthorized, 401, "unauthorized", "Whoever asks must show a token"},
    {Problem::misdirected, 421, "misdirected", "This server does not answer for that host"},
    {Problem::not_found, 404, "not-found", "There is nothing here"},
    {Problem::method_not_allowed, 405, "method-not-allowed", "The method is not allowed here"},
    {Problem::timeout, 408, "timeout", "The request did not arrive in time"},
    {Problem::conflict, 409, "conflict", "Somebody else was first"},
    {Problem::body_too_large, 413, "body-too-large", "The body is too large"},
    {Problem::target_too_long, 414, "target-too-long", "The request line is too long"},
    {Problem::unsupported_content_encoding, 415, "unsupported-content-encoding",
     "Bodies are taken as they are, without compression"},
    {Problem::unsupported_media_type, 415, "unsupported-media-type",
     "The body has a type that is not taken here"},
    {Problem::expectation_failed, 417, "expectation-failed", "The expectation cannot be met"},
    {Problem::headers_too_large, 431, "headers-too-large", "The headers are too large"},
    {Problem::too_busy, 429, "too-busy", "Too many requests; try again later"},
    {Problem::internal, 500, "internal", "Something is wrong on our side"},
    {Problem::unknown_transfer_coding, 501, "unknown-transfer-coding",
     "Only the transfer coding chunked is understood"},
    {Problem::unavailable, 503, "unavailable", "Not available now; try again later"},
    {Problem::unsupported_version, 505, "unsupported-version",
     "Only HTTP/1.0 and HTTP/1.1 are understood"},
    {Problem::disk_full, 507, "disk-full", "The disk is full; reads and acks go on"},
});

struct Reason {
    int status;
    std::string_view phrase;
};

constexpr auto reasons = std::to_array<Reason>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

}  // namespace

std::span<const ProblemRow> problem_catalogue() {
    return rows;
}

const ProblemRow& row_of(Problem problem) {
    const auto& row = rows[static_cast<std::size_t>(problem)];
    SLUICE_CHECK(row.problem == problem, "the catalogue is in the order of the enumeration");
    return row;
}

HttpResponse problem_response(Problem problem, std::string_view detail) {
    const ProblemRow& row = row_of(problem);
    HttpResponse response;
    response.status = row.status;
    response.content_type = "application/problem+json";
    response.body = "{\"type\":\"urn:sluice:problem:" + std::string(row.code) +
                    "\",\"title\":" + escaped_json(row.title) +
                    ",\"status\":" + std::to_string(row.status);
    if (!detail.empty()) response.body += ",\"detail\":" + escaped_json(detail);
    response.body += "}\n";
    return response;
}

std::string_view reason_phrase(int status) {
    for (const Reason& reason : reasons) {
        if (reason.status == status) return reason.phrase;
    }
    return "Unknown";
}

}  // namespace sluice
