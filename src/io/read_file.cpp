#include "io/read_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "io/posix_error.hpp"
#include "io/posix_file.hpp"

namespace sluice {

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    const PosixDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return posix_error(errno, "read " + path);
    return read_descriptor(file.number(), path, bytes_max);
}

Result<std::string> read_descriptor(int descriptor, const std::string& name,
                                    std::size_t bytes_max) {
    constexpr std::size_t piece_bytes = 64UL << 10;
    std::string bytes;
    for (;;) {
        const std::size_t size = bytes.size();
        bytes.resize(size + piece_bytes);
        const ssize_t came = ::read(descriptor, bytes.data() + size, piece_bytes);
        const int reason = errno;
        bytes.resize(size + static_cast<std::size_t>(came > 0 ? came : 0));
        if (came == 0) return bytes;
        if (came < 0 && reason != EINTR) return posix_error(reason, "read " + name);
        if (bytes.size() > bytes_max) {
            return Error{Errc::limit, "read " + name + ": it is larger than " +
                                          std::to_string(bytes_max) + " bytes"};
        }
    }
}

}  // namespace sluice
