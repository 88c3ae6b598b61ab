#include "dump/link/frame_kind.hpp"

#include <algorithm>
#include <string_view>

namespace chatos::dump {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(known_kind::no_packet) + 1> known_names{
    "802.11 (encrypted)",
    "802.11 (fragment)",
    "802.11 (damaged)",
    "802.11 (management)",
    "802.11 (control)",
    "802.11 (no data)",
    "802.11 (other)",
    "WireGuard (encrypted)",
    "TLS (encrypted)",
    "DTLS (encrypted)",
    "QUIC (encrypted)",
    "ESP (encrypted)",
    "L2TP (control)",
    "LLC",
    "STP",
    "PPP (control)",
    "PPP (compressed)",
    "PPP (encrypted)",
    "PPP (multilink)",
    "MPLS (control channel)",
    "ARCNET (fragment)",
    "CAPWAP",
    "LWAPP",
    "no IP packet",
};

struct numbered_name {
    std::uint16_t number;
    std::string_view name;
};

constexpr numbered_name ether_types[]{{0x0806, "ARP"},
                                      {0x8035, "RARP"},
                                      {0x8137, "IPX"},
                                      {0x8809, "LACP"},
                                      {0x8863, "PPPoE (discovery)"},
                                      {0x888E, "EAPOL"},
                                      {0x8892, "PROFINET"},
                                      {0x88A4, "EtherCAT"},
                                      {0x88CC, "LLDP"},
                                      {0x88E1, "HomePlug"},
                                      {0x88E5, "MACsec (encrypted)"},
                                      {0x88F7, "PTP"},
                                      {0x8902, "CFM"},
                                      {0x8906, "FCoE"},
                                      {0x9000, "loopback test"}};

constexpr numbered_name ip_protocols[]{{1, "ICMP"},
                                       {2, "IGMP"},
                                       {17, "UDP"},
                                       {50, "ESP (encrypted)"},
                                       {51, "AH"},
                                       {58, "ICMPv6"},
                                       {59, "IPv6 (no next header)"},
                                       {88, "EIGRP"},
                                       {89, "OSPF"},
                                       {103, "PIM"},
                                       {108, "IPComp (compressed)"},
                                       {112, "VRRP"},
                                       {115, "L2TPv3"},
                                       {132, "SCTP"},
                                       {136, "UDP-Lite"}};

/// What is captured and has no IP, or has it in a form that is not read.
constexpr numbered_name link_types_unread[]{
    {3, "AX.25"},           {118, "Cisco IOS"},  {130, "Juniper"},       {131, "Juniper"},       {132, "Juniper"},
    {133, "Juniper"},       {134, "Juniper"},    {135, "Juniper"},       {136, "Juniper"},       {137, "Juniper"},
    {139, "SS7 MTP2"},      {140, "SS7 MTP2"},   {141, "SS7 MTP3"},      {142, "SS7 SCCP"},      {143, "DOCSIS"},
    {144, "IrDA"},          {164, "Juniper"},    {177, "LAPD"},          {178, "Juniper"},       {179, "Juniper"},
    {180, "Juniper"},       {181, "Juniper"},    {182, "Juniper"},       {183, "Juniper"},       {186, "USB"},
    {187, "Bluetooth"},     {189, "USB"},        {190, "CAN"},           {194, "Juniper"},       {195, "IEEE 802.15.4"},
    {196, "SITA"},          {197, "Endace ERF"}, {200, "Juniper"},       {201, "Bluetooth"},     {203, "LAPD"},
    {215, "IEEE 802.15.4"}, {220, "USB"},        {224, "Fibre Channel"}, {225, "Fibre Channel"}, {227, "CAN"},
    {230, "IEEE 802.15.4"}, {231, "D-Bus"},      {243, "MPEG-2"},        {245, "NFC"},           {247, "InfiniBand"},
    {248, "SCTP"},          {249, "USB"},        {251, "Bluetooth"},     {252, "Wireshark"},     {253, "netlink"},
    {254, "Bluetooth"},     {255, "Bluetooth"},  {256, "Bluetooth"},     {266, "USB"},           {270, "LoRa"},
    {271, "vsock"},         {272, "Bluetooth"},  {283, "IEEE 802.15.4"}};

std::string_view find_name(std::span<const numbered_name> names, std::uint16_t number) noexcept {
    const auto position = std::ranges::find(names, number, &numbered_name::number);
    return position != names.end() ? position->name : std::string_view{};
}

std::string hex_of(std::uint16_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "0x";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        text += digits[number >> shift & 0xFU];
    }
    return text;
}

}  // namespace

std::string frame_kind::name() const {
    switch (registry_) {
    case registry::none: return {};
    case registry::known: return std::string{known_names[number_]};
    case registry::link_type: {
        const std::string_view name = find_name(link_types_unread, number_);
        return "link type " + std::to_string(number_) + (name.empty() ? "" : " (" + std::string{name} + ")");
    }
    case registry::ether_type: {
        const std::string_view name = find_name(ether_types, number_);
        return name.empty() ? "EtherType " + hex_of(number_) : std::string{name};
    }
    case registry::ip_protocol: {
        const std::string_view name = find_name(ip_protocols, number_);
        return name.empty() ? "IP protocol " + std::to_string(number_) : std::string{name};
    }
    }
    return {};
}

void frame_kind_counts::add(frame_kind kind) noexcept {
    if (last_ < used_ && rows_[last_].kind == kind) {
        ++rows_[last_].frames;
        return;
    }
    for (std::size_t index = 0; index < used_; ++index) {
        if (rows_[index].kind == kind) {
            last_ = index;
            ++rows_[index].frames;
            return;
        }
    }
    if (used_ == kinds_max) {
        ++others_;
        return;
    }
    last_ = used_;
    rows_[used_++] = {kind, 1};
}

}  // namespace chatos::dump
