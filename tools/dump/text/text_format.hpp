// Pieces of the text forms: quoted strings and rows of hex. All network text passes through here, escaped.
#pragma once

#include "dump/output/output.hpp"

#include <chatos/display.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Where the lines below a packet's own line start.
inline constexpr std::size_t indent_columns = 8 + 7;
/// Columns of an offset, of a packet's name, of a field's name.
inline constexpr std::size_t offset_columns = 8;
inline constexpr std::size_t packet_name_columns = 5;
inline constexpr std::size_t field_name_columns = 12;
/// Bytes in a row of hex, and the columns they take.
inline constexpr std::size_t row_bytes = 16;
inline constexpr std::size_t hex_columns = row_bytes * 3 - 1;

/// Adds `text` in quotes, escaped for a terminal.
void add_quoted(output& out, std::string_view text);
/// The same, of a long text only the start, followed by how many bytes were left out: `"abc"... (+1000 bytes)`.
void add_quoted_start(output& out, std::string_view text);

/// Columns that add_quoted_start() takes.
[[nodiscard]] std::size_t quoted_start_columns(std::string_view text);

/// The path of a file as a message shows it: in quotes, or "standard input" for "-".
[[nodiscard]] std::string shown_path(const std::string& path);

/// `5 bytes`, `1 byte`.
void add_byte_count(output& out, std::uint64_t bytes);

/// `5 packets in 2 streams`.
void add_packet_count(output& out, std::uint64_t packets, std::uint64_t streams);

/// Adds "03 00 0a", without a line end.
void add_hex_bytes(output& out, std::span<const std::byte> bytes);
/// The same, filled up with spaces to hex_columns.
void add_hex_row(output& out, std::span<const std::byte> bytes);

}  // namespace chatos::dump
