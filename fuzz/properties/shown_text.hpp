// A plain second reading of the form in which text from the network is shown (chatos/display.hpp).
#pragma once

#include <string_view>

namespace chatos::fuzz {

/// What is wrong with `shown` as the form of `text` that a person sees; empty if nothing: it is UTF-8 without any
/// character that moves, hides or reorders the text around it, and read backwards it gives the bytes of `text`.
[[nodiscard]] std::string_view untrue_shown_text(std::string_view shown, std::string_view text);

}  // namespace chatos::fuzz
