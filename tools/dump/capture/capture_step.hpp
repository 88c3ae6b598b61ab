// How a capture reader answers: one step at a time over the bytes that are there, like decode() of the codec.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <cstddef>
#include <cstdint>

namespace chatos::dump {

enum class step_status : std::uint8_t {
    frame,   ///< `frame` is set; drop `consumed` bytes once it has been used
    passed,  ///< nothing to show; drop `consumed` bytes, which may be more than there are: the next ones as well
    need,    ///< no step is possible before `need` bytes are there in all
    broken,  ///< the file is not what it should be; the reader's problem() says why; nothing after this can be read
};

struct capture_step {
    step_status status{step_status::need};
    std::uint64_t consumed{0};
    std::size_t need{0};
    captured_frame frame{};

    static capture_step wants(std::size_t bytes) noexcept { return {.status = step_status::need, .need = bytes}; }
    static capture_step passes(std::uint64_t bytes) noexcept {
        return {.status = step_status::passed, .consumed = bytes};
    }
    static capture_step fails() noexcept { return {.status = step_status::broken}; }
};

}  // namespace chatos::dump
