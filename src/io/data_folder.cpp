#include "io/data_folder.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "io/posix_error.hpp"

namespace sluice {
namespace {

Result<std::filesystem::path> absolute_path(const std::string& path) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error).lexically_normal();
    if (path.empty() || error) {
        return Error{Errc::invalid, "'" + path + "' is not a path for the data folder"};
    }
    return absolute.has_filename() ? absolute : absolute.parent_path();
}

// A folder that others may write to is a folder where others may put a journal.
Result<void> check_rights(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return {};
        return posix_error(errno, "look at the data folder " + path);
    }
    if (!S_ISDIR(status.st_mode)) {
        return Error{Errc::invalid, "the data folder " + path + " is not a folder"};
    }
    if (status.st_uid != geteuid()) {
        return Error{Errc::invalid, "the data folder " + path + " belongs to user " +
                                        std::to_string(status.st_uid) + ", but this is user " +
                                        std::to_string(geteuid())};
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return Error{Errc::invalid,
                     "others may write to the data folder " + path + "; use chmod 700 on it"};
    }
    return {};
}

}  // namespace

Result<void> make_data_folder(const std::string& path) {
    SLUICE_TRY_ASSIGN(const auto absolute, absolute_path(path));
    std::error_code error;
    std::filesystem::create_directories(absolute.parent_path(), error);
    if (error) return posix_error(error.value(), "create " + absolute.parent_path().string());
    // PosixFileSystem makes the folder itself, and makes its entry durable.
    SLUICE_TRY_ASSIGN([[maybe_unused]] const auto files, PosixFileSystem::open(absolute.string()));
    return {};
}

Result<DataFolder> open_data_folder(const std::string& path, PosixFileSystem::Network network) {
    SLUICE_TRY_ASSIGN(const auto absolute, absolute_path(path));
    DataFolder folder;
    folder.path = absolute.string();
    SLUICE_TRY(check_rights(folder.path));
    SLUICE_TRY_ASSIGN(folder.files, PosixFileSystem::open(folder.path));
    SLUICE_TRY_ASSIGN(folder.warning, folder.files->check_kind(network));
    if (auto locked = folder.files->lock(); !locked) {
        return Error{locked.error().code, "data folder: " + locked.error().message};
    }
    return folder;
}

Result<DataFolder> find_data_folder(const std::string& path, std::string_view file) {
    SLUICE_TRY_ASSIGN(const auto absolute, absolute_path(path));
    std::error_code error;
    if (!std::filesystem::is_directory(absolute, error)) {
        return Error{Errc::io, "there is no data folder " + absolute.string()};
    }
    if (!std::filesystem::is_regular_file(absolute / file, error)) {
        return Error{Errc::io, absolute.string() + " is not a data folder: there is no file " +
                                   std::string(file) + " in it"};
    }
    return open_data_folder(absolute.string(), PosixFileSystem::Network::accept);
}

}  // namespace sluice
