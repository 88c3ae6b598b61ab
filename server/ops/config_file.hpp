// The file of --config as text: bounded, so that a device or an endless file cannot keep the server from starting.
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

namespace chatos::ops {

/// Flags take a few kilobytes.
inline constexpr std::size_t config_bytes_max = std::size_t{1} << 20U;

/// Empty, or why `path` is not the file of a configuration: it is absent, no regular file, or larger than
/// config_bytes_max. Opens nothing: that alone may wait forever (a named pipe).
[[nodiscard]] std::string config_file_fault(const std::string& path);

/// Everything up to the end of `input`, without the byte order mark that some editors put before it. Empty when there
/// are more than config_bytes_max.
[[nodiscard]] std::optional<std::string> read_config(std::istream& input);

}  // namespace chatos::ops
