// "Did you mean": the word that was probably meant, of those that there are.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace chatos::base {

/// The fewest insertions, deletions, substitutions and swaps of two neighbors that make one word the other; no part is
/// edited twice. Counts bytes, and takes time and memory in proportion to the product of the lengths.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

/// The one of `words` that is most like `word`, upper and lower case being alike; nothing when none is, when `word` is
/// one of them, or when it is longer than anything that somebody types. Of several alike the first. A word that `word`
/// begins, three bytes at least, counts as like it.
[[nodiscard]] std::optional<std::string> similar_word(std::string_view word, std::span<const std::string> words);

/// `; did you mean 'run'?`, or nothing: the end of a message that refuses `word`.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> words);

}  // namespace chatos::base
