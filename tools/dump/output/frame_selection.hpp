// -w: which frames are written, when, and with which comment.
#pragma once

#include "dump/output/pcapng_writer.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/frame_listener.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

/// Writes the frames that brought the bytes of the records it gets, in the order in which they were read. A frame waits
/// until it is known what its bytes are part of, within bounds: one that waits for too long is written, because it may
/// be part of a packet that is wanted.
class frame_selection final : public record_sink, public frame_listener {
public:
    static constexpr std::size_t held_bytes_max = 4 << 20;
    static constexpr std::size_t held_frames_max = 8'192;
    /// By the time stamps of the frames.
    static constexpr std::chrono::seconds hold_time{2};

    struct selection {
        /// Every frame of the streams, not only those with bytes of the records: there is no filter.
        bool has_whole_streams{true};
        std::optional<std::uint32_t> followed{};  ///< one stream only
    };

    /// `writer` must outlive the selection.
    frame_selection(pcapng_writer& writer, const selection& wanted) : writer_{writer}, selection_{wanted} {}

    void take(const any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }

    void frame_read(std::uint64_t number, const captured_frame& frame) override;
    void bytes_given(const stream_position& at, std::span<const std::byte> bytes) override;
    void segment_taken(const stream_position& at, bool is_waiting) override;
    void segment_held() override;
    void fragments_joined(std::span<const std::uint64_t> numbers) override;
    void frame_done(bool is_held) override;
    void capture_done() override;

private:
    enum class fate : std::uint8_t { open, wanted, unwanted };
    struct held_frame {
        captured_frame frame;
        std::vector<std::byte> bytes;
        std::string comment;
        fate decision{fate::open};
        bool is_done{false};
        bool is_held{false};       ///< a fragment that waits for others, or a segment of a stream that is not known yet
        bool is_joined{false};     ///< its datagram is whole, and is as the last of its frames will be
        std::uint32_t waiting{0};  ///< directions in which its bytes may have to wait for others
        std::uint32_t given{0};    ///< pieces of its bytes that are part of records to come

        [[nodiscard]] bool is_decided() const noexcept {
            return is_done && !is_held && !is_joined && waiting == 0 && given == 0;
        }
    };
    /// The bytes of a frame that were given out.
    struct given_piece {
        std::uint64_t number;
        std::uint64_t begin;
        std::uint64_t end;
    };
    /// Frames of a direction that are held, by number.
    struct direction_frames {
        std::vector<given_piece> given;  ///< in order
        std::vector<std::uint64_t> waiting;
        bool is_failing{false};  ///< a packet is malformed, and has not been reported yet
        bool is_over{false};     ///< nothing more becomes a record
    };

    void on(const packet_record& record);
    void on(const hidden_packet& record);
    void on(const hidden_loss& record);
    void on(const malformed_record& record);
    void on(const incomplete_record& record);
    void on(const undecoded_record& record);
    void on(const event_record& record);
    void on(const direction_closed& record);
    void on(const input_pause& pause);
    void on(const auto& /*of_no_frame*/) {}

    [[nodiscard]] held_frame* find(std::uint64_t number) noexcept;
    [[nodiscard]] direction_frames* find(const stream_position& at);
    void want(const stream_position& at, std::uint64_t bytes);
    void comment(const stream_position& at, std::string_view text);
    void reach(const stream_position& at, std::uint64_t offset);
    void end(direction_frames& direction);
    void end_waiting(direction_frames& direction);
    void settle_fragments(bool is_paused);
    void free_bytes(held_frame& frame) noexcept;
    [[nodiscard]] bool is_too_much() const noexcept;
    void release(bool is_paused);
    void write(const held_frame& frame);

    pcapng_writer& writer_;
    selection selection_;
    std::deque<held_frame> frames_;
    std::uint64_t first_number_{1};  // of frames_.front()
    std::size_t held_bytes_{0};
    std::unordered_map<std::uint64_t, direction_frames> directions_;
    std::vector<std::vector<std::uint64_t>> joined_;  // frames of datagrams, the last of which is not decided
};

}  // namespace chatos::dump
