#include "dump/anonymize/frame_skeleton.hpp"

#include "dump/capture/wire_numbers.hpp"
#include "dump/link/header_openers.hpp"
#include "dump/link/link_layer.hpp"
#include "dump/link/link_types.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace chatos::dump {

namespace {

/// The link type of frames that are made.
constexpr std::uint16_t link_ethernet = 1;
constexpr std::size_t ethernet_header_bytes = 14;
constexpr std::size_t tag_bytes = 4;
constexpr std::size_t ipv4_header_bytes = 20;
constexpr std::size_t ipv6_header_bytes = 40;
constexpr std::size_t tcp_header_bytes_min = 20;
constexpr std::size_t tcp_checksum_position = 16;

std::uint16_t inverted(std::uint32_t sum) noexcept {
    return static_cast<std::uint16_t>(~sum & 0xFFFFU);
}

/// A link header that has nothing but addresses, types and tags: where its hardware addresses are.
struct link_shape {
    std::array<std::size_t, 2> addresses{};
    std::size_t address_count{0};
};

/// Nothing for headers that may hold more.
std::optional<link_shape> simple_link(const captured_frame& frame, std::size_t header_bytes) noexcept {
    const link_type_row* const type = find_link_type(frame.link_type);
    if (type == nullptr || type->prefix_bytes != 0) {
        return std::nullopt;
    }
    const auto shape_if = [](bool is_that_long, link_shape shape) {
        return is_that_long ? std::optional{shape} : std::nullopt;
    };
    switch (type->first) {
    case header_kind::ethernet:
        if (header_bytes < ethernet_header_bytes || (header_bytes - ethernet_header_bytes) % tag_bytes != 0) {
            return std::nullopt;
        }
        for (std::size_t at = 12; at + 2 < header_bytes; at += 4) {
            if (!is_vlan_tag(network_number_at<std::uint16_t>(frame.bytes, at))) {
                return std::nullopt;
            }
        }
        return link_shape{{0, 6}, 2};
    case header_kind::cooked: return shape_if(header_bytes == 16, {{6}, 1});
    case header_kind::cooked_2: return shape_if(header_bytes == 20, {{12}, 1});
    case header_kind::loopback: return shape_if(header_bytes == 4, {});
    case header_kind::any_ip:
    case header_kind::ip: return shape_if(header_bytes == 0, {});
    default: return std::nullopt;
    }
}

/// Where the IP header begins, if the segment is in the first one, and nothing is between them.
std::optional<std::size_t> plain_ip_position(const captured_frame& frame, const decapsulated_frame& segment) noexcept {
    const network_packet packet = parse_link_frame(frame);
    if (packet.reason != skip_reason::none || packet.next != header_kind::ip) {
        return std::nullopt;
    }
    const ip_payload ip = parse_ip_packet(packet, false);
    const std::size_t header_bytes =
        packet.ip_version == 6 ? ipv6_header_bytes : (packet.byte(0) & 0x0FU) * std::size_t{4};
    if (ip.reason != skip_reason::none || !ip.fragment.is_whole() || ip.bytes.data() != segment.ip.bytes.data() ||
        ip.bytes.data() != packet.bytes.data() + header_bytes) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(packet.bytes.data() - frame.bytes.data());
}

void put_address(std::vector<std::byte>& bytes, std::size_t at, const ip_address& address, std::size_t count) {
    std::transform(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(count),
                   bytes.begin() + static_cast<std::ptrdiff_t>(at), [](std::uint8_t byte) { return std::byte{byte}; });
}

/// Options that say nothing but numbers of TCP's own stay; the others become fillers.
void clean_options(std::span<std::byte> options) noexcept {
    constexpr std::byte filler{1};
    while (!options.empty()) {
        const std::uint8_t kind = byte_at(options, 0);
        if (kind == 0) {
            std::ranges::fill(options, std::byte{0});
            return;
        }
        if (kind == 1) {
            options = options.subspan(1);
            continue;
        }
        const std::size_t bytes = options.size() < 2 ? 0 : byte_at(options, 1);
        if (bytes < 2 || bytes > options.size()) {
            std::ranges::fill(options, filler);
            return;
        }
        const bool is_known = (kind == 2 && bytes == 4) || (kind == 3 && bytes == 3) || (kind == 4 && bytes == 2) ||
                              (kind == 5 && bytes % 8 == 2) || (kind == 8 && bytes == 10);
        if (!is_known) {
            std::ranges::fill(options.first(bytes), filler);
        }
        options = options.subspan(bytes);
    }
}

class skeleton_builder {
public:
    skeleton_builder(const captured_frame& frame, const decapsulated_frame& segment, address_cipher& addresses)
        : frame_{frame}, segment_{segment}, address_bytes_{segment.ip.ip_version == 4 ? 4U : 16U},
          source_{addresses.replace(segment.ip.source, segment.ip.ip_version)},
          destination_{addresses.replace(segment.ip.destination, segment.ip.ip_version)}, addresses_{addresses} {}

