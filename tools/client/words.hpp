// Events as lines for a person.
#pragma once

#include "client/event.hpp"

#include <string>
#include <string_view>

namespace chatos::client {

/// What an answer means ("nobody is called bob").
[[nodiscard]] std::string meaning(const answer_came& answer);
/// How a session ended, with what to do next.
[[nodiscard]] std::string meaning(const session_ended& end, std::string_view pseudo);
/// "12.3 MB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// Who speaks in a line.
enum class line_kind : std::uint8_t { message, private_message, news, problem, silent };

/// A line in its parts, without its end. A message has a name; everything else is text that the client wrote.
struct worded_line {
    line_kind kind{line_kind::silent};  ///< silent: nothing to show
    std::string name{};                 ///< safe to show
    std::string text{};                 ///< safe to show; only help has several lines
};

[[nodiscard]] worded_line in_words(const session_event& event);

/// The line as it is printed without colors: "bob: hi", "(bob) hi" for what came privately, "* news".
[[nodiscard]] std::string plain_text(const worded_line& line);

}  // namespace chatos::client
