// What the system says of an error.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace chatos::base {

/// "No such file or directory" and the like, the same in every locale; safe to call from any thread.
[[nodiscard]] inline std::string error_text(int error = errno) {
    return std::generic_category().message(error);
}

}  // namespace chatos::base
