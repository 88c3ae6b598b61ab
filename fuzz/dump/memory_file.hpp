// A file that lies in memory: what a program reads by its path without a disk.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

class memory_file {
public:
    /// Throws std::system_error when the system has no such files.
    memory_file();
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;
    ~memory_file();

    /// Makes `content` the whole content.
    void write(std::span<const std::byte> content);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    int descriptor_;
    std::string path_;
};

}  // namespace chatos::fuzz
