// How a capture reader answers: one step at a time over the bytes that are there, like decode() of the codec.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstddef>
#include <cstdint>

namespace chatos::dump {

enum class step_status : std::uint8_t {
    frame,    ///< `frame` is set; drop `consumed` bytes once it has been used
    skipped,  ///< not a frame; drop `consumed` bytes, of which some may not have been read yet
    need,     ///< no step is possible before `need` bytes are available in all
    invalid,  ///< the file is malformed, see the reader's problem(); nothing after this can be read
};

struct capture_step {
    step_status status{step_status::need};
    std::uint64_t consumed{0};
    std::size_t need{0};
    captured_frame frame{};

    static capture_step needs(std::size_t bytes) noexcept { return {.status = step_status::need, .need = bytes}; }
    static capture_step skips(std::uint64_t bytes) noexcept {
        return {.status = step_status::skipped, .consumed = bytes};
    }
    static capture_step fails() noexcept { return {.status = step_status::invalid}; }
};

}  // namespace chatos::dump
