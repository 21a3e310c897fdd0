#include "io/thread_start.hpp"

#include <system_error>

namespace sluice {

Result<void> start_threads(std::string_view action, const std::function<void()>& start) {
    try {
        start();
    } catch (const std::system_error& error) {
        return Error{Errc::io, std::string(action) + ": " + error.code().message()};
    }
    return {};
}

}  // namespace sluice
