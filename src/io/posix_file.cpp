#include "io/posix_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include "io/posix_error.hpp"

namespace sluice {

namespace {

// One system call moves at most 2 GiB; stay on a block boundary below that.
constexpr std::size_t call_bytes_max = 1ULL << 30;

// Writes all of `bytes` or answers errno. `flags` are those of pwritev2.
int write_fully(int descriptor, std::uint64_t offset, std::string_view bytes, int flags) {
    while (!bytes.empty()) {
        // iovec has no const variant; pwritev2 only reads from it.
        const iovec part{const_cast<char*>(bytes.data()), std::min(bytes.size(), call_bytes_max)};
        const auto written = pwritev2(descriptor, &part, 1, static_cast<off_t>(offset), flags);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        if (written == 0) return EIO;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return 0;
}

int sync_data(int descriptor) {
    // A failed sync is never tried again: the kernel may have dropped the pages already. EINTR
    // does not happen to fdatasync on a disk; were it to happen, it counts as failed.
    return fdatasync(descriptor) == 0 ? 0 : errno;
}

}  // namespace

PosixDescriptor& PosixDescriptor::operator=(PosixDescriptor&& other) noexcept {
    if (this == &other) return *this;
    (void)close();
    number_ = other.release();
    return *this;
}

int PosixDescriptor::close() {
    if (!is_open()) return 0;
    // On Linux the descriptor is gone even when close() fails, so this is never repeated.
    const int result = ::close(release());
    return result == 0 || errno == EINTR ? 0 : errno;
}

int PosixDescriptor::release() {
    return std::exchange(number_, -1);
}

PosixFile::PosixFile(std::string name, PosixDescriptor descriptor,
                     std::shared_ptr<std::atomic<int>> close_error)
    : name_(std::move(name)),
      descriptor_(std::move(descriptor)),
      close_error_(std::move(close_error)) {}

PosixFile::~PosixFile() {
    for (PosixDescriptor* const descriptor : {&direct_, &uncached_, &descriptor_}) {
        if (const int number = descriptor->close(); number != 0) close_error_->store(number);
    }
}

Error PosixFile::failed(int number, std::string_view action, std::uint64_t offset) const {
    return posix_error(number, std::string(action) + " " + name_ + " at " + std::to_string(offset));
}

Result<void> PosixFile::write_at(std::uint64_t offset, std::string_view bytes) {
    const int number = write_fully(descriptor_.number(), offset, bytes, 0);
    if (number != 0) return failed(number, "write", offset);
    return {};
}

Result<void> PosixFile::write_durable_at(std::uint64_t offset, std::string_view bytes) {
    SLUICE_CHECK(is_whole_blocks(offset, bytes), "a durable write is made of whole aligned blocks");
    DurableWrite way = durable_write_.load(std::memory_order_relaxed);
    while (true) {
        const int number = write_durably_once(way, offset, bytes);
        if (number == 0) return {};
        // Refused as not supported, not failed: nothing was written, and the next way may work.
        const auto next = way_behind(way, number);
        if (!next) return failed(number, "write durably", offset);
        way = *next;
        durable_write_.store(way, std::memory_order_relaxed);
    }
}

std::optional<PosixFile::DurableWrite> PosixFile::way_behind(DurableWrite way, int number) {
    switch (way) {
        case DurableWrite::direct:
            if (number == EINVAL || number == EOPNOTSUPP) return DurableWrite::dsync_flag;
            break;
        case DurableWrite::dsync_flag:
            if (number == EOPNOTSUPP || number == ENOSYS || number == EINVAL) {
                return DurableWrite::write_then_sync;
            }
            break;
        case DurableWrite::write_then_sync:
            break;
    }
    return std::nullopt;
}

int PosixFile::write_durably_once(DurableWrite way, std::uint64_t offset, std::string_view bytes) {
    switch (way) {
        case DurableWrite::direct:
            return write_direct(direct_, O_DSYNC, offset, bytes);
        // An error of the page cache is told once for each open file: who writes beside another
        // could hear of the other's in its place.
        case DurableWrite::dsync_flag: {
            const std::scoped_lock lock(cached_write_);
            return write_fully(descriptor_.number(), offset, bytes, RWF_DSYNC);
        }
        case DurableWrite::write_then_sync: {
            const std::scoped_lock lock(cached_write_);
            const int number = write_fully(descriptor_.number(), offset, bytes, 0);
            return number != 0 ? number : sync_data(descriptor_.number());
        }
    }
    return EINVAL;
}

int PosixFile::write_direct(PosixDescriptor& descriptor, int flags, std::uint64_t offset,
                            std::string_view bytes) {
    std::unique_lock lock(opening_);
    if (!descriptor.is_open()) {
        // Opened again, a file that was opened for reading could be written.
        if ((fcntl(descriptor_.number(), F_GETFL) & O_ACCMODE) == O_RDONLY) return EBADF;
        // By the open descriptor and not by name: the file may have been renamed meanwhile.
        const auto path = "/proc/self/fd/" + std::to_string(descriptor_.number());
        descriptor = PosixDescriptor(::open(path.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC | flags));
        // Without it (no O_DIRECT here, no /proc) the next way is as good, only slower.
        if (!descriptor.is_open()) return EOPNOTSUPP;
    }
    lock.unlock();
    return write_fully(descriptor.number(), offset, bytes, 0);
}

Result<void> PosixFile::write_uncached_at(std::uint64_t offset, std::string_view bytes) {
    SLUICE_CHECK(is_whole_blocks(offset, bytes),
                 "a write past the cache is made of whole aligned blocks");
    const int number = write_direct(uncached_, 0, offset, bytes);
    if (number == 0) return {};
    if (number == EINVAL || number == EOPNOTSUPP) return write_at(offset, bytes);
    return failed(number, "write", offset);
}

Result<void> PosixFile::sync() {
    const int number = sync_data(descriptor_.number());
    if (number != 0) return posix_error(number, "sync " + name_);
    return {};
}

Result<std::size_t> PosixFile::read_at(std::uint64_t offset, std::span<char> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto got =
            pread(descriptor_.number(), out.data() + done,
                  std::min(out.size() - done, call_bytes_max), static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno, "read", offset + done);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<std::uint64_t> PosixFile::size() {
    struct stat status{};
    if (fstat(descriptor_.number(), &status) != 0) {
        return posix_error(errno, "ask for the size of " + name_);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<void> PosixFile::allocate(std::uint64_t size) {
    int result = 0;
    do {
        result = fallocate(descriptor_.number(), 0, 0, static_cast<off_t>(size));
    } while (result != 0 && errno == EINTR);
    if (result == 0) return {};
    if (errno == EOPNOTSUPP || errno == ENOSYS) return File::allocate(size);
    return failed(errno, "allocate", size);
}

Result<void> PosixFile::give_back(std::uint64_t offset) {
    SLUICE_TRY_ASSIGN(const std::uint64_t end, size());
    if (offset >= end) return {};
    int result = 0;
    do {
        result = fallocate(descriptor_.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                           static_cast<off_t>(offset), static_cast<off_t>(end - offset));
    } while (result != 0 && errno == EINTR);
    if (result == 0) return {};
    if (errno == EOPNOTSUPP || errno == ENOSYS) return File::give_back(offset);
    return failed(errno, "give space back", offset);
}

Result<void> PosixFile::truncate(std::uint64_t size) {
    if (ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0) {
        return failed(errno, "truncate", size);
    }
    return {};
}

void PosixFile::begin_writeback(std::uint64_t offset, std::uint64_t size) {
    // A hint: when the kernel does not take it, the sync does all of it.
    (void)sync_file_range(descriptor_.number(), static_cast<off_t>(offset),
                          static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE);
}

void PosixFile::drop_cache() {
    // A hint: when the kernel does not take it, nothing is wrong.
    (void)posix_fadvise(descriptor_.number(), 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace sluice
