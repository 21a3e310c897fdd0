// Planted bugs: the simulation is worth something only when it finds them. Each canary is a file
// system that breaks one promise, as a store with a bug would.
#include <functional>
#include <gtest/gtest.h>
#include <utility>

#include "simulation/world.hpp"

namespace sluice::testing {
namespace {

enum class Lie {
    sync_does_nothing,       // sync() answers without having synced
    durable_write_is_plain,  // write_durable_at() stops at the kernel
    directory_sync_does_nothing,
    failed_sync_is_hidden,  // an error of sync or a durable write is swallowed
    reads_stale_zeroes,     // reads beyond the first 8 KiB give zeroes
};

class LyingFile final : public File {
  public:
    LyingFile(std::unique_ptr<File> file, Lie lie) : file_(std::move(file)), lie_(lie) {}

    Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
        return file_->write_at(offset, bytes);
    }
    Result<void> write_durable_at(std::uint64_t offset, std::string_view bytes) override {
        if (lie_ == Lie::durable_write_is_plain) return file_->write_at(offset, bytes);
        return hide(file_->write_durable_at(offset, bytes));
    }
    Result<void> sync() override {
        if (lie_ == Lie::sync_does_nothing) return {};
        return hide(file_->sync());
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        auto size = file_->read_at(offset, out);
        if (lie_ == Lie::reads_stale_zeroes && size.has_value() && offset >= 8192) {
            std::fill_n(out.data(), *size, '\0');
        }
        return size;
    }
    Result<std::uint64_t> size() override { return file_->size(); }
    Result<void> truncate(std::uint64_t size) override { return file_->truncate(size); }
    void drop_cache() override { file_->drop_cache(); }

  private:
    Result<void> hide(Result<void> result) const {
        const bool is_io = !result.has_value() && result.error().code == Errc::io;
        if (lie_ == Lie::failed_sync_is_hidden && is_io) return {};
        return result;
    }

    std::unique_ptr<File> file_;
    Lie lie_;
};

class LyingFileSystem final : public FileSystem {
  public:
    LyingFileSystem(FileSystem& files, Lie lie) : files_(files), lie_(lie) {}

    Result<std::unique_ptr<File>> open(std::string_view name, Access access) override {
        return wrap(files_.open(name, access));
    }
    Result<std::unique_ptr<File>> create(std::string_view name) override {
        return wrap(files_.create(name));
    }
    Result<void> rename(std::string_view from, std::string_view to) override {
        return files_.rename(from, to);
    }
    Result<void> remove(std::string_view name) override { return files_.remove(name); }
    Result<std::vector<std::string>> list() override { return files_.list(); }
    Result<void> sync_directory() override {
        if (lie_ == Lie::directory_sync_does_nothing) return {};
        return files_.sync_directory();
    }
    Result<Space> space() override { return files_.space(); }
    Result<std::unique_ptr<FileSystem>> folder(std::string_view name) override {
        return files_.folder(name);
    }
    std::string describe() const override { return files_.describe(); }

  private:
    Result<std::unique_ptr<File>> wrap(Result<std::unique_ptr<File>> file) const {
        if (!file.has_value()) return file;
        return std::make_unique<LyingFile>(std::move(*file), lie_);
    }

    FileSystem& files_;
    Lie lie_;
};

struct Canary {
    const char* name;
    Lie lie;
    std::uint64_t seeds_max;  // within which it must be found
};

class CanaryTest : public ::testing::TestWithParam<Canary> {};

TEST_P(CanaryTest, is_found_out) {
    const auto lie = GetParam().lie;
    const World::Wrap wrap = [lie](FileSystem& files) {
        return std::make_unique<LyingFileSystem>(files, lie);
    };
    for (std::uint64_t seed = 1; seed <= GetParam().seeds_max; ++seed) {
        if (!World(seed, wrap).run(150).failure.empty()) return;
    }
    FAIL() << "the simulation did not notice in " << GetParam().seeds_max << " seeds";
}

INSTANTIATE_TEST_SUITE_P(
    bugs, CanaryTest,
    ::testing::Values(Canary{"sync_does_nothing", Lie::sync_does_nothing, 200},
                      Canary{"durable_write_is_plain", Lie::durable_write_is_plain, 50},
                      Canary{"directory_sync_does_nothing", Lie::directory_sync_does_nothing, 200},
                      Canary{"failed_sync_is_hidden", Lie::failed_sync_is_hidden, 300},
                      Canary{"reads_stale_zeroes", Lie::reads_stale_zeroes, 50}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace sluice::testing
