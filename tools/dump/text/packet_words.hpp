// What the forms for people say of a packet on one line.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <string_view>

namespace chatos::dump {

/// Adds `  pseudo="bob"  message="hi"` or `  code=0 OK`: the fields behind the packet's name, escaped, and of long ones
/// the start.
void add_packet_words(output& out, const packet_view& packet);

/// Why a packet should not travel this way: `no client sends this`; empty where it may.
[[nodiscard]] std::string_view wrong_direction_words(const packet_record& record) noexcept;

}  // namespace chatos::dump
