#include "dump/link/decapsulator.hpp"

#include "dump/link/link_layer.hpp"

#include <optional>

namespace chatos::dump {

const decapsulated_frame* decapsulator::decapsulate(const captured_frame& frame) {
    const network_packet packet = parse_link_frame(frame);
    if (packet.reason != skip_reason::none) {
        return skip(packet.reason);
    }
    frame_.ip = parse_ip_packet(packet, verify_checksums_);
    ip_payload& ip = frame_.ip;
    if (ip.reason != skip_reason::none) {
        return skip(ip.reason);
    }
    if (!ip.fragment.is_whole()) {
        if (ip.protocol != protocol_tcp && !is_extension_header(ip.protocol)) {
            return skip(skip_reason::not_tcp);
        }
        const std::optional<ip_payload> whole = fragments_.take(ip, frame.time.seconds);
        if (!whole) {
            return nullptr;
        }
        ip = *whole;
        if (ip.ip_version == 6) {
            drop_extension_headers(ip);
        }
        if (ip.reason != skip_reason::none) {
            return skip(ip.reason);
        }
    }
    if (ip.protocol != protocol_tcp) {
        return skip(skip_reason::not_tcp);
    }
    frame_.tcp = parse_tcp_segment(ip, verify_checksums_);
    const tcp_segment& tcp = frame_.tcp;
    if (tcp.has_ports && !ports_[tcp.source_port] && !ports_[tcp.destination_port]) {
        return skip(skip_reason::other_port);
    }
    if (tcp.reason == skip_reason::none) {
        return &frame_;
    }
    skip(tcp.reason);
    return tcp.reason == skip_reason::cut_tcp_header && tcp.has_sequence ? &frame_ : nullptr;
}

}  // namespace chatos::dump
