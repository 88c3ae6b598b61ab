// A capture in memory, given out in pieces of a chosen size.
#pragma once

#include "dump/input/byte_source.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace chatos::dump::testing {

class memory_source final : public byte_source {
public:
    /// `bytes` must outlive the source. After the last byte there is `problem`.
    explicit memory_source(std::span<const std::byte> bytes, std::size_t piece_bytes = SIZE_MAX,
                           std::string problem = {})
        : bytes_{bytes}, piece_bytes_{piece_bytes}, problem_{std::move(problem)} {}

    [[nodiscard]] std::size_t read(std::span<std::byte> room) override {
        const std::size_t count = std::min({room.size(), piece_bytes_, bytes_.size()});
        std::copy_n(bytes_.begin(), count, room.begin());
        bytes_ = bytes_.subspan(count);
        return count;
    }
    [[nodiscard]] const std::string& problem() const override {
        static const std::string none;
        return bytes_.empty() ? problem_ : none;
    }

private:
    std::span<const std::byte> bytes_;
    std::size_t piece_bytes_;
    std::string problem_;
};

}  // namespace chatos::dump::testing
