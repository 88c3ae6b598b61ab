// A file or standard input as a source of bytes that can peek at the first ones.
#pragma once

#include "dump/input/byte_source.hpp"
#include "dump/input/input_file.hpp"

#include <array>

namespace chatos::dump {

class file_source final : public byte_source {
public:
    /// Magic numbers have at most so many bytes.
    static constexpr std::size_t start_bytes = 4;

    /// `file` must outlive the source.
    explicit file_source(input_file& file) : file_{file} {}

    /// The first bytes, fewer only when the file is shorter. Before the first read().
    [[nodiscard]] std::span<const std::byte> start();
    [[nodiscard]] std::size_t read(std::span<std::byte> room) override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    std::size_t read_file(std::span<std::byte> room);

    input_file& file_;
    std::array<std::byte, start_bytes> start_{};
    std::size_t start_filled_{0};
    std::size_t start_taken_{0};
    std::string problem_;
};

}  // namespace chatos::dump
