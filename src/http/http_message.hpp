// A request and its response, as the routes see them: no sockets, no parser, no bytes on a wire.
//
// Invariant  path is decoded once and has no "..", no empty and no "." segment; header names are
//            lower case
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/durability.hpp"

namespace sluice {

enum class HttpMethod : std::uint8_t { get, head, post, put, patch, del, options };

std::string_view name_of(HttpMethod method);

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    HttpMethod method = HttpMethod::get;
    std::string path;
    std::string query;  // as it came, without '?'
    HttpHeaders headers;
    std::string body;
    bool is_local = false;  // comes from this machine

    // Null when there is none.
    const std::string* header(std::string_view lower_case_name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    HttpHeaders headers;
    std::string body;
    // The response leaves when the journal has come this far.
    Dependency depends_on;
};

// 200 with this text.
HttpResponse plain_text(std::string body);

}  // namespace sluice
