#include "simulation/sim_file_system.hpp"

#include <utility>

namespace sluice::testing {

namespace {

class SimFile final : public File {
  public:
    SimFile(SimDisk& disk, SimDisk::InodeNumber inode, FileSystem::Access access)
        : disk_(disk), inode_(inode), access_(access) {}
    ~SimFile() override { disk_.close(inode_); }

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
        SLUICE_TRY(check_writable());
        return disk_.write(inode_, offset, bytes);
    }
    Result<void> write_durable_at(std::uint64_t offset, std::string_view bytes) override {
        SLUICE_CHECK(is_whole_blocks(offset, bytes),
                     "a durable write is made of whole aligned blocks");
        SLUICE_TRY(check_writable());
        return disk_.write_durable(inode_, offset, bytes);
    }
    Result<void> write_uncached_at(std::uint64_t offset, std::string_view bytes) override {
        SLUICE_CHECK(is_whole_blocks(offset, bytes),
                     "a write past the cache is made of whole aligned blocks");
        SLUICE_TRY(check_writable());
        return disk_.write_uncached(inode_, offset, bytes);
    }
    Result<void> sync() override { return disk_.sync(inode_); }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        return disk_.read(inode_, offset, out);
    }
    Result<std::uint64_t> size() override { return disk_.size(inode_); }
    Result<void> truncate(std::uint64_t size) override {
        SLUICE_TRY(check_writable());
        return disk_.truncate(inode_, size);
    }
    void drop_cache() override { disk_.drop_cache(inode_); }

  private:
    Result<void> check_writable() const {
        if (access_ == FileSystem::Access::write) return {};
        return Error{Errc::io, "write: the file was opened for reading"};
    }

    SimDisk& disk_;
    SimDisk::InodeNumber inode_;
    FileSystem::Access access_;
};

Result<std::string> plain_name(std::string_view name) {
    const bool is_plain = !name.empty() && name != "." && name != ".." &&
                          name.find('/') == name.npos && name.find('\0') == name.npos;
    if (!is_plain) return Error{Errc::invalid, "'" + std::string(name) + "' is not a file name"};
    return std::string(name);
}

}  // namespace

SimFileSystem::SimFileSystem(SimDisk& disk, std::string path)
    : disk_(disk), path_(std::move(path)) {}

Result<std::unique_ptr<File>> SimFileSystem::open(std::string_view name, Access access) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    SLUICE_TRY_ASSIGN(const auto inode, disk_.open(path_, plain));
    return std::make_unique<SimFile>(disk_, inode, access);
}

Result<std::unique_ptr<File>> SimFileSystem::create(std::string_view name) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    SLUICE_TRY_ASSIGN(const auto inode, disk_.create(path_, plain));
    return std::make_unique<SimFile>(disk_, inode, Access::write);
}

Result<void> SimFileSystem::rename(std::string_view from, std::string_view to) {
    SLUICE_TRY_ASSIGN(const std::string source, plain_name(from));
    SLUICE_TRY_ASSIGN(const std::string target, plain_name(to));
    return disk_.rename(path_, source, target);
}

Result<void> SimFileSystem::remove(std::string_view name) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    return disk_.remove(path_, plain);
}

Result<std::vector<std::string>> SimFileSystem::list() {
    return disk_.list(path_);
}

Result<void> SimFileSystem::sync_directory() {
    return disk_.sync_directory(path_);
}

Result<Space> SimFileSystem::space() {
    const std::uint64_t used = disk_.used_bytes();
    return Space{.free_bytes = disk_.quota() > used ? disk_.quota() - used : 0,
                 .total_bytes = disk_.quota()};
}

Result<std::unique_ptr<FileSystem>> SimFileSystem::folder(std::string_view name) {
    SLUICE_TRY_ASSIGN(const std::string plain, plain_name(name));
    const auto path = path_.empty() ? plain : path_ + "/" + plain;
    SLUICE_TRY(disk_.make_folder(path));
    return std::make_unique<SimFileSystem>(disk_, path);
}

}  // namespace sluice::testing
