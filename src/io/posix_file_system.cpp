#include "io/posix_file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

#include "io/posix_error.hpp"

namespace sluice {

namespace {

constexpr mode_t file_mode = 0600;
constexpr mode_t folder_mode = 0700;
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
constexpr const char* lock_name = "LOCK";

Result<std::string> plain_name(std::string_view name) {
    const bool is_plain = !name.empty() && name != "." && name != ".." &&
                          name.find('/') == name.npos && name.find('\0') == name.npos;
    if (!is_plain)
        return Error{Errc::invalid, "'" + std::string(name) + "' is not a plain file name"};
    return std::string(name);
}

Result<void> sync_folder(int descriptor, const std::string& path) {
    if (fsync(descriptor) != 0) return posix_error(errno, "sync folder " + path);
    return {};
}

// Makes the entry of a new folder durable in the folder above it.
Result<void> sync_parent(const std::string& path) {
    auto parent = std::filesystem::path(path).lexically_normal();
    if (!parent.has_filename()) parent = parent.parent_path();  // "a/b/" names b
    parent = parent.parent_path();
    if (parent.empty()) parent = ".";
    const PosixDescriptor descriptor(::open(parent.c_str(), folder_flags));
    if (!descriptor.is_open()) {
        return posix_error(errno, "open folder " + parent.string());
    }
    return sync_folder(descriptor.number(), parent.string());
}

// The process id that the owner wrote, or nothing that helps.
std::string owner_of(int lock) {
    std::array<char, 32> text{};
    const auto size = pread(lock, text.data(), text.size(), 0);
    std::string owner(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    std::erase_if(owner, [](char c) { return c < '0' || c > '9'; });
    return owner.empty() ? "unknown" : owner;
}

// The numbers are part of the kernel's interface: statfs(2).
PosixFileSystem::Kind kind_of(std::uint64_t magic) {
    using Kind = PosixFileSystem::Kind;
    constexpr auto network = std::to_array<std::uint64_t>({
        0x6969,      // nfs
        0x517B,      // smb
        0xFE534D42,  // smb2
        0xFF534D42,  // cifs
        0x01021997,  // 9p
        0x00C36400,  // ceph
        0x5346414F,  // afs
        0x6B414653,  // kafs
        0x73757245,  // coda
        0x0BD00BD0,  // lustre
        0x47504653,  // gpfs
        0x7461636F,  // ocfs2
        0x01161970,  // gfs2
        0x19830326,  // beegfs
    });
    if (std::ranges::find(network, magic) != network.end()) return Kind::network;
    if (magic == 0x01021994 || magic == 0x858458F6) return Kind::memory;  // tmpfs, ramfs
    if (magic == 0x794C7630) return Kind::overlay;
    if (magic == 0x65735546) return Kind::user_space;  // fuse
    return Kind::local;
}

bool is_plain_file(int folder, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_REG;
    struct stat status{};
    return fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode);
}

}  // namespace

PosixFileSystem::PosixFileSystem(std::string path, PosixDescriptor folder)
    : path_(std::move(path)), folder_(std::move(folder)) {}

Result<std::unique_ptr<PosixFileSystem>> PosixFileSystem::open(const std::string& path) {
    const bool is_new = mkdir(path.c_str(), folder_mode) == 0;
    if (!is_new && errno != EEXIST) return posix_error(errno, "create folder " + path);
    PosixDescriptor folder(::open(path.c_str(), folder_flags));
    if (!folder.is_open()) return posix_error(errno, "open folder " + path);
    if (is_new) SLUICE_TRY(sync_parent(path));
    return std::unique_ptr<PosixFileSystem>(new PosixFileSystem(path, std::move(folder)));
}

Result<void> PosixFileSystem::lock() {
    constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    PosixDescriptor lock(openat(folder_.number(), lock_name, flags, file_mode));
    if (!lock.is_open()) return posix_error(errno, "open " + path_ + "/" + lock_name);
    if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return posix_error(errno, "lock " + path_);
        return Error{Errc::conflict,
                     "the folder " + path_ + " is in use by process " + owner_of(lock.number())};
    }
    const auto owner = std::to_string(getpid()) + "\n";
    const bool is_written =
        ftruncate(lock.number(), 0) == 0 &&
        pwrite(lock.number(), owner.data(), owner.size(), 0) == static_cast<ssize_t>(owner.size());
    // On a full disk the lock holds all the same; only its text is missing.
    if (!is_written && errno != ENOSPC && errno != EDQUOT) {
        return posix_error(errno, "write " + path_ + "/" + lock_name);
    }
    lock_ = std::move(lock);
    return {};
}

Result<PosixFileSystem::Kind> PosixFileSystem::kind() {
    struct statfs status{};
    if (fstatfs(folder_.number(), &status) != 0) {
        return posix_error(errno, "ask for the kind of file system of " + path_);
    }
    return kind_of(static_cast<std::uint32_t>(status.f_type));
}