    frame_skeleton build() {
        const std::optional<std::size_t> ip_position = plain_ip_position(frame_, segment_);
        const std::optional<link_shape> link = ip_position ? simple_link(frame_, *ip_position) : std::nullopt;
        std::size_t tcp_position = 0;
        if (link) {
            tcp_position = keep_headers(*ip_position, *link);
        } else {
            tcp_position = make_headers();
        }
        add_segment(tcp_position);
        return std::move(result_);
    }

private:
    std::size_t keep_headers(std::size_t ip_position, const link_shape& link) {
        const auto tcp_position = static_cast<std::size_t>(segment_.ip.bytes.data() - frame_.bytes.data());
        result_.shape = frame_skeleton::form::kept;
        result_.link_type = frame_.link_type;
        result_.original_bytes = frame_.original_bytes;
        result_.bytes.resize(frame_.bytes.size());
        std::copy_n(frame_.bytes.begin(), tcp_position, result_.bytes.begin());
        for (std::size_t index = 0; index < link.address_count; ++index) {
            addresses_.replace_hardware(std::span{result_.bytes}.subspan(link.addresses[index], 6));
        }
        finish_ip(ip_position, tcp_position - ip_position);
        return tcp_position;
    }

    /// An IP packet of the same addresses on Ethernet, with the shortest header; two tags stand for the network.
    std::size_t make_headers() {
        const bool is_tagged = segment_.ip.vlan != 0;
        const std::size_t link_bytes = is_tagged ? ethernet_header_bytes + 2 * tag_bytes : ethernet_header_bytes;
        const std::size_t header_bytes = segment_.ip.ip_version == 4 ? ipv4_header_bytes : ipv6_header_bytes;
        const auto total = static_cast<std::uint32_t>(header_bytes) + segment_.ip.original_bytes;
        result_.shape = frame_skeleton::form::simplified;
        result_.link_type = link_ethernet;
        result_.original_bytes = static_cast<std::uint32_t>(link_bytes) + total;
        result_.bytes.resize(link_bytes + header_bytes + segment_.ip.bytes.size());
        std::vector<std::byte>& bytes = result_.bytes;
        if (is_tagged) {
            constexpr std::uint64_t identifiers = 4'094;
            put_network_number(bytes, 12, 0x88A8);
            put_network_number(bytes, 14, static_cast<std::uint16_t>(1 + segment_.ip.vlan % identifiers));
            put_network_number(bytes, 16, 0x8100);
            put_network_number(bytes, 18, static_cast<std::uint16_t>(1 + segment_.ip.vlan / identifiers % identifiers));
        }
        put_network_number(bytes, link_bytes - 2, segment_.ip.ip_version == 4 ? 0x0800 : 0x86DD);
        if (segment_.ip.ip_version == 4) {
            bytes[link_bytes] = std::byte{0x45};
            put_network_number(bytes, link_bytes + 2, total <= 0xFFFF ? static_cast<std::uint16_t>(total) : 0);
            bytes[link_bytes + 8] = std::byte{64};
            bytes[link_bytes + 9] = std::byte{protocol_tcp};
        } else {
            const std::uint32_t payload = segment_.ip.original_bytes;
            bytes[link_bytes] = std::byte{0x60};
            put_network_number(bytes, link_bytes + 4, payload <= 0xFFFF ? static_cast<std::uint16_t>(payload) : 0);
            bytes[link_bytes + 6] = std::byte{protocol_tcp};
            bytes[link_bytes + 7] = std::byte{64};
        }
        finish_ip(link_bytes, header_bytes);
        return link_bytes + header_bytes;
    }

