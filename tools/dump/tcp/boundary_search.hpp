// Finds packet boundaries in the middle of a stream. ChatOS packets carry no marker, so a boundary is proven by what
// can be decoded from there.
#pragma once

#include "dump/tcp/frame_mark.hpp"
#include "dump/tcp/memory_budget.hpp"

#include <chatos/layout.hpp>
#include <chatos/limits.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace chatos::dump {

enum class boundary_proof : std::uint8_t {
    first_byte,   ///< the first byte that was seen of the stream, and a packet decodes there
    two_packets,  ///< two packets in a row decode there
    exact_end,    ///< a packet decodes there, and ends exactly where the known bytes end
};

/// Collects bytes until a boundary is found. What is found does not depend on how the bytes come in pieces. At most
/// window_bytes_max() are kept; a place that would need more to prove itself is passed over.
class boundary_search {
public:
    /// Room for two of the largest packets that the limits allow, but for at least 256 KiB, and at most 8 MiB.
    [[nodiscard]] static constexpr std::size_t window_bytes_max(const limits& bounds) noexcept {
        constexpr std::size_t lowest = 262'144;
        constexpr std::size_t highest = 8'388'608;
        return std::clamp(2 * packet_bytes_max(bounds), lowest, highest);
    }

    /// The byte at `offset` comes first. It is a boundary if only one packet decodes there when `trusts_first_byte`.
    boundary_search(std::uint64_t offset, bool trusts_first_byte, const limits& bounds, memory_budget& budget) noexcept;
    boundary_search(const boundary_search&) = delete;
    boundary_search& operator=(const boundary_search&) = delete;
    ~boundary_search();

    void add(std::span<const std::byte> bytes, const frame_mark& mark);
    /// Searches the bytes so far for a boundary. `at_end`: the known bytes end here.
    [[nodiscard]] std::optional<boundary_proof> find(bool at_end);

    /// After a boundary was found: the bytes from there on, and the piece that the byte at `position` of them came in.
    [[nodiscard]] std::span<const std::byte> boundary_bytes() const noexcept;
    struct piece {
        std::size_t bytes;  ///< from `position` to the end of the piece
        frame_mark mark;
    };
    [[nodiscard]] piece piece_at(std::size_t position) const noexcept;

    /// Offset of the place that is being judged, or was found.
    [[nodiscard]] std::uint64_t offset() const noexcept { return window_offset_ + candidate_; }
    [[nodiscard]] std::uint64_t first_offset() const noexcept { return first_offset_; }
    [[nodiscard]] std::uint64_t end_offset() const noexcept { return window_offset_ + window_.size(); }
    [[nodiscard]] std::size_t held_bytes() const noexcept { return window_.capacity(); }

private:
    enum class candidate_state : std::uint8_t { proven, rejected, open };
    struct mark_end {
        std::uint64_t offset;
        frame_mark mark;
    };

    candidate_state examine(std::span<const std::byte> bytes, bool at_end);
    void discard_rejected();

    limits bounds_;
    memory_budget* budget_;
    std::uint64_t first_offset_;
    std::uint64_t window_offset_;
    bool trusts_first_byte_;
    std::vector<std::byte> window_;
    std::vector<mark_end> marks_;
    std::size_t candidate_{0};
    std::size_t wanted_bytes_{0};  // of the window, before searching again makes sense
    boundary_proof proof_{boundary_proof::two_packets};
};

}  // namespace chatos::dump
