// One open file of the operating system.
//
// Promise    write_durable_at() writes past the page cache (O_DIRECT | O_DSYNC) through a second
//            descriptor, so it waits for its own bytes and not for what write_at() left in the
//            kernel. Where the file system refuses O_DIRECT (tmpfs), it writes through the cache
//            with RWF_DSYNC, and where that is unknown too, with a sync of the file.
// Errors     as io/file_system.hpp; the message names the action, the file and the offset. An error
//            of close() is left in `close_error` for the folder's next sync_directory().
// Threads    many readers; writers of different places side by side
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "io/file_system.hpp"

namespace sluice {

// Owns a descriptor; -1 is none.
class PosixDescriptor {
  public:
    PosixDescriptor() = default;
    explicit PosixDescriptor(int number) : number_(number) {}
    PosixDescriptor(PosixDescriptor&& other) noexcept : number_(other.release()) {}
    PosixDescriptor& operator=(PosixDescriptor&& other) noexcept;
    ~PosixDescriptor() { (void)close(); }

    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }
    // Answers errno, 0 when all is well or nothing was open.
    int close();
    // Gives the descriptor away.
    int release();

  private:
    int number_ = -1;
};

class PosixFile final : public File {
  public:
    PosixFile(std::string name, PosixDescriptor descriptor,
              std::shared_ptr<std::atomic<int>> close_error);
    ~PosixFile() override;

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override;
    Result<void> write_durable_at(std::uint64_t offset, std::string_view bytes) override;
    Result<void> write_uncached_at(std::uint64_t offset, std::string_view bytes) override;
    Result<void> sync() override;
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override;
    Result<std::uint64_t> size() override;
    Result<void> truncate(std::uint64_t size) override;
    Result<void> allocate(std::uint64_t size) override;
    Result<void> give_back(std::uint64_t offset) override;
    void begin_writeback(std::uint64_t offset, std::uint64_t size) override;
    void drop_cache() override;

  private:
    // From the best to the one that always works; goes down when the file system refuses, never up.
    enum class DurableWrite { direct, dsync_flag, write_then_sync };

    // 0 or errno.
    int write_durably_once(DurableWrite way, std::uint64_t offset, std::string_view bytes);
    // The way to try next; none when `number` is no refusal but a failure.
    static std::optional<DurableWrite> way_behind(DurableWrite way, int number);
    // Through `descriptor`, which is opened again by O_DIRECT and these flags when it is not yet.
    int write_direct(PosixDescriptor& descriptor, int flags, std::uint64_t offset,
                     std::string_view bytes);
    Error failed(int number, std::string_view action, std::uint64_t offset) const;

    std::string name_;
    PosixDescriptor descriptor_;
    std::mutex cached_write_;   // one durable write through the page cache at a time
    std::mutex opening_;        // of the next two
    PosixDescriptor direct_;    // opened by the first durable write
    PosixDescriptor uncached_;  // opened by the first write past the page cache
    std::atomic<DurableWrite> durable_write_ = DurableWrite::direct;
    std::shared_ptr<std::atomic<int>> close_error_;
};

}  // namespace sluice
