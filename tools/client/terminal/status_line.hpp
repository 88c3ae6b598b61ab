// The prompt: what waits for a decision, with its countdown, and how far files are, with a bar.
#pragma once

#include "client/private/peer.hpp"
#include "client/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chatos::client {

/// "bob asks (24 s) > ", "report.pdf [=====>    ] 43% > ", or only "> ". At most `columns_max` wide, cut by leaving
/// out.
[[nodiscard]] std::string prompt_text(const std::vector<undecided_contact>& undecided,
                                      const std::vector<file_progress>& files, instant now, std::size_t columns_max);

/// When the prompt changes by time alone.
[[nodiscard]] std::optional<instant> next_prompt_change(const std::vector<undecided_contact>& undecided, instant now);

}  // namespace chatos::client
