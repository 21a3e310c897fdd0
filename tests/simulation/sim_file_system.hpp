// FileSystem and File over a SimDisk.
//
// Lifetime   the disk outlives the file systems and files; after SimDisk::crash() the files opened
//            before it must not be used any more
#pragma once

#include <memory>
#include <string>

#include "io/file_system.hpp"
#include "simulation/sim_disk.hpp"

namespace sluice::testing {

class SimFileSystem final : public FileSystem {
  public:
    // The folder with this path; "" is the root.
    explicit SimFileSystem(SimDisk& disk, std::string path = "");

    Result<std::unique_ptr<File>> open(std::string_view name, Access access) override;
    Result<std::unique_ptr<File>> create(std::string_view name) override;
    Result<void> rename(std::string_view from, std::string_view to) override;
    Result<void> remove(std::string_view name) override;
    Result<std::vector<std::string>> list() override;
    Result<void> sync_directory() override;
    Result<Space> space() override;
    Result<std::unique_ptr<FileSystem>> folder(std::string_view name) override;
    std::string describe() const override { return "simulated:/" + path_; }

  private:
    SimDisk& disk_;
    std::string path_;
};

}  // namespace sluice::testing
