#include "io/posix_error.hpp"

#include <cerrno>
#include <string>
#include <system_error>

namespace sluice {

namespace {

Errc code_of(int number) {
    switch (number) {
        case ENOENT:
            return Errc::not_found;
        case EEXIST:
            return Errc::exists;
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return Errc::limit;
        default:
            return Errc::io;
    }
}

}  // namespace

Error posix_error(int number, std::string_view action) {
    const std::error_code code(number, std::generic_category());
    return Error{code_of(number), code.message()}.within(action);
}

}  // namespace sluice
