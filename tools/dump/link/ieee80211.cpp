// IEEE 802.11: the headers that radios put before their frames, and data frames down to the LLC header in them.
#include "dump/link/header_openers.hpp"

namespace chatos::dump {

namespace {

constexpr std::uint8_t flag_to_distribution = 0x01;
constexpr std::uint8_t flag_from_distribution = 0x02;
constexpr std::uint8_t flag_more_fragments = 0x04;
constexpr std::uint8_t flag_protected = 0x40;
constexpr std::uint8_t flag_high_throughput = 0x80;
constexpr std::uint8_t radiotap_padded = 0x20;
constexpr std::uint8_t radiotap_damaged = 0x40;

/// Whether the LLC header of a packet starts at this position: that of SNAP with an organization of zeros.
bool has_llc_at(const network_packet& packet, std::size_t at) noexcept {
    constexpr std::uint64_t snap = 0xAAAA'0300'0000;
    return packet.bytes.size() >= at + 8 && packet.number<std::uint64_t>(at) >> 16U == snap;
}

/// The flags of a radiotap header, which lie after its words of presence bits and a time stamp; 0 if there are none.
std::uint8_t radiotap_flags(const network_packet& packet, std::size_t header_bytes) noexcept {
    constexpr std::uint32_t has_time = 1U << 0U;
    constexpr std::uint32_t has_flags = 1U << 1U;
    constexpr std::uint32_t has_more_words = 1U << 31U;
    std::size_t at = 4;
    const std::uint32_t present = number_at<std::uint32_t>(packet.bytes, at, byte_order::little);
    for (std::uint32_t word = present; at += 4, (word & has_more_words) != 0;) {
        if (at + 4 > header_bytes) {
            return 0;
        }
        word = number_at<std::uint32_t>(packet.bytes, at, byte_order::little);
    }
    if ((present & has_time) != 0) {
        at = (at + 7) / 8 * 8 + 8;
    }
    return (present & has_flags) != 0 && at < header_bytes ? packet.byte(at) : std::uint8_t{0};
}

struct frame_header {
    std::size_t bytes{24};
    bool is_aggregate{false};
    bool may_be_mesh{false};
};

/// The header's size, as frame control (and the QoS field, if it was captured) says.
frame_header header_of(const network_packet& packet) noexcept {
    constexpr std::uint8_t subtype_quality = 0x80;
    const std::uint8_t flags = packet.byte(1);
    const bool has_four_addresses = (flags & flag_to_distribution) != 0 && (flags & flag_from_distribution) != 0;
    frame_header header;
    header.bytes += has_four_addresses ? 6 : 0;
    if ((packet.byte(0) & subtype_quality) != 0) {
        if (packet.bytes.size() >= header.bytes + 2) {
            header.is_aggregate = (packet.byte(header.bytes) & 0x80U) != 0;
            header.may_be_mesh = (packet.byte(header.bytes + 1) & 0x01U) != 0;
        }
        header.bytes += 2 + ((flags & flag_high_throughput) != 0 ? 4 : 0);
    }
    return header;
}

/// Bytes of the mesh control field, if there is one before the LLC header.
std::size_t mesh_bytes(const network_packet& packet) noexcept {
    if (packet.bytes.empty() || has_llc_at(packet, 0)) {
        return 0;
    }
    const std::size_t bytes = 6 + (packet.byte(0) & 0x03U) * std::size_t{6};
    return has_llc_at(packet, bytes) ? bytes : 0;
}

void skip_frame(network_packet& packet, unsigned type) noexcept {
    packet.fail(skip_reason::not_ip, type == 0   ? known_kind::ieee80211_management
                                     : type == 1 ? known_kind::ieee80211_control
                                                 : known_kind::ieee80211_other);
}

/// A data frame; `padding_bytes` says whether the radio aligned what follows the header.
void open_data(network_packet& packet, bool is_padded) noexcept {
    constexpr std::uint8_t subtype_no_data = 0x40;
    constexpr std::size_t sequence_control = 22;
    const network_packet frame = packet;
    const frame_header header = header_of(frame);
    if ((frame.byte(0) & subtype_no_data) != 0) {
        packet.fail(skip_reason::not_ip, known_kind::ieee80211_no_data);
        return;
    }
    if (!packet.drop(is_padded ? (header.bytes + 3) / 4 * 4 : header.bytes)) {
        return;
    }
    const bool is_protected = (frame.byte(1) & flag_protected) != 0;
    const bool is_fragment = (frame.byte(1) & flag_more_fragments) != 0 || (frame.byte(sequence_control) & 0x0FU) != 0;
    if (is_protected && !has_llc_at(packet, 0)) {  // some programs decrypt and leave the flag
        packet.fail(skip_reason::unreadable, known_kind::ieee80211_encrypted);
        return;
    }
    if (is_fragment) {
        packet.fail(skip_reason::unreadable, known_kind::ieee80211_fragment);
        return;
    }
    if (header.is_aggregate) {
        packet.note(encapsulation::aggregate);
        packet.becomes(header_kind::aggregate);
        return;
    }
    packet.drop(header.may_be_mesh ? mesh_bytes(packet) : 0);
    packet.becomes(header_kind::llc);
}

void open_frame(network_packet& packet, bool is_padded) noexcept {
    constexpr std::size_t control_bytes = 2;
    packet.note(encapsulation::ieee80211);
    if (packet.bytes.size() < control_bytes) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const unsigned type = packet.byte(0) >> 2U & 0x03U;
    const unsigned version = packet.byte(0) & 0x03U;
    constexpr unsigned data_type = 2;
    if (version != 0 || type != data_type) {
        skip_frame(packet, version != 0 ? 3 : type);
        return;
    }
    if (packet.bytes.size() < 24) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    open_data(packet, is_padded);
}

}  // namespace

void open_ieee80211(network_packet& packet) noexcept {
    open_frame(packet, false);
}

void open_radiotap(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes_min = 8;
    if (packet.bytes.size() < header_bytes_min) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::size_t header_bytes = number_at<std::uint16_t>(packet.bytes, 2, byte_order::little);
    if (header_bytes < header_bytes_min || packet.byte(0) != 0) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (packet.bytes.size() < header_bytes) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::uint8_t flags = radiotap_flags(packet, header_bytes);
    packet.drop(header_bytes);
    if ((flags & radiotap_damaged) != 0) {
        packet.note(encapsulation::ieee80211);
        packet.fail(skip_reason::unreadable, known_kind::ieee80211_damaged);
        return;
    }
    open_frame(packet, (flags & radiotap_padded) != 0);
}

/// A header that begins with a code and its length, in the byte order of the machine that captured. Newer programs
/// write an AVS header under this link type.
void open_prism(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes_min = 8;
    constexpr std::uint32_t avs_magic = 0x8021'1000;
    if (packet.bytes.size() < header_bytes_min) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    if ((packet.number<std::uint32_t>(0) & 0xFFFF'F000U) == avs_magic) {
        packet.becomes(header_kind::avs);
        return;
    }
    const auto big = packet.number<std::uint32_t>(4);
    const std::size_t header_bytes = big > 0xFFFF ? swapped(big) : big;
    if (header_bytes < header_bytes_min || header_bytes > 0xFFFF) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (packet.drop(header_bytes)) {
        packet.becomes(header_kind::ieee80211);
    }
}

void open_avs(network_packet& packet) noexcept {
    constexpr std::size_t header_bytes_min = 8;
    if (packet.bytes.size() < header_bytes_min) {
        packet.fail(skip_reason::cut_link_header);
        return;
    }
    const std::size_t header_bytes = packet.number<std::uint32_t>(4);
    if (header_bytes < header_bytes_min) {
        packet.fail(skip_reason::bad_tunnel_header);
        return;
    }
    if (packet.drop(header_bytes)) {
        packet.becomes(header_kind::ieee80211);
    }
}

}  // namespace chatos::dump
