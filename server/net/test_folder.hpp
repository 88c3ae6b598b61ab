// For tests: a unique temporary folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace chatos::net::test {

/// Removes the folder on destruction.
class scratch_folder {
public:
    scratch_folder() : folder_{::testing::TempDir() + "chatos-XXXXXX"} {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    /// The path of a file in it.
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

private:
    std::string folder_;
};

}  // namespace chatos::net::test
