// What the program may know of the terminal that it prints on.
#pragma once

#include <cstddef>

namespace chatos::dump {

/// Columns of the terminal behind `descriptor`; else those of the variable COLUMNS, else 100. Never below 40.
[[nodiscard]] std::size_t terminal_columns(int descriptor);

}  // namespace chatos::dump
