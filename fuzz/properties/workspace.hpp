// Memory that the properties use again for every input, so that a run costs no allocation. Each piece that is lent
// out ends where its allocation ends: AddressSanitizer sees the first byte that is read or written after it.
#pragma once

#include <chatos/layout.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace chatos::fuzz {

/// One allocation, lent out from its end.
class end_aligned_block {
public:
    /// `bytes` bytes that the block's end ends; what they hold is not specified. Valid until the next call.
    [[nodiscard]] std::span<std::byte> lend(std::size_t bytes);
    /// The same, holding a copy of `content`. What the last copy held is overwritten first: who still points there
    /// reads other bytes.
    [[nodiscard]] std::span<std::byte> lend_copy(std::span<const std::byte> content);

private:
    std::vector<std::byte> memory_;
    std::size_t copied_{0};
};

class workspace {
public:
    /// Storage for a stream decoder, no byte larger than the limits demand.
    [[nodiscard]] std::span<std::byte> storage(const limits& bounds);

    end_aligned_block encoded;
    end_aligned_block fragment;

    /// Reads every byte of what was decoded, so that no optimiser can leave the decoding out.
    void consume(const packet_view& packet) noexcept;
    [[nodiscard]] std::uint64_t consumed() const noexcept { return consumed_; }

private:
    struct storage_of_limits {
        limits bounds{};
        std::vector<std::byte> memory{};
    };
    std::vector<storage_of_limits> storages_;
    std::uint64_t consumed_{0};
};

}  // namespace chatos::fuzz
