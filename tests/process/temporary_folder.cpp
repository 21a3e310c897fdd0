#include "process/temporary_folder.hpp"

#include <stdlib.h>
#include <system_error>

#include "event/result.hpp"

namespace sluice::testing {

TemporaryFolder::TemporaryFolder(std::string_view purpose) {
    const auto pattern =
        std::filesystem::temp_directory_path() / ("sluice-" + std::string(purpose) + "-XXXXXX");
    std::string name = pattern.string();
    SLUICE_CHECK(::mkdtemp(name.data()) != nullptr, "no temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!is_kept_) std::filesystem::remove_all(path_, ignored);
}

}  // namespace sluice::testing
