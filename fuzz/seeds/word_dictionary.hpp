// A dictionary of words in libFuzzer's format.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace chatos::fuzz {

/// An entry for each of the words, which must be printable; `what` says in the first line what they are.
[[nodiscard]] std::string word_dictionary(std::string_view what, const std::set<std::string>& words);

}  // namespace chatos::fuzz
