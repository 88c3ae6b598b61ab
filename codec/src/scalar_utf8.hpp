// UTF-8 one sequence at a time, by the table of well-formed byte sequences (Unicode 15, table 3-7), with runs of ASCII
// eight bytes at a time. Runs anywhere; knows where the first ill-formed sequence is.
#pragma once

#include <cstddef>

namespace chatos::detail {

/// Position of the first ill-formed sequence at or after `at`, which must be a boundary; `size` if there is none.
[[nodiscard]] std::size_t scalar_find_ill_formed(const char* text, std::size_t size, std::size_t at) noexcept;

}  // namespace chatos::detail
