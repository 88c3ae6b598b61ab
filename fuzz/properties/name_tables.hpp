// The names that reports, logs and dumps print, written down a second time.
#pragma once

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>
#include <chatos/packet.hpp>

#include <string_view>

namespace chatos::fuzz {

/// What is wrong with the codec's names for these values, any values of their types; empty if nothing.
[[nodiscard]] std::string_view wrong_name(error_code code, violation kind, field where);

}  // namespace chatos::fuzz
