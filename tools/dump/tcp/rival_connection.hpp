// Segments that contradict the connection under way between the same endpoints: the beginning of another one, or old or
// forged ones that nobody takes up. What the two sides say later decides.
#pragma once

#include "dump/link/tcp_segment.hpp"
#include "dump/tcp/frame_mark.hpp"
#include "dump/tcp/memory_budget.hpp"
#include "dump/tcp/number_fit.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace chatos::dump {

/// Keeps the segments that would be the first ones of the other connection. Sides are those of the connection's key.
class rival_connection {
public:
    /// More segments are not kept.
    static constexpr std::size_t segments_max = 4;

    struct held_segment {
        bool is_from_low;
        tcp_segment segment;
        frame_mark mark;
        std::vector<std::byte> payload;  ///< what the segment's payload views
    };

    /// `segment` has a SYN, or bytes so far from those of the connection under way that the capture may lack a SYN.
    rival_connection(bool is_from_low, const tcp_segment& segment, const frame_mark& mark, memory_budget& budget);
    rival_connection(const rival_connection&) = delete;
    rival_connection& operator=(const rival_connection&) = delete;
    ~rival_connection();

    /// Whether a segment that has a SYN is part of this handshake.
    [[nodiscard]] bool is_joined_by(bool is_from_low, const tcp_segment& segment) const noexcept;
    /// How the numbers of a segment fit this connection.
    [[nodiscard]] number_fit fit_of(bool is_from_low, const tcp_segment& segment) const noexcept;
    /// Keeps a copy of the segment, if there is room for one more.
    bool hold(bool is_from_low, const tcp_segment& segment, const frame_mark& mark);
    /// A segment of the connection under way came later than the rival's handshake.
    void refute() noexcept { is_refuted_ = true; }
    void contest() noexcept { is_contested_ = true; }

    [[nodiscard]] bool is_refuted() const noexcept { return is_refuted_; }
    [[nodiscard]] bool is_contested() const noexcept { return is_contested_; }
    [[nodiscard]] bool has_handshake() const noexcept { return segments_.front().segment.is_syn; }
    /// Who sent the segment that began it.
    [[nodiscard]] bool began_from_low() const noexcept { return segments_.front().is_from_low; }
    /// In the order in which they came; at least one.
    [[nodiscard]] const std::deque<held_segment>& segments() const noexcept { return segments_; }
    /// Sequence number of a side's first byte, as far as the handshake tells it.
    [[nodiscard]] std::optional<std::uint32_t> first_sequence(bool of_low) const noexcept {
        return sides_[of_low ? 0 : 1].first;
    }

private:
    struct side {
        std::optional<std::uint32_t> first;
        std::uint32_t end{0};  // of what is kept in one piece
    };

    memory_budget& budget_;
    std::deque<held_segment> segments_;
    std::array<side, 2> sides_{};  // the low end first
    std::size_t held_bytes_{0};
    bool is_refuted_{false};
    bool is_contested_{false};
};

}  // namespace chatos::dump
