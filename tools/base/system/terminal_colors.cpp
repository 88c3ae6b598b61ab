#include "base/system/terminal_colors.hpp"

#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace chatos::base {

bool can_draw(int descriptor) {
    const char* terminal = std::getenv("TERM");
    const bool is_dumb = terminal == nullptr || std::string_view{terminal} == "dumb";
    return !is_dumb && ::isatty(descriptor) == 1;
}

bool wants_colors(int descriptor) {
    const char* refused = std::getenv("NO_COLOR");
    const bool is_refused = refused != nullptr && *refused != '\0';
    return !is_refused && can_draw(descriptor);
}

colors colors_for(int descriptor) {
    return wants_colors(descriptor) ? terminal_colors : no_colors;
}

}  // namespace chatos::base
