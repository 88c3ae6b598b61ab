// Decompresses Zstandard as it is read, in memory that does not grow with the output.
#pragma once

#include "dump/input/byte_source.hpp"

#include <memory>

namespace chatos::dump {

/// Reads all frames in sequence. A wrong checksum, a truncated file, and frames that need a window of more than 16 MiB
/// (levels above 19, --long) are errors; the output before them has been delivered.
class zstd_source final : public byte_source {
public:
    /// `from` must outlive the source.
    explicit zstd_source(byte_source& from);
    ~zstd_source() override;

    [[nodiscard]] std::size_t read(std::span<std::byte> room) override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    struct decompressor;

    byte_source& from_;
    std::unique_ptr<decompressor> decompressor_;
    std::string problem_;
};

}  // namespace chatos::dump
