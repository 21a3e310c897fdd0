#include "http/http_message.hpp"

#include <algorithm>
#include <array>

namespace sluice {

std::string_view name_of(HttpMethod method) {
    static constexpr auto names = std::to_array<std::string_view>(
        {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"});
    return names[static_cast<std::size_t>(method)];
}

const std::string* HttpRequest::header(std::string_view lower_case_name) const {
    const auto found = std::ranges::find(headers, lower_case_name,
                                         [](const auto& h) -> std::string_view { return h.first; });
    return found == headers.end() ? nullptr : &found->second;
}

HttpResponse plain_text(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

}  // namespace sluice
