// Which frames the kernel hands over when only some ports are of interest.
#pragma once

#include "dump/link/server_ports.hpp"

#include <string>

namespace chatos::dump {

/// An expression of pcap-filter(7) that drops what certainly has no segment of these ports: plain TCP of other ports,
/// UDP, ICMP and ARP. `tcp port N` alone would also drop frames in which the kernel cannot see the port, and which are
/// read all the same: the later fragments of a datagram, IPv6 with extension headers, VLAN tags that are still in the
/// frame, and whatever carries IP inside (GRE, IP in IP, MPLS, PPPoE, the UDP ports of VXLAN and its like). They
/// pass, and are sorted out here.
[[nodiscard]] std::string port_expression(const server_ports& ports);

/// The expression that accepts what both accept; `expression` may be empty.
[[nodiscard]] std::string with_ports(const server_ports& ports, const std::string& expression);

}  // namespace chatos::dump
