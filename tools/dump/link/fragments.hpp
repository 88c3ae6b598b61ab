// Reassembles IP fragments. Bounded in datagrams and in bytes; every frame that went in is counted under a reason.
#pragma once

#include "dump/link/ip_layer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace chatos::dump {

/// Holds what was captured of datagrams until they are whole. Two fragments with different values for the same
/// bytes make the datagram unusable, as in hosts (RFC 5722); exact repetitions are harmless.
class fragment_store {
public:
    static constexpr std::size_t datagrams_max = 64;
    static constexpr std::uint32_t datagram_bytes_max = 65'535;
    /// A datagram whose first fragment is older than this will not be completed, and its identification may be used
    /// again.
    static constexpr std::int64_t age_seconds_max = 60;

    /// Frames that turn out to be part of nothing are added to `counts`, which must outlive the store.
    explicit fragment_store(skip_counts& counts) : counts_{counts} {}

    /// What is known of a fragment's frame.
    struct fragment_use {
        skip_reason useless{skip_reason::none};  ///< why the datagram is not wanted, which its first fragment shows
        bool counts{true};                       ///< false: the frame has been counted already
        /// The numbers of the frames that the fragment came in: several, if it came inside of a datagram itself.
        std::span<const std::uint64_t> numbers{};
    };
    /// Of longer datagrams only so many frames are known by number.
    static constexpr std::size_t numbers_max = 1'024;

    /// Takes a fragment. The whole payload when this frame completes it: its bytes live until the
    /// next call. Else nothing, and the frame has been or will be counted as skipped.
    [[nodiscard]] std::optional<ip_payload> take(const ip_payload& part, std::int64_t seconds, const fragment_use& use);
    /// The numbers of the frames of the datagram that take() completed, in the order in which they came.
    [[nodiscard]] const std::vector<std::uint64_t>& completed_numbers() const noexcept { return completed_numbers_; }
    /// The capture has ended: what is not complete never will be.
    void end();

private:
    struct range {
        std::uint32_t begin{0};
        std::uint32_t end{0};
    };
    struct datagram {
        ip_payload head;  // addresses, protocol, identification and VLAN; no bytes
        std::int64_t seconds{0};
        std::vector<std::byte> bytes;
        std::vector<range> ranges;  // sorted, apart from each other
        std::optional<std::uint32_t> total_bytes;
        std::uint64_t frames{0};
        std::vector<std::uint64_t> numbers;
        skip_reason discard_reason{skip_reason::none};
    };

    datagram& find(const ip_payload& part, std::int64_t seconds);
    static skip_reason add(datagram& whole, const ip_payload& part);
    void drop(std::size_t index, skip_reason reason);

    skip_counts& counts_;
    std::vector<datagram> datagrams_;  // the oldest first
    std::vector<std::byte> completed_;
    std::vector<std::uint64_t> completed_numbers_;
};

}  // namespace chatos::dump
