#include "dump/text/capture_hint.hpp"

#include "dump/record/capture_position.hpp"

#include <algorithm>
#include <array>

namespace chatos::dump {

namespace {

std::uint64_t frames_of(const capture_totals& capture, skip_reason reason) noexcept {
    return capture.skipped[static_cast<std::size_t>(reason)];
}

std::uint64_t frames_of(const capture_totals& capture, frame_kind kind) noexcept {
    const auto rows = capture.contents.kinds.rows();
    const auto position = std::ranges::find(rows, kind, &frame_kind_counts::row::kind);
    return position != rows.end() ? position->frames : 0;
}

std::string other_ports_hint(const capture_totals& capture) {
    std::string ports;
    for (const content_counts::port_row& row : capture.contents.other_ports) {
        if (row.frames != 0) {
            ports += (ports.empty() ? "" : ", ") + std::to_string(row.port);
        }
    }
    return "TCP was seen on other ports (" + ports + ", ...): give the server's port with --port N";
}

std::string link_type_hint(const capture_totals& capture) {
    for (const frame_kind_counts::row& row : capture.contents.kinds.rows()) {
        if (row.kind.from() == frame_kind::registry::link_type) {
            const std::string number = std::to_string(row.kind.number());
            return "frames of link type " + number + " are not read; if you know what they hold, say so: --link-type " +
                   number + "=ethernet";
        }
    }
    return "frames of this link type are not read";
}

struct cause {
    std::uint64_t frames{0};
    std::string (*hint)(const capture_totals&){nullptr};
};

}  // namespace

std::string capture_hint(const totals& account) {
    if (account.capture == nullptr || account.packets != 0) {
        return {};
    }
    const capture_totals& capture = *account.capture;
    const std::uint64_t tls = frames_of(capture, known_kind::tls);
    if (capture.frames == capture.decoded && tls == 0) {
        return {};
    }
    const auto reason = [&capture](skip_reason why) { return frames_of(capture, why); };
    const std::uint64_t tunnels = frames_of(capture, known_kind::wireguard) +
                                  frames_of(capture, known_kind::esp_in_udp) + frames_of(capture, known_kind::dtls) +
                                  frames_of(capture, known_kind::quic) +
                                  frames_of(capture, {frame_kind::registry::ip_protocol, 50}) +
                                  frames_of(capture, {frame_kind::registry::ether_type, 0x88E5}) + tls;
    const std::array<cause, 9> causes{{
        {reason(skip_reason::unknown_link_type), link_type_hint},
        {frames_of(capture, known_kind::ieee80211_encrypted),
         [](const capture_totals&) -> std::string {
             return "the frames of the radio are encrypted: decrypt the capture with the network's key first (airdecap-ng)";
         }},
        {tunnels,
         [](const capture_totals&) -> std::string {
             return "the traffic is encrypted: capture inside the tunnel (its own interface), or where it is decrypted";
         }},
        {reason(skip_reason::other_port) - std::min(tls, reason(skip_reason::other_port)), other_ports_hint},
        {reason(skip_reason::filtered),
         [](const capture_totals&) -> std::string { return "-f rejects the frames: widen its expression"; }},
        {reason(skip_reason::bad_checksum),
         [](const capture_totals&) -> std::string {
             return "checksums are wrong, as in captures taken on the sender: leave --verify-checksums out";
         }},
        {reason(skip_reason::cut_link_header) + reason(skip_reason::cut_ip_header) +
             reason(skip_reason::cut_tunnel_header) + reason(skip_reason::cut_tcp_header),
         [](const capture_totals&) -> std::string {
             return "the frames are cut inside their headers: capture with a larger snap length (tcpdump -s 0)";
         }},
        {capture.decoded,
         [](const capture_totals&) -> std::string {
             return "TCP of the server's port was seen, but no ChatOS packet in it: is this the right --port?";
         }},
        {1,
         [](const capture_totals&) -> std::string {
             return "no TCP of the server's port was seen: is this the right interface, and the right --port?";
         }},
    }};
    return std::ranges::max_element(causes, {}, &cause::frames)->hint(capture);
}

}  // namespace chatos::dump
