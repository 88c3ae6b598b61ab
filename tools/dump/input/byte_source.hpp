// Where the bytes of a capture come from: a file, a decompressor, memory in tests.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace chatos::dump {

class byte_source {
public:
    byte_source() = default;
    byte_source(const byte_source&) = delete;
    byte_source& operator=(const byte_source&) = delete;
    virtual ~byte_source() = default;

    /// Reads at least one byte and at most room.size() into `room` and returns how many; 0 at the end and after an
    /// error. May wait.
    [[nodiscard]] virtual std::size_t read(std::span<std::byte> room) = 0;
    /// The error, safe to print; empty if there is none.
    [[nodiscard]] virtual const std::string& problem() const = 0;
    /// What is odd and no error, safe to print; empty if there is nothing.
    [[nodiscard]] virtual const std::string& warning() const {
        static const std::string none;
        return none;
    }
};

}  // namespace chatos::dump
