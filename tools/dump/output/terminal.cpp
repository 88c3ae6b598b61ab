#include "dump/output/terminal.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace chatos::dump {

std::size_t terminal_columns(int descriptor) {
    constexpr std::size_t columns_min = 40;
    constexpr std::size_t columns_max = 1'000;
    std::size_t columns = 100;
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
        columns = size.ws_col;
    } else if (const char* const variable = std::getenv("COLUMNS")) {
        const std::string_view text{variable};
        std::size_t number = 0;
        const auto [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        columns = failed == std::errc{} && stopped == text.data() + text.size() ? number : columns;
    }
    return std::clamp(columns, columns_min, columns_max);
}

}  // namespace chatos::dump
