// Decompresses gzip as it is read. Memory does not grow with the output: a small file that expands to gigabytes costs
// only time.
#pragma once

#include "dump/input/byte_source.hpp"

#include <memory>

namespace chatos::dump {

/// Reads all members in sequence, as gzip does. A wrong checksum and a truncated file are errors; the output before
/// them has been delivered. Zeros after a member are padding, as tapes and block devices leave it; other bytes that
/// begin no member are left out with a warning.
class gzip_source final : public byte_source {
public:
    /// `from` must outlive the source.
    explicit gzip_source(byte_source& from);
    ~gzip_source() override;

    [[nodiscard]] std::size_t read(std::span<std::byte> room) override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }
    [[nodiscard]] const std::string& warning() const override { return warning_; }

private:
    struct inflater;

    bool fill();
    void skip_padding();
    void end_with_garbage();

    byte_source& from_;
    std::unique_ptr<inflater> inflater_;
    std::string problem_;
    std::string warning_;
};

}  // namespace chatos::dump
