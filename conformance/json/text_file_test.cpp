#include "base/testing/temporary_folder.hpp"
#include "json/text_file.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

std::string read(const std::string& path) {
    const auto result = read_text_file(path);
    const auto* error = std::get_if<file_error>(&result);
    return error == nullptr ? std::get<std::string>(result) : "refused: " + error->message;
}

TEST(TextFile, is_read_byte_by_byte_to_its_end) {
    const base::testing::temporary_folder folder;
    const std::string text{"a\r\n\0b\n", 6};
    EXPECT_EQ(read(folder.write("a", text)), text);
    EXPECT_EQ(read(folder.write("empty", "")), "");
    const std::string large(200'000, 'x');
    EXPECT_EQ(read(folder.write("large", large)), large);
}

TEST(TextFile, what_cannot_be_read_says_why) {
    const base::testing::temporary_folder folder;
    EXPECT_EQ(read(folder.path("missing")), "refused: the file cannot be read: No such file or directory");
    EXPECT_EQ(read(folder.path()), "refused: the file cannot be read: Is a directory");
    EXPECT_EQ(read("/proc/self/mem"), "refused: the file cannot be read: Input/output error");
}

TEST(TextFile, what_has_no_end_is_refused) {
    EXPECT_EQ(read("/dev/zero"), "refused: the file is larger than 16 MiB; expected at most 16 MiB");
}

}  // namespace
}  // namespace chatos::conformance
