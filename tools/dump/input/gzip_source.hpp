// Decompresses gzip as it is read. Memory does not grow with the output: a small file that expands to gigabytes costs
// only time.
#pragma once

#include "dump/input/byte_source.hpp"

#include <memory>

namespace chatos::dump {

/// Reads all members in sequence, as gzip does. A wrong checksum, a truncated file and bytes after the last member are
/// errors; the output before them has been delivered.
class gzip_source final : public byte_source {
public:
    /// `from` must outlive the source.
    explicit gzip_source(byte_source& from);
    ~gzip_source() override;

    [[nodiscard]] std::size_t read(std::span<std::byte> room) override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

private:
    struct inflater;

    byte_source& from_;
    std::unique_ptr<inflater> inflater_;
    std::string problem_;
};

}  // namespace chatos::dump
