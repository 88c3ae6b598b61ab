// The words of a profile's command, with placeholders for ports, names and values.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::conformance {

/// Each name ("{port}") and what takes its place.
using word_values = std::initializer_list<std::pair<std::string_view, std::string>>;

[[nodiscard]] std::vector<std::string> filled_in(std::vector<std::string> words, word_values values);

}  // namespace chatos::conformance
