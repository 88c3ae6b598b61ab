#include "base/system/replaced_file.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <future>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace chatos::base {
namespace {

bool write_text(replaced_file& file, const std::string& text) {
    return file.write([&](std::ostream& out) { out << text; });
}

std::size_t files_in(const testing::temporary_folder& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder.path()}, {}));
}

TEST(ReplacedFile, TheOldOneStaysUntilTheNewOneIsWhole) {
    const testing::temporary_folder folder;
    const std::string path = folder.write("report", "old");
    replaced_file file{path};
    EXPECT_EQ(file.fault(), "");
    EXPECT_EQ(folder.read("report"), "old");
    EXPECT_TRUE(file.write([&](std::ostream& out) {
        out << "new" << std::flush;
        EXPECT_EQ(folder.read("report"), "old");
    }));
    EXPECT_EQ(folder.read("report"), "new");
    EXPECT_EQ(files_in(folder), 1U);
}

TEST(ReplacedFile, WhatFailsLeavesTheOldOneAndNothingBeside) {
    const testing::temporary_folder folder;
    replaced_file file{folder.write("report", "old")};
    EXPECT_FALSE(file.write([](std::ostream& out) { out.setstate(std::ios::badbit); }));
    EXPECT_EQ(folder.read("report"), "old");
    EXPECT_EQ(files_in(folder), 1U);
}

TEST(ReplacedFile, KeepsThePermissionsOfTheOldOne) {
    const testing::temporary_folder folder;
    const std::string path = folder.write("report", "old");
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    replaced_file file{path};
    EXPECT_TRUE(write_text(file, "new"));
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(ReplacedFile, ALinkStaysOneAndWhereItLeadsIsReplaced) {
    const testing::temporary_folder folder;
    std::filesystem::create_symlink(folder.write("file", "old"), folder.path("link"));
    replaced_file file{folder.path("link")};
    EXPECT_TRUE(write_text(file, "new"));
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link")));
    EXPECT_EQ(folder.read("file"), "new");
}

TEST(ReplacedFile, ALinkThatLeadsNowhereYetIsFollowed) {
    const testing::temporary_folder folder;
    std::filesystem::create_symlink(folder.path("file"), folder.path("link"));
    replaced_file file{folder.path("link")};
    EXPECT_TRUE(write_text(file, "new"));
    EXPECT_EQ(folder.read("file"), "new");
}

TEST(ReplacedFile, AnOpenDescriptorIsWrittenToInPlace) {
    const testing::temporary_folder folder;
    const int number = ::open(folder.write("report", "").c_str(), O_RDWR | O_CLOEXEC);
    replaced_file file{"/dev/fd/" + std::to_string(number)};
    EXPECT_EQ(file.fault(), "");
    EXPECT_TRUE(write_text(file, "new"));
    char text[4]{};
    EXPECT_EQ(::pread(number, text, 3, 0), 3);
    EXPECT_STREQ(text, "new");
    ::close(number);
}

TEST(ReplacedFile, AReaderOfAPipeGetsEverythingAndOneEnd) {
    const testing::temporary_folder folder;
    const std::string path = folder.path("pipe");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    auto reader = std::async(std::launch::async, [&] { return folder.read("pipe"); });
    replaced_file file{path};
    EXPECT_EQ(file.fault(), "");
    EXPECT_TRUE(write_text(file, "new"));
    EXPECT_EQ(reader.get(), "new");
}

TEST(ReplacedFile, ADeviceThatTakesNothingSaysSo) {
    replaced_file file{"/dev/full"};
    EXPECT_EQ(file.fault(), "");
    EXPECT_FALSE(write_text(file, "new"));
}

TEST(ReplacedFile, SaysWhyItCannotBeWritten) {
    const testing::temporary_folder folder;
    EXPECT_EQ(replaced_file{folder.path("none/report")}.fault(), "cannot be written; does its folder exist?");
    EXPECT_EQ(replaced_file{folder.write("file", "") + "/report"}.fault(), "cannot be written; does its folder exist?");
    EXPECT_EQ(replaced_file{folder.path()}.fault(), "is a folder; expected a file");
}

TEST(ReplacedFile, AFolderThatTakesNoNewFileIsNamedAndItsFilesAreWrittenInPlace) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "no folder is closed to the superuser";
    }
    const testing::temporary_folder folder;
    const std::string path = folder.write("report", "old");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
    replaced_file file{path};
    EXPECT_EQ(file.fault(), "");
    EXPECT_TRUE(write_text(file, "new"));
    EXPECT_EQ(folder.read("report"), "new");
    EXPECT_EQ(replaced_file{folder.path("other")}.fault(),
              "cannot be written: its folder takes no new file (Permission denied)");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
}

}  // namespace
}  // namespace chatos::base
