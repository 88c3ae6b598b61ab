// What must hold of chatos-dump for any raw stream, however it comes in. The first two bytes of an input are a plan, as
// in properties/decode_plan.hpp: the first chooses limits (bits 0 to 2), form of output (bits 3 and 4), direction (bit
// 5), and, if bits 6 and 7 are set, that the stream is also read from a file, which costs more than all the rest; the
// second chooses the split into fragments, and with an odd number that a file is hex text. The rest is the stream.
#pragma once

#include "properties/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace chatos::fuzz {

/// What bits 3 and 4 choose.
enum class dump_form : std::uint8_t { lines, tree, json, hex };

/// Properties: `agrees`, `accounted` (record_check.hpp), `printable`, `one line`, `text` (text_output.hpp), `json`
/// (json_output.hpp), `hex` (hex_forms.hpp), and `file`: the program's way from a file prints the same, and no stream
/// of packets is taken for hex text.
[[nodiscard]] verdict check_dump(std::span<const std::byte> input);

}  // namespace chatos::fuzz
