// One encoded packet, shared by all its recipients, or relayed bytes. A packet is encoded once per request, not once
// per recipient.
#pragma once

#include "core/memory_tally.hpp"

#include <chatos/limits.hpp>
#include <chatos/packet.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace chatos::core {

/// A counted reference to the bytes of one packet. Not thread-safe: the count is a plain integer, because a core runs
/// on one thread.
class frame {
public:
    frame() noexcept = default;
    frame(const frame& other) noexcept : shared_{other.shared_} {
        if (shared_ != nullptr) {
            ++shared_->references;
        }
    }
    frame(frame&& other) noexcept : shared_{std::exchange(other.shared_, nullptr)} {}
    frame& operator=(frame other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~frame() { release(); }

    /// Encodes `packet`, which must be within `bounds` (asserted: the core only sends what it has decoded). Its memory
    /// is counted in `tally` until the last reference is gone.
    [[nodiscard]] static frame of(const packet_view& packet, const limits& bounds, memory_tally* tally = nullptr);

    /// Memory of a frame for a packet of `packet_bytes`.
    [[nodiscard]] static constexpr std::size_t memory_bytes(std::size_t packet_bytes) noexcept {
        return allocated_bytes(sizeof(block) + packet_bytes);
    }

    /// A copy of bytes relayed through a tunnel (TUN-2). Not counted in a tally: tunnels have bounds of their own.
    [[nodiscard]] static frame of_bytes(std::span<const std::byte> relayed);

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
        return shared_ == nullptr ? std::span<const std::byte>{}
                                  : std::span{reinterpret_cast<const std::byte*>(shared_ + 1), shared_->size_bytes};
    }
    [[nodiscard]] std::uint32_t size_bytes() const noexcept { return shared_ == nullptr ? 0 : shared_->size_bytes; }
    /// True for an ERROR, that is, an answer to a request of the recipient.
    [[nodiscard]] bool is_answer() const noexcept { return shared_ != nullptr && shared_->is_answer; }

private:
    struct block {  // the bytes follow it in the same allocation
        memory_tally* counted_in;
        std::uint32_t references;
        std::uint32_t size_bytes;
        bool is_answer;
    };

    static block* allocate(std::size_t size_bytes, bool is_answer, memory_tally* tally);
    explicit frame(block* shared) noexcept : shared_{shared} {}
    void release() noexcept {
        if (shared_ != nullptr && --shared_->references == 0) {
            free_block();
        }
    }
    void free_block() noexcept;

    block* shared_{nullptr};
};

}  // namespace chatos::core
