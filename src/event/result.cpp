#include "event/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

std::string_view name_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return "invalid";
        case Errc::not_found:
            return "not found";
        case Errc::exists:
            return "exists";
        case Errc::conflict:
            return "conflict";
        case Errc::full:
            return "full";
        case Errc::limit:
            return "limit";
        case Errc::timeout:
            return "timeout";
        case Errc::unavailable:
            return "unavailable";
        case Errc::corrupt:
            return "corrupt";
        case Errc::io:
            return "input/output";
        case Errc::closed:
            return "closed";
        case Errc::unsupported:
            return "unsupported";
    }
    return "unknown";
}

Error Error::within(std::string_view action) const {
    return Error{code, std::string(action) + ": " + message};
}

void check_failed(const char* expression, const char* file, int line, std::string_view message) {
    std::fprintf(stderr, "%s:%d: check failed: %s (%.*s)\n", file, line, expression,
                 static_cast<int>(message.size()), message.data());
    std::abort();
}

}  // namespace sluice
