// A second reading of filters, which shares no line with the first: it reads the printed form letter by letter and
// compares texts.
#pragma once

#include "filter/known_records.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

/// Whether a record with these fields is accepted; nothing when `text` is no filter in its printed form.
[[nodiscard]] std::optional<bool> naive_accepts(std::string_view text, const plain_fields& fields);

/// What the texts between quotes stand for, in their order; of regular expressions what is written.
[[nodiscard]] std::vector<std::string> naive_texts(std::string_view text);

}  // namespace chatos::fuzz
