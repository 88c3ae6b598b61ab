// The descriptions themselves, one for each form of input; each adds whole lines.
#pragma once

#include "dump/output/output.hpp"

#include <chatos/limits.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

using input_bytes = std::span<const std::byte>;

// A plan and its packets; what the plan's second byte chooses differs.
void add_decode_input(dump::output& out, input_bytes input);
void add_stream_input(dump::output& out, input_bytes input);
void add_round_trip_input(dump::output& out, input_bytes input);
void add_differential_input(dump::output& out, input_bytes input);
void add_dump_input(dump::output& out, input_bytes input);

// A capture file, frames, a stream with what a network does to it.
void add_capture_input(dump::output& out, input_bytes input);
void add_link_input(dump::output& out, input_bytes input);
void add_reassembly_input(dump::output& out, input_bytes input);

/// A filter, what it is read as, or what is wrong with it.
void add_filter_input(dump::output& out, input_bytes input);

void add_utf8_input(dump::output& out, input_bytes input);
void add_encode_input(dump::output& out, input_bytes input);
void add_session_input(dump::output& out, input_bytes input);
void add_history_input(dump::output& out, input_bytes input);
void add_scenario_input(dump::output& out, input_bytes input);

/// `1 byte`, `5 bytes`.
[[nodiscard]] std::string count_of_bytes(std::size_t bytes);

/// `limits: pseudo 255, message 65536 bytes`, without a line end.
void add_limits(dump::output& out, const limits& bounds);

/// The bytes, a row for each 16 of them: offset, hex, escaped text.
void add_rows(dump::output& out, input_bytes bytes);

}  // namespace chatos::fuzz
