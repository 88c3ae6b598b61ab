#include "dump/link/tcp_segment.hpp"

#include "dump/capture/wire_numbers.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr std::size_t header_bytes_min = 20;
constexpr std::size_t sequence_end = 8;
constexpr std::size_t length_end = 13;

/// The window scale among the options, which may end early.
std::optional<std::uint8_t> window_shift_of(std::span<const std::byte> options) noexcept {
    constexpr std::uint8_t end_kind = 0;
    constexpr std::uint8_t filler_kind = 1;
    constexpr std::uint8_t scale_kind = 3;
    constexpr std::uint8_t shift_max = 14;
    while (!options.empty()) {
        const std::uint8_t kind = byte_at(options, 0);
        if (kind == end_kind) {
            break;
        }
        if (kind == filler_kind) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2 || byte_at(options, 1) < 2 || byte_at(options, 1) > options.size()) {
            break;
        }
        if (kind == scale_kind && byte_at(options, 1) == 3) {
            return std::min(byte_at(options, 2), shift_max);
        }
        options = options.subspan(byte_at(options, 1));
    }
    return std::nullopt;
}

bool has_right_checksum(const ip_payload& payload) noexcept {
    const std::size_t address_bytes = payload.ip_version == 4 ? 4 : 16;
    const std::span<const std::byte> source = std::as_bytes(std::span{payload.source.bytes}).first(address_bytes);
    const std::span<const std::byte> destination =
        std::as_bytes(std::span{payload.destination.bytes}).first(address_bytes);
    std::uint32_t sum = ones_complement_sum(source, protocol_tcp);
    sum = ones_complement_sum(destination, sum);
    sum += (payload.original_bytes >> 16U) + (payload.original_bytes & 0xFFFFU);
    return is_right_checksum(ones_complement_sum(payload.bytes, sum));
}

/// A header that the capture does not have whole: what is known of it is of use where bytes are missing.
void read_cut_header(tcp_segment& segment, const ip_payload& payload) noexcept {
    segment.reason = skip_reason::cut_tcp_header;
    const std::span<const std::byte> bytes = payload.bytes;
    if (bytes.size() < sequence_end) {
        return;
    }
    segment.sequence = network_number_at<std::uint32_t>(bytes, 4);
    segment.has_sequence = true;
    if (bytes.size() >= length_end) {
        const std::size_t header_bytes = (byte_at(bytes, 12) >> 4U) * std::size_t{4};
        segment.has_payload_bytes = header_bytes >= header_bytes_min && header_bytes <= payload.original_bytes;
        segment.payload_bytes =
            segment.has_payload_bytes ? payload.original_bytes - static_cast<std::uint32_t>(header_bytes) : 0;
    }
    if (bytes.size() > length_end) {
        const std::uint8_t flags = byte_at(bytes, 13);
        segment.is_fin = (flags & 0x01U) != 0;
        segment.is_syn = (flags & 0x02U) != 0;
        segment.is_rst = (flags & 0x04U) != 0;
        segment.is_ack = (flags & 0x10U) != 0;
        segment.acknowledgement = network_number_at<std::uint32_t>(bytes, 8);
    }
}

}  // namespace

tcp_segment parse_tcp_segment(const ip_payload& payload, bool verify_checksums) noexcept {
    const std::span<const std::byte> bytes = payload.bytes;
    const bool is_cut = payload.original_bytes > bytes.size();
    tcp_segment segment;
    if (bytes.size() < 4) {
        segment.reason = is_cut ? skip_reason::cut_tcp_header : skip_reason::bad_tcp_header;
        return segment;
    }
    segment.has_ports = true;
    segment.source_port = network_number_at<std::uint16_t>(bytes, 0);
    segment.destination_port = network_number_at<std::uint16_t>(bytes, 2);
    const std::size_t header_bytes =
        bytes.size() < length_end ? header_bytes_min : (byte_at(bytes, 12) >> 4U) * std::size_t{4};
    if (header_bytes < header_bytes_min || header_bytes > payload.original_bytes) {
        segment.reason = skip_reason::bad_tcp_header;
        return segment;
    }
    if (bytes.size() < header_bytes) {
        read_cut_header(segment, payload);
        return segment;
    }
    if (verify_checksums && !is_cut && !has_right_checksum(payload)) {
        segment.reason = skip_reason::bad_checksum;
        return segment;
    }
    const std::uint8_t flags = byte_at(bytes, 13);
    segment.sequence = network_number_at<std::uint32_t>(bytes, 4);
    segment.acknowledgement = network_number_at<std::uint32_t>(bytes, 8);
    segment.window = network_number_at<std::uint16_t>(bytes, 14);
    segment.is_fin = (flags & 0x01U) != 0;
    segment.is_syn = (flags & 0x02U) != 0;
    segment.is_rst = (flags & 0x04U) != 0;
    segment.is_ack = (flags & 0x10U) != 0;
    segment.has_sequence = true;
    segment.has_payload_bytes = true;
    if (segment.is_syn) {
        segment.window_shift = window_shift_of(bytes.subspan(header_bytes_min, header_bytes - header_bytes_min));
    }
    segment.payload = bytes.subspan(header_bytes);
    segment.payload_bytes = payload.original_bytes - static_cast<std::uint32_t>(header_bytes);
    return segment;
}

}  // namespace chatos::dump
