// Reads the frames of one capture from a source of bytes. Owns the buffer between the two.
#pragma once

#include "dump/capture/capture_reader.hpp"
#include "dump/capture/frame_source.hpp"
#include "dump/input/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace chatos::dump {

/// Memory is one buffer, which grows to the largest record or block and never beyond capture_reader::step_bytes_max
/// plus one piece.
class frame_reader final : public frame_source {
public:
    /// `source` must outlive the reader.
    explicit frame_reader(byte_source& source);

    [[nodiscard]] const captured_frame* next() override;
    /// The error and its byte offset in the (decompressed) file; empty if there is none.
    [[nodiscard]] const std::string& problem() const noexcept override { return problem_; }

private:
    bool fill(std::size_t wanted_bytes);
    bool skip(std::uint64_t bytes);
    void fail(const std::string& reason);
    [[nodiscard]] std::span<const std::byte> unread() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

    byte_source& source_;
    capture_reader reader_;
    std::size_t capacity_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t begin_{0};
    std::size_t end_{0};
    std::uint64_t offset_{0};  // in the file, of begin_
    std::uint64_t to_skip_{0};
    capture_step step_;  // of which the frame is given out
    std::string problem_;
    bool is_over_{false};
};

}  // namespace chatos::dump
