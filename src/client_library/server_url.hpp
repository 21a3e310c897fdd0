// Where a server is and who asks, from one text.
//
// Shape      redis://[user[:password]@]host[:port] | unix:///path; see
//            include/sluice/connection.hpp
// Errors     invalid; the message says what a url looks like, and never repeats a password
#pragma once

#include <string>
#include <string_view>

#include "net/address.hpp"
#include "sluice/expected.hpp"

namespace sluice {

struct ServerUrl {
    Address address;
    std::string user;
    std::string password;

    static Expected<ServerUrl> parse(std::string_view text);
};

}  // namespace sluice