    /// Addresses, options and checksum.
    void finish_ip(std::size_t position, std::size_t header_bytes) {
        std::vector<std::byte>& bytes = result_.bytes;
        if (segment_.ip.ip_version == 6) {
            put_address(bytes, position + 8, source_, 16);
            put_address(bytes, position + 24, destination_, 16);
            return;
        }
        put_address(bytes, position + 12, source_, 4);
        put_address(bytes, position + 16, destination_, 4);
        constexpr std::byte filler{1};
        std::ranges::fill(std::span{bytes}.subspan(position + ipv4_header_bytes, header_bytes - ipv4_header_bytes),
                          filler);
        put_network_number(bytes, position + 10, 0);
        put_network_number(bytes, position + 10,
                           inverted(ones_complement_sum(std::span{bytes}.subspan(position, header_bytes), 0)));
    }

    void add_segment(std::size_t position) {
        const std::span<const std::byte> tcp = segment_.ip.bytes;
        std::size_t header_bytes = tcp.size() > 12 ? (byte_at(tcp, 12) >> 4U) * std::size_t{4} : tcp_header_bytes_min;
        header_bytes = std::min(std::max(header_bytes, tcp_header_bytes_min), tcp.size());
        std::copy_n(tcp.begin(), header_bytes, result_.bytes.begin() + static_cast<std::ptrdiff_t>(position));
        if (header_bytes > tcp_header_bytes_min) {
            clean_options(
                std::span{result_.bytes}.subspan(position + tcp_header_bytes_min, header_bytes - tcp_header_bytes_min));
        }
        result_.payload = position + header_bytes;
        result_.payload_bytes = std::min(segment_.tcp.payload.size(), tcp.size() - header_bytes);
        result_.sequence = segment_.tcp.sequence + (segment_.tcp.is_syn ? 1U : 0U);
        if (tcp.size() < tcp_header_bytes_min) {
            return;
        }
        put_network_number(result_.bytes, position + tcp_checksum_position, 0);
        if (segment_.ip.original_bytes == tcp.size()) {
            result_.checksum = position + tcp_checksum_position;
            put_network_number(result_.bytes, result_.checksum, checksum_of(position, tcp.size()));
        }
    }

    [[nodiscard]] std::uint16_t checksum_of(std::size_t position, std::size_t bytes) const noexcept {
        std::uint32_t sum =
            ones_complement_sum(std::as_bytes(std::span{source_.bytes}).first(address_bytes_), protocol_tcp);
        sum = ones_complement_sum(std::as_bytes(std::span{destination_.bytes}).first(address_bytes_), sum);
        sum += static_cast<std::uint32_t>((bytes >> 16U) + (bytes & 0xFFFFU));
        return inverted(ones_complement_sum(std::span{result_.bytes}.subspan(position, bytes), sum));
    }

    const captured_frame& frame_;
    const decapsulated_frame& segment_;
    std::size_t address_bytes_;
    ip_address source_;
    ip_address destination_;
    address_cipher& addresses_;
    frame_skeleton result_;
};

}  // namespace

frame_skeleton make_skeleton(const captured_frame& frame, const decapsulated_frame* segment,
                             address_cipher& addresses) {
    if (segment != nullptr) {
        return skeleton_builder{frame, *segment, addresses}.build();
    }
    frame_skeleton blank{.original_bytes = frame.original_bytes};
    blank.bytes.resize(frame.bytes.size());
    return blank;
}

std::uint16_t changed_checksum(std::uint16_t checksum, std::span<const std::byte> before,
                               std::span<const std::byte> after, bool is_odd) noexcept {
    const auto sum_of = [is_odd](std::span<const std::byte> bytes) {
        const std::uint32_t sum = ones_complement_sum(bytes, 0);
        return is_odd ? (sum & 0xFFU) << 8U | sum >> 8U : sum;  // the other halves of the words
    };
    std::uint32_t sum = inverted(checksum) + (0xFFFFU - sum_of(before)) + sum_of(after);
    while (sum > 0xFFFF) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return inverted(sum);
}

}  // namespace chatos::dump
