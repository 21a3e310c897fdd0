#include "net/address.hpp"

#include <charconv>
#include <sys/un.h>

namespace sluice {
namespace {

constexpr std::string_view unix_prefix = "unix:";

Error not_an_address(std::string_view text) {
    return {Errc::invalid, "'" + std::string(text) +
                               "' is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH"};
}

Result<Address> parse_unix(std::string_view text) {
    Address address;
    address.unix_path = text.substr(unix_prefix.size());
    if (address.unix_path.empty()) return not_an_address(text);
    if (address.unix_path.size() >= sizeof(sockaddr_un{}.sun_path)) {
        return Error{Errc::invalid, "the socket path '" + address.unix_path +
                                        "' is too long; the system allows 107 bytes"};
    }
    return address;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
    if (text.starts_with(unix_prefix)) return parse_unix(text);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return not_an_address(text);
    Address address;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        if (host.find(':') == std::string_view::npos) return not_an_address(text);
    } else if (host.find(':') != std::string_view::npos) {
        return not_an_address(text);
    }
    address.host = host.empty() ? "127.0.0.1" : std::string(host);
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.begin(), port.end(), address.port);
    if (error != std::errc{} || end != port.end()) {
        return Error{Errc::invalid, "'" + std::string(port) + "' in '" + std::string(text) +
                                        "' is not a port; write a number from 0 to 65535"};
    }
    return address;
}

bool Address::is_loopback() const {
    return is_unix() || host == "::1" || host == "localhost" || host.starts_with("127.");
}

std::string Address::text() const {
    if (is_unix()) return std::string(unix_prefix) + unix_path;
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace sluice
