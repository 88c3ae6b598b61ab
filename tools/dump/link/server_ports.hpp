// The TCP ports whose connections are read.
#pragma once

#include <bitset>
#include <string_view>

namespace chatos::dump {

using server_ports = std::bitset<65'536>;

/// Adds a port from 1 to 65535, or all from one to another: "7777", "7000-7999". False, and `ports` unchanged, if
/// `text` is neither.
[[nodiscard]] bool add_ports(server_ports& ports, std::string_view text) noexcept;

}  // namespace chatos::dump
