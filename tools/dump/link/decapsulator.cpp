#include "dump/link/decapsulator.hpp"

#include "base/in_place.hpp"
#include "dump/link/link_layer.hpp"
#include "dump/link/tunnels.hpp"

#include <algorithm>
#include <optional>

namespace chatos::dump {

const decapsulated_frame* decapsulator::skip(skip_reason reason, frame_kind kind) noexcept {
    if (is_aggregate_) {
        if (first_reason_ == skip_reason::none) {
            first_reason_ = reason;
            first_kind_ = kind;
        }
    } else if (!is_counted_) {
        is_counted_ = true;
        ++skipped_[static_cast<std::size_t>(reason)];
        if (kind.from() != frame_kind::registry::none) {
            contents_.kinds.add(kind);
        }
    }
    return nullptr;
}

void decapsulator::count_encapsulations(encapsulation_set encapsulations) noexcept {
    for (std::size_t index = 0; index < encapsulation_count; ++index) {
        contents_.encapsulations[index] += encapsulations >> index & 1U;
    }
}

void decapsulator::count_other_port(const tcp_segment& tcp) noexcept {
    const std::uint16_t port = std::min(tcp.source_port, tcp.destination_port);
    for (content_counts::port_row& row : contents_.other_ports) {
        if (row.frames == 0 || row.port == port) {
            row.port = port;
            ++row.frames;
            return;
        }
    }
}

[[gnu::always_inline]] inline const decapsulated_frame* decapsulator::open_segment() {
    base::make_in_place(frame_.tcp, [this] { return parse_tcp_segment(frame_.ip, verify_checksums_); });
    const tcp_segment& tcp = frame_.tcp;
    if (tcp.has_ports && !ports_[tcp.source_port] && !ports_[tcp.destination_port]) {
        count_other_port(tcp);
        return skip(skip_reason::other_port,
                    begins_tls_record(tcp.payload) ? frame_kind{known_kind::tls} : frame_kind{});
    }
    if (begins_tls_record(tcp.payload)) {
        contents_.kinds.add(known_kind::tls);
    }
    frame_.counts = !is_counted_;
    if (tcp.reason == skip_reason::none) {
        is_counted_ = true;
        return &frame_;
    }
    skip(tcp.reason);
    return tcp.reason == skip_reason::cut_tcp_header && tcp.has_sequence ? &frame_ : nullptr;
}

/// From the first IP header on; `packet` is left with what was seen on the way.
const decapsulated_frame* decapsulator::open(network_packet& packet) {
    for (int tunnels = 0;; ++tunnels) {
        if (packet.reason != skip_reason::none) {
            return skip(packet.reason, packet.kind);
        }
        if (packet.next == header_kind::aggregate) {
            return open_aggregate(packet);
        }
        base::make_in_place(frame_.ip, [&] { return parse_ip_packet(packet, verify_checksums_); });
        if (frame_.ip.reason != skip_reason::none) {
            return skip(frame_.ip.reason);
        }
        if (!frame_.ip.fragment.is_whole() && !complete_fragments()) {
            return nullptr;
        }
        if (frame_.ip.protocol == protocol_tcp) {
            return open_segment();
        }
        if (tunnels == tunnels_max) {
            return skip(skip_reason::too_many_headers);
        }
        open_tunnel(frame_.ip, packet);
        open_link_headers(packet);
    }
}

const decapsulated_frame* decapsulator::decapsulate(const captured_frame& frame, std::uint64_t number) {
    seconds_ = frame.time.seconds;
    is_counted_ = false;
    is_held_ = false;
    numbers_.assign(1, number);
    network_packet packet = parse_link_frame(frame, chosen_types_);
    const decapsulated_frame* const segment = open(packet);
    if (packet.encapsulations != 0 && packet.next != header_kind::aggregate) {
        count_encapsulations(packet.encapsulations);
    }
    return segment;
}

/// Makes the IP packet the whole one that its fragment completes; false if it is not complete, and counted or held.
bool decapsulator::complete_fragments() {
    ip_payload& ip = frame_.ip;
    const bool is_segment = ip.protocol == protocol_tcp || is_extension_header(ip.protocol);
    const bool is_udp = ip.protocol == protocol_udp;
    if (!is_segment && !is_udp && !may_be_tunnel(ip)) {
        skip(skip_reason::not_tcp, {frame_kind::registry::ip_protocol, ip.protocol});
        return false;
    }
    // Other UDP than that of tunnels is found out by the first fragment; the others are held for it.
    const skip_reason useless = is_segment || may_be_tunnel(ip) ? skip_reason::none : skip_reason::not_tcp;
    fragment_store& store = is_segment ? fragments_ : tunnel_fragments_;
    const std::optional<ip_payload> whole =
        store.take(ip, seconds_, {.useless = useless, .counts = !is_counted_, .numbers = numbers_});
    is_counted_ = is_counted_ || !whole;
    if (!whole) {
        is_held_ = true;
        return false;
    }
    numbers_ = store.completed_numbers();
    ip = *whole;
    if (ip.ip_version == 6) {
        drop_extension_headers(ip);
    }
    if (ip.reason != skip_reason::none || !ip.fragment.is_whole()) {
        skip(ip.reason != skip_reason::none ? ip.reason : skip_reason::bad_fragment);
        return false;
    }
    return true;
}

const decapsulated_frame* decapsulator::open_aggregate(const network_packet& packet) {
    if (is_aggregate_) {
        return skip(skip_reason::too_many_headers);
    }
    aggregate_ = packet;
    is_aggregate_ = true;
    first_reason_ = skip_reason::none;
    first_kind_ = {};
    return open_subframes();
}

/// The subframes of an A-MSDU: two addresses, a length, a packet, each padded to four bytes. The frame is skipped if no
/// subframe is decoded.
const decapsulated_frame* decapsulator::open_subframes() {
    constexpr std::size_t header_bytes = 14;
    while (!aggregate_.bytes.empty()) {
        network_packet subframe = aggregate_;
        if (!subframe.drop(header_bytes)) {
            skip(skip_reason::cut_link_header);
            break;
        }
        const std::size_t packet_bytes = aggregate_.number<std::uint16_t>(header_bytes - 2);
        subframe.limit(packet_bytes);
        const std::size_t subframe_bytes = (header_bytes + packet_bytes + 3) / 4 * 4;
        aggregate_.drop(std::min(subframe_bytes, aggregate_.bytes.size()));
        subframe.becomes(header_kind::llc);
        open_link_headers(subframe);
        const decapsulated_frame* const segment = open(subframe);
        aggregate_.encapsulations |= subframe.encapsulations;
        if (segment != nullptr) {
            return segment;
        }
    }
    is_aggregate_ = false;
    count_encapsulations(aggregate_.encapsulations);
    return first_reason_ == skip_reason::none ? skip(skip_reason::not_ip, known_kind::no_packet)
                                              : skip(first_reason_, first_kind_);
}

void decapsulator::end() {
    fragments_.end();
    tunnel_fragments_.end();
}

}  // namespace chatos::dump
