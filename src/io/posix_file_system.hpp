// A folder of the operating system, held open: what happens to its path later does not matter.
//
// Shape      files are opened relative to the folder's descriptor and never through a symbolic
//            link; files are made with mode 0600, folders with 0700
// Promise    a folder that open() or folder() created is itself on the device before they return
// Errors     as io/file_system.hpp; invalid for a name that is not a plain file name
// Threads    any
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "io/posix_file.hpp"

namespace sluice {

class PosixFileSystem final : public FileSystem {
  public:
    // The folder at `path`, created when missing; its parent must be there.
    static Result<std::unique_ptr<PosixFileSystem>> open(const std::string& path);

    // Makes this process the one owner of the folder until the object goes: a lock on the file
    // LOCK, which holds the owner's process id. Errors: conflict, naming that process.
    Result<void> lock();

    // Whether files here keep what they promise. `network` and others can lose or reorder what
    // was synced, or share the folder behind our back.
    enum class Kind { local, memory, overlay, user_space, network };
    Result<Kind> kind();
    // Refuses a network file system unless forced; otherwise a sentence for the operator, empty
    // when there is nothing to say.
    enum class Network { refuse, accept };
    Result<std::string> check_kind(Network network);

    Result<std::unique_ptr<File>> open(std::string_view name, Access access) override;
    Result<std::unique_ptr<File>> create(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> remove(std::string_view name) override;
    Result<std::vector<std::string>> list() override;
    Result<void> sync_directory() override;
    Result<Space> space() override;
    Result<std::unique_ptr<FileSystem>> folder(std::string_view name) override;
    std::string describe() const override { return path_; }

  private:
    PosixFileSystem(std::string path, PosixDescriptor folder);

    Result<std::unique_ptr<File>> open_file(std::string_view name, int flags);

    std::string path_;
    PosixDescriptor folder_;
    PosixDescriptor lock_;
    // errno of a close() that failed; told by the next sync_directory().
    std::shared_ptr<std::atomic<int>> close_error_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace sluice
