// Chooses the decompression of a file by its first bytes.
#pragma once

#include "dump/input/file_source.hpp"

#include <memory>

namespace chatos::dump {

/// A source of the decompressed content of `file`, which must outlive it; null if the file is not compressed.
[[nodiscard]] std::unique_ptr<byte_source> decompressed(file_source& file);

}  // namespace chatos::dump
