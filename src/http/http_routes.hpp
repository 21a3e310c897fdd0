// Which function answers which method and path.
//
// Shape      a path pattern is "/v1/streams/{stream}/groups"; {name} takes one whole segment. A
//            literal segment wins over a parameter.
// Promise    handlers are plain functions from request to response; HEAD is GET without its body
// Errors     404 for an unknown path; 405 with Allow for a known path with another method
// Cost       find() takes one step per segment, however many routes there are
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/http_message.hpp"

namespace sluice {

class Server;
struct ServiceState;

// What a handler may touch.
struct HttpContext {
    Server& server;
    const ServiceState& service;
    const HttpRequest& request;
    // The segments that the pattern's parameters took, by name.
    std::vector<std::pair<std::string_view, std::string>> parameters;

    // The parameter must be in the pattern.
    const std::string& parameter(std::string_view name) const;
};

using HttpHandler = HttpResponse (*)(HttpContext&);

struct HttpRoute {
    HttpMethod method;
    std::string_view pattern;
    HttpHandler handler;
    std::string_view summary;  // for documentation and /openapi.json
};

class HttpRouter {
  public:
    // The rows live as long as the router.
    explicit HttpRouter(std::span<const HttpRoute> routes);
    ~HttpRouter();

    HttpResponse handle(Server& server, const ServiceState& service,
                        const HttpRequest& request) const;
    std::span<const HttpRoute> routes() const { return routes_; }

  private:
    struct Node;

    void add(const HttpRoute& route);

    std::span<const HttpRoute> routes_;
    std::unique_ptr<Node> root_;
};

// Each family of routes hands over its rows, as the families of commands do.
std::span<const HttpRoute> health_routes();

}  // namespace sluice
