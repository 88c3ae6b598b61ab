// What the tab key completes: commands, and the names that were seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chatos::client {

struct completion {
    std::string insert{};                ///< goes in at the cursor; followed by a blank when it is the only choice
    std::vector<std::string> choices{};  ///< when nothing can be inserted: what could follow, as it would be typed
};

/// `before` is the line up to the cursor.
[[nodiscard]] completion complete(std::string_view before, const std::vector<std::string>& names);

}  // namespace chatos::client
