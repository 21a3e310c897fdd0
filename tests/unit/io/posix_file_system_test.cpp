// What only the real file system has: owners, modes, links. What all file systems promise is in
// tests/conformance/file_system_test.cpp.
#include "io/posix_file_system.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "io/posix_error.hpp"

namespace sluice {
namespace {

class PosixFileSystemTest : public ::testing::Test {
  protected:
    PosixFileSystemTest()
        : root_(std::filesystem::temp_directory_path().string() + "/sluice-io-XXXXXX") {
        EXPECT_NE(mkdtemp(root_.data()), nullptr);
    }
    ~PosixFileSystemTest() override { std::filesystem::remove_all(root_); }

    std::unique_ptr<PosixFileSystem> open() { return *PosixFileSystem::open(root_ + "/data"); }
    static mode_t mode_of(const std::string& path) {
        struct stat status{};
        EXPECT_EQ(stat(path.c_str(), &status), 0);
        return status.st_mode & 0777U;
    }

    std::string root_;
};

TEST_F(PosixFileSystemTest, folders_and_files_are_for_their_owner_only) {
    const auto files = open();
    ASSERT_TRUE(files->create("a").has_value());
    ASSERT_TRUE(files->folder("below").has_value());
    EXPECT_EQ(mode_of(root_ + "/data"), 0700U);
    EXPECT_EQ(mode_of(root_ + "/data/a"), 0600U);
    EXPECT_EQ(mode_of(root_ + "/data/below"), 0700U);
}

TEST_F(PosixFileSystemTest, a_folder_without_parent_is_not_found) {
    EXPECT_EQ(PosixFileSystem::open(root_ + "/no/data").error().code, Errc::not_found);
}

TEST_F(PosixFileSystemTest, a_file_in_place_of_the_folder_is_an_error) {
    std::ofstream(root_ + "/data") << "x";
    EXPECT_EQ(PosixFileSystem::open(root_ + "/data").error().code, Errc::io);
}

TEST_F(PosixFileSystemTest, a_second_owner_is_refused_and_told_who_has_it) {
    const auto first = open();
    ASSERT_TRUE(first->lock().has_value());
    const auto refused = open()->lock();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_EQ(refused.error().message,
              "the folder " + root_ + "/data is in use by process " + std::to_string(getpid()));
}

TEST_F(PosixFileSystemTest, the_folder_is_free_again_when_its_owner_is_gone) {
    {
        const auto first = open();
        ASSERT_TRUE(first->lock().has_value());
    }
    EXPECT_TRUE(open()->lock().has_value());
}

TEST_F(PosixFileSystemTest, files_are_not_opened_through_symbolic_links) {
    const auto files = open();
    std::ofstream(root_ + "/outside") << "secret";
    std::filesystem::create_symlink(root_ + "/outside", root_ + "/data/link");
    std::filesystem::create_directory_symlink(root_, root_ + "/data/above");
    EXPECT_FALSE(files->open("link", FileSystem::Access::read).has_value());
    EXPECT_FALSE(files->create("link").has_value());
    EXPECT_FALSE(files->folder("above").has_value());
    EXPECT_TRUE(files->list()->empty());
}

TEST_F(PosixFileSystemTest, what_is_not_a_file_is_not_opened) {
    const auto files = open();
    ASSERT_EQ(mkfifo((root_ + "/data/pipe").c_str(), 0600), 0);
    EXPECT_EQ(files->open("pipe", FileSystem::Access::read).error().code, Errc::io);
    EXPECT_TRUE(files->list()->empty());
}

TEST_F(PosixFileSystemTest, the_folder_stays_the_same_when_its_path_is_moved) {
    const auto files = open();
    std::filesystem::rename(root_ + "/data", root_ + "/moved");
    ASSERT_TRUE(files->create("a").has_value());
    EXPECT_TRUE(std::filesystem::exists(root_ + "/moved/a"));
}

TEST_F(PosixFileSystemTest, a_file_system_in_memory_is_told_to_the_operator) {
    if (!std::filesystem::is_directory("/dev/shm")) GTEST_SKIP() << "no /dev/shm here";
    const auto files = PosixFileSystem::open("/dev/shm");
    ASSERT_TRUE(files.has_value());
    EXPECT_EQ((*files)->kind(), PosixFileSystem::Kind::memory);
    const auto sentence = (*files)->check_kind(PosixFileSystem::Network::refuse);
    ASSERT_TRUE(sentence.has_value());
    EXPECT_NE(sentence->find("in memory"), std::string::npos);
}

TEST(PosixErrorTest, says_what_the_caller_can_do_in_the_words_of_the_system) {
    EXPECT_EQ(posix_error(ENOSPC, "write a at 7").code, Errc::limit);
    EXPECT_EQ(posix_error(EDQUOT, "").code, Errc::limit);
    EXPECT_EQ(posix_error(ENOENT, "").code, Errc::not_found);
    EXPECT_EQ(posix_error(EEXIST, "").code, Errc::exists);
    EXPECT_EQ(posix_error(EIO, "").code, Errc::io);
    EXPECT_EQ(posix_error(ENOSPC, "write a at 7").message, "write a at 7: No space left on device");
}

}  // namespace
}  // namespace sluice