Result<std::string> PosixFileSystem::check_kind(Network network) {
    SLUICE_TRY_ASSIGN(const Kind found, kind());
    switch (found) {
        case Kind::local:
            return std::string();
        case Kind::memory:
            return path_ + " is on a file system in memory: nothing here survives a restart";
        case Kind::overlay:
            return path_ + " is on an overlay: its contents go with the container";
        case Kind::user_space:
            return path_ +
                   " is on a file system in user space: whether a sync reaches a device "
                   "is up to that program";
        case Kind::network:
            break;
    }
    auto sentence = path_ + " is on a network file system, which can lose what was synced";
    if (network == Network::refuse) return Error{Errc::invalid, std::move(sentence)};
    return sentence;
}

Result<std::unique_ptr<File>> PosixFileSystem::open_file(std::string_view name, int flags) {
    SLUICE_TRY_ASSIGN(std::string plain, plain_name(name));
    // O_NONBLOCK so that a named pipe in the folder cannot hold us; files do not heed it.
    constexpr int always = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    PosixDescriptor descriptor(openat(folder_.number(), plain.c_str(), flags | always, file_mode));
    const std::string action = (flags & O_CREAT) != 0 ? "create " : "open ";
    if (!descriptor.is_open()) {
        return posix_error(errno, action + path_ + "/" + plain);
    }
    struct stat status{};
    if (fstat(descriptor.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return Error{Errc::io, "open " + path_ + "/" + plain + ": not a file"};
    }
    return std::make_unique<PosixFile>(std::move(plain), std::move(descriptor), close_error_);
}

Result<std::unique_ptr<File>> PosixFileSystem::open(std::string_view name, Access access) {
    return open_file(name, access == Access::write ? O_RDWR : O_RDONLY);
}

Result<std::unique_ptr<File>> PosixFileSystem::create(std::string_view name) {
    return open_file(name, O_RDWR | O_CREAT | O_EXCL);
}

Result<void> PosixFileSystem::rename(std::string_view from, std::string_view to) {
    SLUICE_TRY_ASSIGN(const std::string source, plain_name(from));
    SLUICE_TRY_ASSIGN(const std::string target, plain_name(to));
    if (renameat(folder_.number(), source.c_str(), folder_.number(), target.c_str()) != 0) {
        return posix_error(errno, "rename " + path_ + "/" + source + " to " + target);
    }
    return {};
}

Result<void> PosixFileSystem::remove(std::string_view name) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    if (unlinkat(folder_.number(), plain.c_str(), 0) != 0) {
        return posix_error(errno, "remove " + path_ + "/" + plain);
    }
    return {};
}

Result<std::vector<std::string>> PosixFileSystem::list() {
    // A descriptor of its own: the position of readdir belongs to the open folder.
    PosixDescriptor own(openat(folder_.number(), ".", folder_flags));
    if (!own.is_open()) return posix_error(errno, "list " + path_);
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(fdopendir(own.number()), closedir);
    if (folder == nullptr) return posix_error(errno, "list " + path_);
    (void)own.release();  // closedir closes it
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(folder.get())) {
        if (is_plain_file(dirfd(folder.get()), *entry)) names.emplace_back(entry->d_name);
        errno = 0;
    }
    if (errno != 0) return posix_error(errno, "list " + path_);
    std::ranges::sort(names);
    return names;
}

Result<void> PosixFileSystem::sync_directory() {
    if (const int number = close_error_->exchange(0); number != 0) {
        return posix_error(number, "close a file of " + path_);
    }
    return sync_folder(folder_.number(), path_);
}

Result<Space> PosixFileSystem::space() {
    struct statvfs status{};
    if (fstatvfs(folder_.number(), &status) != 0) {
        return posix_error(errno, "ask for the free space of " + path_);
    }
    // What we may use: the blocks that the system keeps for root are not ours.
    return Space{.free_bytes = std::uint64_t{status.f_bavail} * status.f_frsize,
                 .total_bytes = std::uint64_t{status.f_blocks} * status.f_frsize};
}

Result<std::unique_ptr<FileSystem>> PosixFileSystem::folder(std::string_view name) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    const auto path = path_ + "/" + plain;
    const bool is_new = mkdirat(folder_.number(), plain.c_str(), folder_mode) == 0;
    if (!is_new && errno != EEXIST) return posix_error(errno, "create folder " + path);
    PosixDescriptor below(openat(folder_.number(), plain.c_str(), folder_flags | O_NOFOLLOW));
    if (!below.is_open()) return posix_error(errno, "open folder " + path);
    if (is_new) SLUICE_TRY(sync_folder(folder_.number(), path_));
    return std::unique_ptr<FileSystem>(new PosixFileSystem(path, std::move(below)));
}

}  // namespace sluice
