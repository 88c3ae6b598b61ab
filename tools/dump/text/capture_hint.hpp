// What to do when a capture shows no packet.
#pragma once

#include "dump/record/record.hpp"

#include <string>

namespace chatos::dump {

/// A sentence that tells why no packet was found and what to do; empty if there were packets, or no frame was skipped.
/// Contains nothing from the input but numbers.
[[nodiscard]] std::string capture_hint(const totals& account);

}  // namespace chatos::dump
