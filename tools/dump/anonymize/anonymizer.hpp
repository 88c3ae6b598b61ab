// --anonymize: writes a capture that shows the same, and says nothing of what was said, by whom, and where.
#pragma once

#include "dump/anonymize/address_cipher.hpp"
#include "dump/anonymize/anonymized_file.hpp"
#include "dump/anonymize/text_cipher.hpp"
#include "dump/link/decapsulator.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/frame_listener.hpp"

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

/// The texts of a capture, which the cipher is to avoid. Read the capture into it first.
class text_collector final : public record_sink {
public:
    explicit text_collector(text_cipher& texts) : texts_{texts} {}
    void take(const any_record& record) override;

private:
    text_cipher& texts_;
};

/// Each frame is written when it was read, with zeros for its payload. What the dump finds in a stream is filled in
/// where its bytes are, whichever frames brought them, repetitions included: the packets, with other texts; the headers
/// of what is unfinished or malformed. What no record is about stays zeros.
class anonymizer final : public record_sink, public frame_listener {
public:
    struct counts {
        std::uint64_t frames{0};
        std::uint64_t simplified{0};
        std::uint64_t blank{0};
    };

    /// The file, the texts and the link types must outlive the anonymizer.
    anonymizer(anonymized_file& file, text_cipher& texts, const keyed_hash::key& secret, const server_ports& ports,
               const link_type_map& link_types)
        : file_{file}, texts_{texts}, addresses_{secret}, hash_{secret}, decapsulator_{ports, false, skipped_,
                                                                                       contents_, link_types} {}

    void take(const any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }
    void frame_read(std::uint64_t number, const captured_frame& frame) override;
    void bytes_given(const stream_position& at, std::span<const std::byte> bytes) override;
    void segment_taken(const stream_position& at, bool is_waiting) override;
    void segment_held() override {}
    void fragments_joined(std::span<const std::uint64_t> /*numbers*/) override {}
    void frame_done(bool /*is_held*/) override {}
    void capture_done() override {
        directions_.clear();
        segments_ = 0;
        unsettled_bytes_ = 0;
    }

    [[nodiscard]] const counts& account() const noexcept { return counts_; }

private:
    struct segment_place {
        std::uint64_t frame{0};
        std::uint32_t sequence{0};
        payload_place place{};
        bool is_syn{false};
        /// Bits by which it differs from what came first; as long as its payload, or empty.
        std::vector<std::byte> differences{};
    };
    struct direction_state {
        std::deque<segment_place> segments;  ///< in the order of their frames
        bool has_base{false};
        std::uint32_t base_sequence{0};  ///< of the byte at base_offset
        std::uint64_t base_offset{0};
        std::uint64_t settled{0};            ///< everything before is filled in, or stays zeros
        std::vector<std::byte> unsettled{};  ///< the bytes from `settled` on, if they are all known
        std::uint64_t tail{0};               ///< bytes of a malformed packet and after it
        keyed_hash::digest tail_state{};
        std::vector<std::byte> tail_block{};
    };

    void on(const packet_record& record);
    void on(const malformed_record& record);
    void on(const incomplete_record& record);
    void on(const undecoded_record& record);
    void on(const event_record& record);
    void on(const direction_closed& record);
    void on(const auto& /*without_bytes*/) {}

    [[nodiscard]] direction_state& state_of(std::uint32_t stream, stream_direction direction);
    [[nodiscard]] static std::int64_t offset_of(const direction_state& direction,
                                                const segment_place& segment) noexcept;
    bool add_segment_of(direction_state& direction, std::uint64_t frame);
    void drop_first(direction_state& direction);
    [[nodiscard]] const segment_place* recent(std::uint64_t frame) const noexcept;
    [[nodiscard]] std::uint32_t left_out_before(const direction_state& direction, const segment_place& segment,
                                                std::uint64_t offset, std::span<const std::byte> bytes) const;
    void repeat(direction_state& direction, const segment_place& added);
    void note_conflict(const event_record& record);
    void fill(const segment_place& segment, std::size_t offset, std::vector<std::byte> bytes);
    void fill(direction_state& direction, std::uint64_t offset, std::span<const std::byte> bytes);
    void settle(direction_state& direction, std::uint64_t offset);
    [[nodiscard]] std::vector<std::byte> replaced(std::span<const std::byte> packet,
                                                  const decode_error* error = nullptr);

    anonymized_file& file_;
    text_cipher& texts_;
    address_cipher addresses_;
    keyed_hash hash_;
    skip_counts skipped_{};
    content_counts contents_{};
    decapsulator decapsulator_;
    counts counts_;
    std::vector<std::byte> last_payload_;  ///< of the frame read last
    std::deque<segment_place> recent_;
    std::unordered_map<std::uint64_t, direction_state> directions_;
    std::size_t unsettled_bytes_{0};
    std::size_t segments_{0};  ///< of all directions
};

}  // namespace chatos::dump
