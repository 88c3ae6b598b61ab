// Which decompression a file needs, told by its first bytes.
#pragma once

#include "dump/input/file_source.hpp"

#include <memory>

namespace chatos::dump {

/// A source of what is inside `file`, which must outlive it; null when the file is not compressed and is to be read
/// itself.
[[nodiscard]] std::unique_ptr<byte_source> decompressed(file_source& file);

}  // namespace chatos::dump
