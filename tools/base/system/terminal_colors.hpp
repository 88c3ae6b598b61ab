// What a terminal can show, and what its user wants of it.
#pragma once

#include "base/colors.hpp"

namespace chatos::base {

/// True when `descriptor` is a terminal on which text can be drawn over and colored (TERM is set and not "dumb").
[[nodiscard]] bool can_draw(int descriptor);

/// True when `descriptor` is such a terminal and the user has not refused colors with NO_COLOR.
[[nodiscard]] bool wants_colors(int descriptor);

/// The colors for texts on `descriptor`, or none.
[[nodiscard]] colors colors_for(int descriptor);

}  // namespace chatos::base
