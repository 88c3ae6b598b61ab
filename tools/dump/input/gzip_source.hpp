// Gzip, decompressed on the way. Memory does not grow with what comes out, so that a small file which stands for
// gigabytes takes time and nothing else.
#pragma once

#include "dump/input/byte_source.hpp"

#include <memory>

namespace chatos::dump {

/// Reads members one after the other, as gzip does. A checksum that is wrong, a file that ends early and bytes behind
/// the last member are problems; what came before them has been given out.
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
