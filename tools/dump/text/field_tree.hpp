// The -v form of one packet: a row for each field with its offset, its bytes and what they mean.
#pragma once

#include "base/colors.hpp"
#include "dump/output/output.hpp"

#include <chatos/decode.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::dump {

/// Adds the rows of the packet that starts with `packet`, whose first byte is at `offset` of its stream. A field that
/// is cut short says so. With `error`, the rows end with the field that it names, which is marked.
void add_field_tree(output& out, const base::colors& colors, std::span<const std::byte> packet, std::uint64_t offset,
                    const decode_error* error = nullptr);

}  // namespace chatos::dump
