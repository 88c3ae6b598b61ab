// One reply of RESP2, the protocol of Redis: a line, or an array of strings and numbers. Nothing nested deeper, because
// pub/sub sends nothing deeper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace chatos::bench {

/// Longest string that is accepted, in bytes.
inline constexpr std::size_t redis_string_bytes_max = 131'072;
inline constexpr std::size_t redis_line_bytes_max = 512;
inline constexpr std::size_t redis_elements_max = 8;

enum class reply_status : std::uint8_t { complete, incomplete, malformed };

struct redis_reply {
    reply_status status{reply_status::incomplete};
    std::size_t consumed{0};  ///< complete: its bytes
    char kind{0};             ///< complete: '+' line, '-' error, ':' number, '*' array
    std::string_view line{};  ///< '+', '-', ':': what follows, without the end of line
};

/// Reads the reply at the front of `input`. The elements of an array, strings and numbers alike, are put into
/// `elements`, which is cleared first. All views point into `input`.
[[nodiscard]] redis_reply read_redis_reply(std::string_view input, std::vector<std::string_view>& elements);

}  // namespace chatos::bench
