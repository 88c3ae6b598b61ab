// Other ways in which a server that refuses a correct CR might read packets: tried on connections of their own, so that
// the author is told what the server seems to speak.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

/// How packets are written that the server takes for correct.
struct reading {
    std::string_view rule;  ///< that it breaks
    std::string_view text;  ///< "the server seems to ..."
    std::string_view hint;
};

/// Sends bytes on a new connection and returns the first bytes that come back; nothing if none do.
using send_and_receive = std::function<std::vector<std::byte>(std::span<const std::byte>)>;

/// Registers under pseudos that begin with `tag`, correctly and in other ways, until one gets an OK. Nothing if a
/// correct CR does, or no way that is known.
[[nodiscard]] std::optional<reading> find_reading(const send_and_receive& ask, std::string_view tag);

}  // namespace chatos::conformance
