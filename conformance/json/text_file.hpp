// Files as text, read with a bound: whatever a user names, devices included, neither hangs on its size nor throws.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

namespace chatos::conformance {

/// Why a file could not be read: a clause that follows its name.
struct file_error {
    std::string message;
};

/// All of the file, if it has at most 16 MiB.
[[nodiscard]] std::variant<std::string, file_error> read_text_file(const std::string& path);

}  // namespace chatos::conformance
