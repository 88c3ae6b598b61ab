// Where frames come from: a file, or an interface.
#pragma once

#include "dump/capture/captured_frame.hpp"

#include <string>

namespace chatos::dump {

class frame_source {
public:
    frame_source() = default;
    frame_source(const frame_source&) = delete;
    frame_source& operator=(const frame_source&) = delete;
    virtual ~frame_source() = default;

    /// The next frame; null at the end or after an error, see problem(). May wait. The frame's
    /// bytes live until the next call.
    [[nodiscard]] virtual const captured_frame* next() = 0;
    /// The error, safe to print; empty if there is none.
    [[nodiscard]] virtual const std::string& problem() const = 0;
};

}  // namespace chatos::dump
