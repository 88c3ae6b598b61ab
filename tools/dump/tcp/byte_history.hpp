// The last bytes of a direction that were delivered, to compare retransmissions with.
#pragma once

#include "dump/tcp/memory_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace chatos::dump {

/// A ring that grows with what it is given, up to bytes_max. Bytes that were missing are remembered as such.
class byte_history {
public:
    static constexpr std::size_t bytes_max = 65'536;

    explicit byte_history(memory_budget& budget) noexcept : budget_{&budget} {}
    byte_history(const byte_history&) = delete;
    byte_history& operator=(const byte_history&) = delete;
    ~byte_history() { release(); }

    /// The next bytes of the direction.
    void add(std::span<const std::byte> bytes);
    /// The next `count` bytes of the direction are not known.
    void add_missing(std::uint64_t count);
    /// Gives the memory back. What comes later is remembered again.
    void release() noexcept;

    /// The bytes at `offset` that are remembered in one piece, at most `bytes_wanted`; empty when the first is not.
    [[nodiscard]] std::span<const std::byte> at(std::uint64_t offset, std::size_t bytes_wanted) const noexcept;
    /// The first offset after `offset` at which something is remembered, or the end.
    [[nodiscard]] std::uint64_t next_known(std::uint64_t offset) const noexcept;
    [[nodiscard]] std::size_t held_bytes() const noexcept { return capacity_; }

private:
    struct range {
        std::uint64_t begin;
        std::uint64_t end;
    };
    static constexpr std::size_t holes_max = 16;

    void grow(std::size_t wanted_bytes);
    void forget_old() noexcept;
    void prefetch_next() const noexcept;
    [[nodiscard]] std::size_t place_of(std::uint64_t offset) const noexcept { return offset & (capacity_ - 1); }

    memory_budget* budget_;
    std::unique_ptr<std::byte[]> ring_;
    std::size_t capacity_{0};  // a power of two; the byte at an offset is at place_of() it
    std::uint64_t begin_{0};
    std::uint64_t end_{0};
    std::vector<range> holes_;  // sorted, between begin_ and end_
};

}  // namespace chatos::dump
