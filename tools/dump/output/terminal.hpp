// Properties of the terminal that the program prints on.
#pragma once

#include <cstddef>

namespace chatos::dump {

/// Columns of the terminal at `descriptor`; otherwise the value of the variable COLUMNS, else 100. Never below 40.
[[nodiscard]] std::size_t terminal_columns(int descriptor);

}  // namespace chatos::dump
