// UTF-8 for tests, judged by a method of its own (WIRE-8): each sequence is decoded to a number, the number is checked
// against what Unicode allows, and encoded again; only the shortest form gives the same bytes back.
#pragma once

#include <cstddef>

namespace naive {

/// Position of the first byte of the first ill-formed sequence; `count` if there is none.
std::size_t first_ill_formed(const unsigned char* bytes, std::size_t count);

}  // namespace naive
