// Files and folders as the journal needs them, and nothing more: a seam that the simulator fills
// with a disk that crashes, tears, fails to sync, fills up and flips bits.
//
// Shape      a FileSystem is one folder; names are plain file names without a slash
// Units      offsets and sizes in bytes
// Promise    write_at          the bytes are in the kernel (they survive kill -9)
//            write_durable_at  the bytes of this call are on the device
//            write_uncached_at as write_at: seen at once, on the device after the next sync
//            sync              everything written before is on the device, with the file's size
//            sync_directory    creations, renames and removals before it are on the device
// Errors     io (the system's words in the message), limit (no space, quota), not_found, exists,
//            conflict (lock held by another process)
// Threads    one File may be used by one writing thread and many reading threads at once
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/result.hpp"

namespace sluice {

class File {
  public:
    virtual ~File() = default;

    virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
    // Offset, size and address are multiples of block_size.
    static constexpr std::size_t block_size = 4096;
    static bool is_whole_blocks(std::uint64_t offset, std::string_view bytes) {
        return offset % block_size == 0 && bytes.size() % block_size == 0 &&
               reinterpret_cast<std::uintptr_t>(bytes.data()) % block_size == 0;
    }
    virtual Result<void> write_durable_at(std::uint64_t offset, std::string_view bytes) = 0;
    virtual Result<void> sync() = 0;
    // Reads up to out.size() bytes; fewer only at the end of the file.
    virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) = 0;
    virtual Result<std::uint64_t> size() = 0;
    virtual Result<void> truncate(std::uint64_t size) = 0;
    // As write_at, past the page cache where that can be; aligned as for write_durable_at. For
    // large amounts that nobody reads soon.
    virtual Result<void> write_uncached_at(std::uint64_t offset, std::string_view bytes) {
        return write_at(offset, bytes);
    }
    // Takes the space up to this size now, as zeroes, without writing them. unsupported where the
    // file system cannot; the caller then writes zeroes.
    virtual Result<void> allocate(std::uint64_t /*size*/) {
        return Error{Errc::unsupported, "space cannot be taken without writing"};
    }
    // Gives the space from this offset to the end back; those bytes are zeroes from then on, and
    // the size stays. unsupported where the file system cannot.
    virtual Result<void> give_back(std::uint64_t /*offset*/) {
        return Error{Errc::unsupported, "space cannot be given back but with the whole file"};
    }
    // Hints that these bytes should be on their way to the device: then a sync has less to do.
    virtual void begin_writeback(std::uint64_t /*offset*/, std::uint64_t /*size*/) {}
    // Hints that the cached pages of this file will not be read soon.
    virtual void drop_cache() {}
};

struct Space {
    std::uint64_t free_bytes = 0;
    std::uint64_t total_bytes = 0;
};

class FileSystem {
  public:
    virtual ~FileSystem() = default;

    enum class Access { read, write };
    virtual Result<std::unique_ptr<File>> open(std::string_view name, Access access) = 0;
    // Fails with exists when the name is taken.
    virtual Result<std::unique_ptr<File>> create(std::string_view name) = 0;
    // Replaces `to` when it exists.
    virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
    virtual Result<void> remove(std::string_view name) = 0;
    // Plain files only, sorted by name.
    virtual Result<std::vector<std::string>> list() = 0;
    virtual Result<void> sync_directory() = 0;
    virtual Result<Space> space() = 0;
    // The folder below this one, created when missing.
    virtual Result<std::unique_ptr<FileSystem>> folder(std::string_view name) = 0;
    // For people: where this is.
    virtual std::string describe() const = 0;
};

}  // namespace sluice
