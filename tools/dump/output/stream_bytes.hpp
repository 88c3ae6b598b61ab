// --follow-raw: the bytes of one stream.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/frame_listener.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace chatos::dump {

/// Prints the bytes of a stream as they are put in order: those of one direction as they are, those of both as lines of
/// hex, the server's after a tab, as tshark's raw follow prints them.
class stream_bytes final : public record_sink, public frame_listener {
public:
    /// `direction`: of one side only. `out` must outlive this.
    stream_bytes(output& out, std::uint32_t stream, std::optional<stream_direction> direction)
        : out_{out}, stream_{stream}, direction_{direction} {}

    void take(const any_record& record) override;
    void frame_read(std::uint64_t /*number*/, const captured_frame& /*frame*/) override {}
    void bytes_given(const stream_position& at, std::span<const std::byte> bytes) override;
    void segment_taken(const stream_position& at, bool is_waiting) override;
    void segment_held() override {}
    void fragments_joined(std::span<const std::uint64_t> /*numbers*/) override {}
    void frame_done(bool /*is_held*/) override {}
    void capture_done() override {}

    /// Why the input has no such stream; empty if it has.
    [[nodiscard]] std::string problem() const;
    /// What is missing in the bytes; empty if nothing is.
    [[nodiscard]] std::string warning() const;

private:
    struct missing_bytes {
        std::uint64_t bytes{0};
        std::uint64_t places{0};
        std::uint64_t first_offset{0};
        bool has_no_start{false};
    };

    [[nodiscard]] bool is_wanted(const stream_position& at) const noexcept {
        return at.stream == stream_ && (!direction_ || *direction_ == at.direction);
    }

    output& out_;
    std::uint32_t stream_;
    std::optional<stream_direction> direction_;
    std::uint64_t streams_{0};
    std::array<missing_bytes, 2> missing_{};
};

}  // namespace chatos::dump
