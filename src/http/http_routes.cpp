#include "http/http_routes.hpp"

#include <algorithm>

#include "event/result.hpp"
#include "http/http_problem.hpp"

namespace sluice {

// One segment of the paths: what may follow it, and what answers when it is the last one.
struct HttpRouter::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<const HttpRoute*> routes;
};

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool answers(const HttpRoute& route, HttpMethod method) {
    return route.method == method ||
           (method == HttpMethod::head && route.method == HttpMethod::get);
}

std::string allowed_methods(std::span<const HttpRoute* const> routes) {
    std::string allowed;
    for (const HttpRoute* route : routes) {
        allowed += (allowed.empty() ? "" : ", ") + std::string(name_of(route->method));
        if (route->method == HttpMethod::get) allowed += ", HEAD";
    }
    return allowed;
}

HttpResponse not_allowed(std::span<const HttpRoute* const> routes) {
    HttpResponse response = problem_response(Problem::method_not_allowed);
    response.headers.emplace_back("Allow", allowed_methods(routes));
    return response;
}

// Fills in the segments that the pattern's parameters took, and calls the handler.
HttpResponse run(const HttpRoute& route, HttpContext context) {
    const auto names = segments_of(route.pattern);
    const auto values = segments_of(context.request.path);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!is_parameter(names[i])) continue;
        context.parameters.emplace_back(names[i].substr(1, names[i].size() - 2), values[i]);
    }
    return route.handler(context);
}

}  // namespace

const std::string& HttpContext::parameter(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, [](const auto& p) { return p.first; });
    SLUICE_CHECK(found != parameters.end(), "the handler asks for what its pattern lacks");
    return found->second;
}

HttpRouter::HttpRouter(std::span<const HttpRoute> routes)
    : routes_(routes), root_(std::make_unique<Node>()) {
    for (const HttpRoute& route : routes)
        add(route);
}

HttpRouter::~HttpRouter() = default;

void HttpRouter::add(const HttpRoute& route) {
    Node* node = root_.get();
    for (const std::string_view segment : segments_of(route.pattern)) {
        auto& next = is_parameter(segment) ? node->parameter : node->literals[std::string(segment)];
        if (next == nullptr) next = std::make_unique<Node>();
        node = next.get();
    }
    node->routes.push_back(&route);
}

HttpResponse HttpRouter::handle(Server& server, const ServiceState& service,
                                const HttpRequest& request) const {
    const Node* node = root_.get();
    for (const std::string_view segment : segments_of(request.path)) {
        const auto literal = node->literals.find(segment);
        node = literal == node->literals.end() ? node->parameter.get() : literal->second.get();
        if (node == nullptr) return problem_response(Problem::not_found);
    }
    if (node->routes.empty()) return problem_response(Problem::not_found);
    for (const HttpRoute* route : node->routes) {
        if (answers(*route, request.method)) {
            return run(*route, HttpContext{server, service, request, {}});
        }
    }
    return not_allowed(node->routes);
}

}  // namespace sluice
