// The corpora as files: what the ordinary tests replay.
#pragma once

#include "seeds/seed.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// The inputs in `folder`, in the order of their names. Throws when it cannot be read.
[[nodiscard]] std::vector<seed> read_corpus(const std::filesystem::path& folder);

/// The bytes of a file. Throws std::ios_base::failure when it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

}  // namespace chatos::fuzz
