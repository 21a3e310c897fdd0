#include "engine/reserve.hpp"

#include <algorithm>
#include <string>

namespace sluice {

namespace {
constexpr std::string_view file_name = "reserve";
constexpr std::uint64_t slice_bytes = 1 << 20;
}  // namespace

IoTask Reserve::grow_task() {
    const std::uint64_t size = std::min(slice_bytes, size_ - written_);
    auto file = std::make_shared<std::shared_ptr<File>>(file_);
    auto taken = std::make_shared<std::uint64_t>(0);
    return {[&files = files_, file, taken, at = written_, size, whole = size_]() -> Result<void> {
                if (!*file) {
                    auto opened = files.open(file_name, FileSystem::Access::write);
                    if (!opened) opened = files.create(file_name);
                    if (!opened) return opened.error();
                    *file = std::move(*opened);
                }
                if (at == 0 && (*file)->allocate(whole)) {
                    *taken = whole;
                    return {};
                }
                *taken = size;
                return (*file)->write_at(at, std::string(size, '\0'));
            },
            [this, file, taken](Result<void> result) {
                if (!result) return release();
                file_ = *file;
                written_ += *taken;
                if (!is_present()) return;
                file_->drop_cache();
                file_.reset();
            }};
}

void Reserve::release() {
    file_.reset();
    written_ = 0;
    is_wanted_ = false;
    (void)files_.remove(file_name);
}

}  // namespace sluice
