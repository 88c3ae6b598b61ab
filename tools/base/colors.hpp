// The colors of texts for people. Whether there are any is the program's decision; see base/system/terminal_colors.hpp.
#pragma once

#include <string>
#include <string_view>

namespace chatos::base {

/// The codes that begin and end a color; all are empty where there are no colors.
struct colors {
    std::string_view bold{};
    std::string_view dim{};
    std::string_view red{};
    std::string_view green{};
    std::string_view yellow{};
    std::string_view cyan{};
    std::string_view plain{};  ///< back to normal

    /// `text` in one of the colors above.
    [[nodiscard]] std::string operator()(std::string_view color, std::string_view text) const {
        return color.empty() ? std::string{text} : std::string{color}.append(text).append(plain);
    }
};

inline constexpr colors no_colors{};
inline constexpr colors terminal_colors{.bold = "\x1b[1m",
                                        .dim = "\x1b[2m",
                                        .red = "\x1b[31m",
                                        .green = "\x1b[32m",
                                        .yellow = "\x1b[33m",
                                        .cyan = "\x1b[36m",
                                        .plain = "\x1b[0m"};

}  // namespace chatos::base
