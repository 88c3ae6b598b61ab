// What the program may know of the terminal that it prints on.
#pragma once

#include <cstddef>

namespace chatos::dump {

/// Whether `descriptor` is a terminal that shows colours, and the user wants them (NO_COLOR, TERM=dumb).
[[nodiscard]] bool wants_colour(int descriptor);

/// Whether `descriptor` is a terminal on which a line can be drawn over.
[[nodiscard]] bool can_draw(int descriptor);

/// Columns of the terminal behind `descriptor`; else those of the variable COLUMNS, else 100. Never below 40.
[[nodiscard]] std::size_t terminal_columns(int descriptor);

}  // namespace chatos::dump
