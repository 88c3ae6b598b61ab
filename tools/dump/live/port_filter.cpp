#include "dump/live/port_filter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace chatos::dump {

namespace {

/// More ports than this would make a program that the kernel refuses.
constexpr std::size_t ports_max = 64;

/// UDP ports whose datagrams carry packets or frames: L2TP, GTP-U, Teredo, GRE, VXLAN, its generic extension, GENEVE,
/// MPLS, and VXLAN before it had a number.
constexpr std::array<std::uint16_t, 9> carrier_ports{1'701, 2'152, 3'544, 4'754, 4'789, 4'790, 6'081, 6'635, 8'472};

/// The offsets are in the IP header: `ip proto` would look into fragments and extension headers as well.
constexpr const char* plain_protocols = "(arp or (ip and (ip[9] = 1 or ip[9] = 6 or ip[9] = 17)) or "
                                        "(ip6 and (ip6[6] = 6 or ip6[6] = 17 or ip6[6] = 58)))";
constexpr const char* later_fragment = "(ip[6:2] & 0x1fff) != 0";

}  // namespace

std::string port_expression(const server_ports& ports) {
    if (ports.count() > ports_max) {
        return {};
    }
    std::string text;
    for (std::size_t port = 0; port < ports.size(); ++port) {
        if (ports[port]) {
            text += "tcp port " + std::to_string(port) + " or ";
        }
    }
    for (const std::uint16_t port : carrier_ports) {
        text += "udp port " + std::to_string(port) + " or ";
    }
    return text + later_fragment + " or not " + plain_protocols;
}

std::string with_ports(const server_ports& ports, const std::string& expression) {
    const std::string own = port_expression(ports);
    if (own.empty() || expression.empty()) {
        return own.empty() ? expression : own;
    }
    // Ours first: `vlan` changes what everything after it looks at.
    return "(" + own + ") and (" + expression + ")";
}

}  // namespace chatos::dump
