#include "client/private/files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace chatos::client {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "chatos-client-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
    }
    void TearDown() override { fs::remove_all(path_); }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const fs::directory_entry& entry : fs::directory_iterator{path_}) {
            names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        std::ifstream file{path_ / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void put(const std::string& name, const std::string& bytes) const {
        std::ofstream{path_ / name, std::ios::binary} << bytes;
    }

    fs::path path_;
};

TEST(FileName, keeps_nothing_that_could_lead_elsewhere) {
    EXPECT_EQ(safe_file_name("report.pdf"), "report.pdf");
    EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
    EXPECT_EQ(safe_file_name("C:\\boot.ini"), "boot.ini");
    EXPECT_EQ(safe_file_name(".bashrc"), "_bashrc");
    EXPECT_EQ(safe_file_name(".."), "_.");
    EXPECT_EQ(safe_file_name("-rf"), "_rf");
    EXPECT_EQ(safe_file_name("a/"), "file");
    EXPECT_EQ(safe_file_name(""), "file");
    EXPECT_EQ(safe_file_name("a\x1b[2J\nb\xe2\x80\xae"), "a_[2J_b_");
    EXPECT_EQ(safe_file_name("$(rm *)|x"), "_(rm _)_x");
    EXPECT_EQ(safe_file_name("na\xc3\xafve \xff.txt"), "na\xc3\xafve _.txt");
}

TEST(FileName, is_cut_between_characters) {
    std::string long_name;
    for (int count = 0; count < 150; ++count) {
        long_name += "\xc3\xa9";
    }
    EXPECT_EQ(safe_file_name(long_name).size(), 200U);
    EXPECT_EQ(safe_file_name("x" + long_name).size(), 199U);
}

TEST_F(Folder, a_file_has_its_name_only_once_it_is_whole) {
    incoming_file::result created = incoming_file::create(path_.string(), "a.txt");
    ASSERT_EQ(created.fault, "");
    EXPECT_EQ(created.file->write("hello "), "");
    EXPECT_EQ(created.file->write("world"), "");
    EXPECT_EQ(created.file->bytes_written(), 11U);
    EXPECT_FALSE(fs::exists(path_ / "a.txt"));
    const incoming_file::saved saved = created.file->save();
    EXPECT_EQ(saved.fault, "");
    EXPECT_EQ(saved.name, "a.txt");
    created.file.reset();
    EXPECT_EQ(names(), std::vector<std::string>{"a.txt"});
    EXPECT_EQ(text("a.txt"), "hello world");
    EXPECT_EQ(fs::status(path_ / "a.txt").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(Folder, one_that_is_not_saved_leaves_nothing) {
    incoming_file::result created = incoming_file::create(path_.string(), "a.txt");
    EXPECT_EQ(created.file->write("half"), "");
    created.file.reset();
    EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(Folder, no_file_is_replaced_and_no_link_is_followed) {
    put("a.txt", "mine");
    fs::create_symlink(path_ / "elsewhere", path_ / "a (2).txt");
    fs::create_directory(path_ / "a (3).txt");
    incoming_file::result created = incoming_file::create(path_.string(), "a.txt");
    EXPECT_EQ(created.file->write("new"), "");
    EXPECT_EQ(created.file->save().name, "a (4).txt");
    EXPECT_EQ(text("a.txt"), "mine");
    EXPECT_EQ(text("a (4).txt"), "new");
    EXPECT_FALSE(fs::exists(path_ / "elsewhere"));
}

TEST_F(Folder, two_files_can_come_at_once) {
    incoming_file::result created = incoming_file::create(path_.string(), "a");
    incoming_file::result two = incoming_file::create(path_.string(), "a");
    ASSERT_EQ(created.fault + two.fault, "");
    EXPECT_EQ(two.file->save().name, "a");
    EXPECT_EQ(created.file->save().name, "a (2)");
}

TEST_F(Folder, a_folder_that_is_not_there_is_told) {
    EXPECT_EQ(incoming_file::create((path_ / "no").string(), "a").fault,
              "cannot write to the folder: No such file or directory");
}

TEST_F(Folder, a_file_of_ours_is_read_as_long_as_it_was) {
    put("a.txt", "hello world");
    outgoing_file::result opened = outgoing_file::open((path_ / "a.txt").string());
    ASSERT_EQ(opened.fault, "");
    EXPECT_EQ(opened.file->name(), "a.txt");
    EXPECT_EQ(opened.file->size(), 11U);
    std::ofstream{path_ / "a.txt", std::ios::app} << " and more";
    std::array<char, 8> chunk{};
    EXPECT_EQ(opened.file->read(chunk), 8U);
    EXPECT_EQ(opened.file->read(chunk), 3U);
    EXPECT_TRUE(opened.file->is_at_end());
}

TEST_F(Folder, one_that_becomes_shorter_is_noticed) {
    put("a.txt", "hello world");
    outgoing_file::result opened = outgoing_file::open((path_ / "a.txt").string());
    fs::resize_file(path_ / "a.txt", 0);
    std::array<char, 8> chunk{};
    EXPECT_EQ(opened.file->read(chunk), 0U);
    EXPECT_FALSE(opened.file->is_at_end());
}

TEST_F(Folder, only_regular_files_are_sent) {
    EXPECT_EQ(outgoing_file::open(path_.string()).fault, "it is no regular file");
    ASSERT_EQ(::mkfifo((path_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(outgoing_file::open((path_ / "pipe").string()).fault, "it is no regular file");
    EXPECT_EQ(outgoing_file::open((path_ / "no").string()).fault, "No such file or directory");
}

}  // namespace
}  // namespace chatos::client
