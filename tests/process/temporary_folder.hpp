// A folder under TMPDIR that goes with the object, with everything in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::testing {

class TemporaryFolder {
  public:
    explicit TemporaryFolder(std::string_view purpose);
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    // Leaves the folder in place, for somebody to look at after a failure.
    void keep() { is_kept_ = true; }

  private:
    std::filesystem::path path_;
    bool is_kept_ = false;
};

}  // namespace sluice::testing
