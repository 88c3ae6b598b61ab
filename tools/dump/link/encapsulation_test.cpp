// Everything that may lie around a TCP segment: what is read of it, under which name it is counted, and what keeps
// connections apart.
#include "dump/link/decapsulator.hpp"
#include "dump/testing/tunnels.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

using namespace std::string_view_literals;

const segment hello{.sequence = 5, .payload = "hello"};

byte_string v4() {
    return ipv4(tcp(hello), false);
}

byte_string v6() {
    return ipv6(tcp(hello, true), false);
}

byte_string inner_frame() {
    return ethernet(0x0800, v4());
}

/// In an Ethernet frame with IPv4.
byte_string tunneled(std::uint8_t protocol, const byte_string& payload) {
    return ethernet(0x0800, outer(protocol, payload));
}

struct opened {
    std::string result;  ///< payloads, separated by '|', or why there is none
    std::set<std::string> names;
    std::string other;  ///< what the frame is, if it was skipped
    std::uint64_t network{0};
    std::uint64_t frames{0};  ///< as they are accounted for
};

opened open_frame(const byte_string& bytes, std::uint16_t link_type = 1, std::size_t size = SIZE_MAX,
                  const link_type_map& types = {}) {
    static const server_ports ports = [] {
        server_ports set;
        set.set(7777);
        return set;
    }();
    skip_counts skipped{};
    content_counts contents;
    decapsulator decapsulator{ports, false, skipped, contents, types};
    opened all;
    const std::span<const std::byte> captured = std::span{bytes}.first(std::min(size, bytes.size()));
    for (const decapsulated_frame* frame = decapsulator.decapsulate(
             {.link_type = link_type, .bytes = captured, .original_bytes = static_cast<std::uint32_t>(bytes.size())});
         frame != nullptr; frame = decapsulator.decapsulate_further()) {
        const std::span<const std::byte> payload = frame->tcp.payload;
        all.result += (all.result.empty() ? "" : "|") +
                      std::string{reinterpret_cast<const char*>(payload.data()), payload.size()};
        all.network = frame->ip.vlan;
        all.frames += frame->counts && frame->tcp.reason == skip_reason::none ? 1 : 0;
    }
    decapsulator.end();
    for (std::size_t reason = 0; reason < skip_reason_count; ++reason) {
        all.frames += skipped[reason];
        if (skipped[reason] != 0 && all.result.empty()) {
            all.result = skip_reason_name(static_cast<skip_reason>(reason));
        }
    }
    for (std::size_t kind = 0; kind < encapsulation_count; ++kind) {
        if (contents.encapsulations[kind] != 0) {
            EXPECT_EQ(contents.encapsulations[kind], 1U);
            all.names.emplace(encapsulation_name(static_cast<encapsulation>(kind)));
        }
    }
    for (const frame_kind_counts::row& row : contents.kinds.rows()) {
        all.other += row.kind.name();
    }
    EXPECT_EQ(all.frames, 1U) << all.result;
    return all;
}

struct readable {
    std::set<std::string> names;
    byte_string frame;
    std::uint16_t link_type{1};
};

constexpr std::uint16_t key_flag = 0x2000;

/// What a tunnel of IP carries.
std::vector<readable> tunnels() {
    const byte_string ethernet_header = joined({byte_string(12, std::byte{2}), big(0x0800, 2)});
    const byte_string key = big(5001 << 8U | 3U, 4);
    return {
        {{"vxlan"}, tunneled(17, vxlan(42, inner_frame()))},
        {{"vxlan"}, tunneled(17, udp(8472, joined({big(0x08, 1), big(0, 3), big(42, 4), inner_frame()})))},
        {{"vxlan", "vlan"}, tunneled(17, vxlan(42, ethernet(0x86DD, v6(), {{0x8100, 7}})))},
        {{"vxlan"}, tunneled(17, udp(4789, joined({big(0xFF01'D1F2, 4), big(42 << 8U, 4), inner_frame()})))},
        {{"vxlan_gpe"}, tunneled(17, udp(4790, joined({big(0x0C, 1), big(0, 2), big(1, 1), big(42 << 8U, 4), v4()})))},
        {{"vxlan_gpe"}, tunneled(17, udp(4790, joined({big(0x0C, 1), big(0, 2), big(2, 1), big(42 << 8U, 4), v6()})))},
        {{"vxlan_gpe"},
         tunneled(17, udp(4790, joined({big(0x0C, 1), big(0, 2), big(3, 1), big(42 << 8U, 4), inner_frame()})))},
        {{"vxlan_gpe", "nsh"},
         tunneled(17, udp(4790, joined({big(0x0C, 1), big(0, 2), big(4, 1), big(42 << 8U, 4), big(0x0FC6'0103, 4),
                                        byte_string(20), inner_frame()})))},
        {{"geneve"}, tunneled(17, geneve(42, 0x6558, inner_frame()))},
        {{"geneve"}, tunneled(17, geneve(42, 0x6558, inner_frame(), 5))},
        {{"geneve"}, tunneled(17, geneve(42, 0x0800, v4()))},
        {{"geneve"}, tunneled(17, geneve(42, 0x86DD, v6(), 63))},
        {{"geneve"}, ethernet(0x86DD, ipv6(geneve(42, 0x6558, inner_frame()), false, 17))},
        {{"gre"}, tunneled(47, gre(0, 0x0800, {}, v4()))},
        {{"gre"}, tunneled(47, gre(0, 0x86DD, {}, v6()))},
        {{"gre"}, ethernet(0x86DD, ipv6(gre(0, 0x0800, {}, v4()), false, 47))},
        {{"gre"}, tunneled(47, gre(0x8000, 0x0800, big(0, 4), v4()))},
        {{"gre"}, tunneled(47, gre(0x1000, 0x0800, big(7, 4), v4()))},
        {{"gre"}, tunneled(47, gre(0xB000, 0x0800, byte_string(12), v4()))},
        {{"gre"},
         tunneled(47, gre(0x4000, 0x0800, joined({big(0, 4), big(0x0800'0004, 4), big(1, 4), big(0, 4)}), v4()))},
        {{"gre", "gretap"}, tunneled(47, gre(0, 0x6558, {}, inner_frame()))},
        {{"gre", "gretap"}, tunneled(47, gre(0xB000, 0x6558, byte_string(12), inner_frame()))},
        {{"gre", "gretap", "nvgre"}, tunneled(47, gre(key_flag, 0x6558, key, inner_frame()))},
        {{"gre", "802.11"}, tunneled(47, gre(0, 0x8240, {}, wireless(0x0802, {}, snap(0x0800, v4()))))},
        {{"gre", "mpls"}, tunneled(47, gre(0, 0x8847, {}, joined({label(100), v4()})))},
        {{"gre", "erspan_i"}, tunneled(47, gre(0, 0x88BE, {}, inner_frame()))},
        {{"gre", "erspan_ii"},
         tunneled(47, gre(0x1000, 0x88BE, big(1, 4), joined({big(0x1001'0001, 4), big(0, 4), inner_frame()})))},
        {{"gre", "erspan_iii"},
         tunneled(47, gre(0x1000, 0x22EB, big(1, 4), joined({big(0x2001'0001, 4), big(0, 8), inner_frame()})))},
        {{"gre", "erspan_iii"},
         tunneled(47, gre(0x1000, 0x22EB, big(1, 4),
                          joined({big(0x2001'0001, 4), big(0, 6), big(1, 2), big(0, 8), inner_frame()})))},
        {{"gre", "pptp", "ppp"},
         tunneled(47, gre(0x3081, 0x880B, byte_string(12), joined({big(0xFF03'0021, 4), v4()})))},
        {{"gre", "pptp", "ppp"}, tunneled(47, gre(0x3001, 0x880B, byte_string(8), joined({big(0x21, 1), v4()})))},
        {{"ipip"}, tunneled(4, v4())},
        {{"ipip"}, tunneled(94, v4())},
        {{"6in4"}, tunneled(41, v6())},
        {{"4in6"}, ethernet(0x86DD, ipv6(v4(), false, 4))},
        {{"4in6"}, ethernet(0x86DD, ipv6(joined({big(4, 1), big(0, 1), big(0x0401'0401'0000, 6), v4()}), false, 60))},
        {{"6in6"}, ethernet(0x86DD, ipv6(v6(), false, 41))},
        {{"etherip"}, tunneled(97, joined({big(0x3000, 2), inner_frame()}))},
        {{"mpls"}, tunneled(137, joined({label(100), v4()}))},
        {{"mpls"}, tunneled(17, udp(6635, joined({label(100), v4()})))},
        {{"gre"}, tunneled(17, udp(4754, gre(0, 0x0800, {}, v4())))},
        {{"l2tp", "ppp"}, tunneled(17, udp(1701, joined({big(0x0002, 2), big(7, 4), big(0xFF03'0021, 4), v4()})))},
        {{"l2tp", "ppp"},
         tunneled(17, udp(1701, joined({big(0x4A02, 2), big(60, 2), big(7, 4), big(0, 4), big(2, 2), big(0, 2),
                                        big(0x0021, 2), v4()})))},
        {{"gtp_u"}, tunneled(17, udp(2152, joined({big(0x30FF, 2), big(45, 2), big(7, 4), v4()})))},
        {{"gtp_u"},
         tunneled(17,
                  udp(2152, joined({big(0x34FF, 2), big(53, 2), big(7, 4), big(0x85, 4), big(0x0100'0000, 4), v6()})))},
        {{"teredo"}, tunneled(17, udp(3544, v6()))},
        {{"teredo"}, tunneled(17, udp(3544, joined({big(1, 2), big(0, 2), byte_string(9), big(0, 8), v6()})))},
        {{"vxlan", "gre", "ipip"}, tunneled(17, vxlan(1, tunneled(47, gre(0, 0x0800, {}, outer(4, v4())))))},
    };
}

/// What lies between a link's frame and the packet.
std::vector<readable> links() {
    const byte_string radiotap_flags = joined({big(0, 2), little(9, 2), little(2, 4), big(0x20, 1)});
    const byte_string pseudowire = joined({big(0, 4), inner_frame()});
    return {
        {{"vlan"}, ethernet(0x0800, v4(), {{0x88A8, 5}, {0x8100, 6}})},
        {{"vn_tag"}, ethernet(0x8926, joined({big(0x0001'0002, 4), big(0x0800, 2), v4()}))},
        {{"vn_tag", "vlan"}, ethernet(0x8926, joined({big(0, 4), big(0x8100, 2), big(5, 2), big(0x86DD, 2), v6()}))},
        {{"e_tag"}, ethernet(0x893F, joined({big(0, 6), big(0x0800, 2), v4()}))},
        {{"i_tag"}, ethernet(0x88E7, joined({big(5, 4), inner_frame()}))},
        {{"r_tag"}, ethernet(0xF1C1, joined({big(5, 4), big(0x0800, 2), v4()}))},
        {{"metadata"}, ethernet(0x8909, joined({big(0x0101'0001'0005, 6), big(0x0800, 2), v4()}))},
        {{"trill"}, ethernet(0x22F3, joined({big(0x003F, 2), big(1, 4), inner_frame()}))},
        {{"fabric_path"}, ethernet(0x8903, joined({big(0x0060, 2), inner_frame()}))},
        {{"nsh"}, ethernet(0x894F, joined({big(0x0FC2'0101, 4), big(1, 4), v4()}))},
        {{"mpls"}, ethernet(0x8847, joined({label(100), v4()}))},
        {{"mpls"}, ethernet(0x8848, joined({label(99, false), label(100), v6()}))},
        {{"mpls"}, ethernet(0x8847, joined({label(0), v4()}))},
        {{"mpls"}, ethernet(0x8847, joined({label(100), pseudowire}))},
        {{"mpls"}, ethernet(0x8847, joined({label(100), inner_frame()}))},
        {{"mpls"},
         ethernet(0x8847,
                  joined({label(100), byte_string(1, std::byte{0x45}), byte_string(11), big(0x0800, 2), v4()}))},
        {{"mpls"},
         ethernet(0x8847,
                  joined({label(100), byte_string(1, std::byte{0x60}), byte_string(11), big(0x86DD, 2), v6()}))},
        {{"pppoe", "ppp"}, ethernet(0x8864, pppoe(1, joined({big(0x0021, 2), v4()})))},
        {{"pppoe", "ppp"}, ethernet(0x8864, pppoe(1, joined({big(0x21, 1), v4()})))},
        {{"pppoe", "ppp"}, ethernet(0x8864, joined({pppoe(1, joined({big(0x0057, 2), v6()})), byte_string(9)}))},
        {{"pppoe", "ppp", "vlan"}, ethernet(0x8864, pppoe(1, joined({big(0x57, 1), v6()})), {{0x8100, 5}})},
        {{"pppoe", "ppp"}, pppoe(1, joined({big(0x0021, 2), v4()})), 51},
        {{"ppp"}, joined({big(0xFF03'0021, 4), v4()}), 9},
        {{"ppp"}, joined({big(0x0021, 2), v4()}), 9},
        {{"ppp"}, joined({big(0xFF03'0057, 4), v6()}), 50},
        {{"ppp", "mpls"}, joined({big(0xFF03'0281, 4), label(100), v4()}), 50},
        {{"ppp"}, joined({big(0x0103'0021, 4), v4()}), 166},
        {{"ppp"}, joined({big(0x0003'0021, 4), v4()}), 166},
        {{"ppp"}, joined({big(0x01, 1), big(0xFF03'0021, 4), v4()}), 204},
        {{"hdlc"}, joined({big(0x0F00'0800, 4), v4()}), 104},
        {{"hdlc"}, joined({big(0x8F00'86DD, 4), v6()}), 50},
        {{"hdlc"}, joined({big(0x00, 1), big(0x0F00'0800, 4), v4()}), 205},
        {{"frame_relay"}, joined({big(0x1841'03CC, 4), v4()}), 107},
        {{"frame_relay"}, joined({big(0x1841'0300'8000'0000, 8), big(0x0800, 2), v4()}), 107},
        {{"frame_relay"}, joined({big(0x1841'0800, 4), v4()}), 107},
        {{}, joined({byte_string(2), big(801, 2), byte_string(12), wireless(0x0801, {}, snap(0x0800, v4()))}), 113},
        {{}, joined({byte_string(13), snap(0x0800, v4())}), 10},
        {{}, joined({byte_string(14), snap(0x0800, v4())}), 6},
        {{}, joined({big(0x0102'F0, 3), v4()}), 7},
        {{}, joined({big(0x0102'D400'0001, 6), v4()}), 7},
        {{}, joined({big(0x0102'D4FF'FFFF, 6), big(0xD400'0001, 4), v4()}), 7},
        {{}, joined({big(0x0102'0000'F0, 5), v4()}), 129},
        {{}, joined({big(0x0102'0000'D400'0001, 8), v4()}), 129},
        {{}, joined({byte_string(8), big(0x80, 1), byte_string(5), big(0x0400'0000, 4), snap(0x86DD, v6())}), 6},
        {{}, snap(0x0800, v4()), 100},
        {{}, joined({big(0xAAAA'0300'80C2, 6), big(7, 2), big(0, 2), inner_frame()}), 100},
        {{}, joined({big(0x02, 4), snap(0x0800, v4())}), 123},
        {{}, joined({byte_string(16), snap(0x0800, v4())}), 122},
        {{}, joined({byte_string(16), big(0x0800, 2), v4()}), 138},
        {{}, joined({little(2, 4), byte_string(8), v4()}), 109},
        {{}, joined({byte_string(16), v4()}), 8},
        {{}, joined({byte_string(24), v6()}), 226},
        {{}, joined({byte_string(40), big(0x0800, 2), big(0, 2), v4()}), 242},
        {{}, joined({byte_string(16), big(0x0800, 2), v4()}), 281},
        {{}, joined({byte_string(4), inner_frame()}), 282},
        {{}, joined({byte_string(16), big(0x0800, 2), v4()}), 284},
        {{}, joined({byte_string(12), big(0xDADA'0000, 4), big(0, 4), big(0x86DD, 2), v6()}), 285},
        {{}, joined({big(61, 1), byte_string(63), v6()}), 117},
        {{}, joined({big(0, 2), little(8, 2), little(1, 4), inner_frame()}), 192},
        {{}, joined({little(12, 4), little(1, 4), little(101, 4), v6()}), 258},
        {{"nflog"},
         joined({big(0x0200'0001, 4), little(8, 2), little(1, 2), big(0x0800'0100, 4), little(5, 2), little(10, 2),
                 big(0, 4), little(4 + v4().size(), 2), little(9, 2), v4()}),
         239},
        {{"nflog"}, joined({big(0x0A00'0001, 4), big(4 + v6().size(), 2), big(9, 2), v6()}), 239},
        {{"802.11"}, wireless(0x0801, {}, snap(0x0800, v4())), 105},
        {{"802.11"}, wireless(0x0802, {}, snap(0x86DD, v6())), 105},
        {{"802.11"}, wireless(0x8801, big(0, 2), snap(0x0800, v4())), 105},
        {{"802.11"}, wireless(0x8803, joined({byte_string(6), big(0, 2)}), snap(0x0800, v4())), 105},
        {{"802.11"},
         wireless(0x8803, joined({byte_string(6), big(0x0001, 2)}), joined({byte_string(6), snap(0x0800, v4())})),
         105},
        {{"802.11"}, wireless(0x0803, byte_string(6), snap(0x0800, v4())), 105},
        {{"802.11"}, wireless(0x8881, joined({big(0, 2), big(0, 4)}), snap(0x0800, v4())), 105},
        {{"802.11"}, wireless(0x0841, {}, snap(0x0800, v4())), 105},  // decrypted, and the flag was left
        {{"802.11", "vlan"}, wireless(0x0801, {}, snap(0x8100, joined({big(5, 2), big(0x0800, 2), v4()}))), 105},
        {{"802.11"}, joined({big(0, 2), little(8, 2), little(0, 4), wireless(0x0801, {}, snap(0x0800, v4()))}), 127},
        {{"802.11"},
         joined({radiotap_flags, wireless(0x8801, big(0, 2), joined({big(0, 2), snap(0x0800, v4())}))}),
         127},
        {{"802.11"},
         joined({big(0, 2), little(25, 2), little(0x8000'0003, 4), little(0, 4), little(0, 4), byte_string(8),
                 big(0x10, 1), wireless(0x0801, {}, snap(0x0800, v4())), big(0xDEAD'BEEF, 4)}),
         127},
        {{"802.11"},
         joined({little(0x44, 4), little(144, 4), byte_string(136), wireless(0x0801, {}, snap(0x0800, v4()))}),
         119},
        {{"802.11"},
         joined({big(0x44, 4), big(144, 4), byte_string(136), wireless(0x0801, {}, snap(0x0800, v4()))}),
         119},
        {{"802.11"},
         joined({big(0x8021'1001, 4), big(64, 4), byte_string(56), wireless(0x0801, {}, snap(0x0800, v4()))}),
         119},
        {{"802.11"},
         joined({big(0x8021'1001, 4), big(64, 4), byte_string(56), wireless(0x0801, {}, snap(0x0800, v4()))}),
         163},
    };
}

TEST(encapsulations, of_tunnels_are_opened_and_counted_by_name) {
    for (const readable& sample : tunnels()) {
        const opened all = open_frame(sample.frame, sample.link_type);
        EXPECT_EQ(all.result, "hello") << ::testing::PrintToString(sample.names);
        EXPECT_EQ(all.names, sample.names);
        EXPECT_EQ(all.other, "");
    }
}

TEST(encapsulations, of_links_are_opened_and_counted_by_name) {
    for (const readable& sample : links()) {
        const opened all = open_frame(sample.frame, sample.link_type);
        EXPECT_EQ(all.result, "hello") << sample.link_type << ' ' << ::testing::PrintToString(sample.names);
        if (!sample.names.empty()) {
            EXPECT_EQ(all.names, sample.names);
        }
    }
}

TEST(encapsulations, cut_or_changed_anywhere_are_accounted_for) {
    std::vector<readable> all = tunnels();
    for (const readable& sample : links()) {
        all.push_back(sample);
    }
    for (const readable& sample : all) {
        for (std::size_t size = 0; size < sample.frame.size(); ++size) {
            open_frame(sample.frame, sample.link_type, size);  // expects that the frame counts once
            byte_string changed = sample.frame;
            changed[size] ^= std::byte{0xFF};
            open_frame(changed, sample.link_type);
            changed[size] = {};
            open_frame(changed, sample.link_type);
        }
    }
}

TEST(encapsulations, are_opened_up_to_a_depth) {
    byte_string packet = v4();
    for (int depth = 1; depth <= decapsulator::tunnels_max; ++depth) {
        packet = outer(4, packet);
        EXPECT_EQ(open_frame(ethernet(0x0800, packet)).result, "hello") << depth;
    }
    EXPECT_EQ(open_frame(ethernet(0x0800, outer(4, packet))).result, "too_many_headers");
    byte_string labels;
    for (int count = 0; count < 40; ++count) {
        labels = joined({labels, label(16, false)});
    }
    EXPECT_EQ(open_frame(ethernet(0x8847, joined({labels, label(16), v4()}))).result, "too_many_headers");
}

TEST(encapsulations, whose_headers_lie_are_told) {
    EXPECT_EQ(open_frame(tunneled(47, gre(2, 0x0800, {}, v4()))).result, "bad_tunnel_header");
    EXPECT_EQ(
        open_frame(tunneled(47, gre(0x1000, 0x88BE, big(1, 4), joined({big(0xF, 1), byte_string(7), inner_frame()}))))
            .result,
        "bad_tunnel_header");
    EXPECT_EQ(open_frame(tunneled(97, joined({big(0, 2), inner_frame()}))).result, "bad_tunnel_header");
    EXPECT_EQ(
        open_frame(ethernet(0x8864, joined({big(0x2100, 2), big(1, 2), big(47, 2), big(0x0021, 2), v4()}))).result,
        "bad_tunnel_header");
    EXPECT_EQ(open_frame(tunneled(47, gre(0x2000, 0x0800, {}, {}))).result, "cut_tunnel_header");
    EXPECT_EQ(open_frame(tunneled(17, udp(4789, raw("\x08")))).result, "cut_tunnel_header");
    EXPECT_EQ(open_frame(tunneled(17, udp(4789, joined({big(0, 8), inner_frame()})))).result, "not_tcp")
        << "without its flag it is no VXLAN";
}

TEST(encapsulations, cannot_hide_that_bytes_are_missing) {
    const byte_string whole = tunneled(17, vxlan(42, inner_frame()));
    EXPECT_EQ(open_frame(whole, 1, whole.size() - 2).result, "hel");
    byte_string lying = inner_frame();
    lying.resize(lying.size() - 2);
    EXPECT_EQ(open_frame(tunneled(17, vxlan(42, lying))).result, "hel");
}

TEST(encapsulations, with_padding_inside_and_outside_give_the_same_segment) {
    const byte_string padded = ethernet(0x0800, joined({v4(), byte_string(20)}));
    EXPECT_EQ(open_frame(joined({tunneled(17, vxlan(42, padded)), byte_string(7)})).result, "hello");
    EXPECT_EQ(open_frame(joined({tunneled(47, gre(0, 0x6558, {}, padded)), byte_string(7)})).result, "hello");
    const byte_string unfinished = ipv4(tcp(hello), false, {.total_bytes = 0});
    EXPECT_EQ(
        open_frame(ethernet(0x8864, joined({pppoe(1, joined({big(0x0021, 2), unfinished})), byte_string(7)}))).result,
        "hello");
    EXPECT_EQ(open_frame(joined({tunneled(17, udp(2152, joined({big(0x30FF, 2), big(45, 2), big(7, 4), unfinished}))),
                                 byte_string(7)}))
                  .result,
              "hello");
}

TEST(encapsulations, that_cannot_be_read_are_named) {
    const auto kind_of = [](const byte_string& frame, std::uint16_t link_type = 1) {
        const opened all = open_frame(frame, link_type);
        return all.result + ": " + all.other;
    };
    EXPECT_EQ(kind_of(wireless(0x0841, {}, byte_string(60, std::byte{7})), 105), "unreadable: 802.11 (encrypted)");
    EXPECT_EQ(kind_of(wireless(0x8841, big(0, 2), byte_string(60, std::byte{7})), 105),
              "unreadable: 802.11 (encrypted)");
    EXPECT_EQ(kind_of(wireless(0x0805, {}, snap(0x0800, v4())), 105), "unreadable: 802.11 (fragment)");
    EXPECT_EQ(kind_of(wireless(0x8000, {}, byte_string(60)), 105), "not_ip: 802.11 (management)");
    EXPECT_EQ(kind_of(wireless(0xD400, {}, {}), 105), "not_ip: 802.11 (control)");
    EXPECT_EQ(kind_of(wireless(0x4801, {}, {}), 105), "not_ip: 802.11 (no data)");
    EXPECT_EQ(
        kind_of(joined({big(0, 2), little(9, 2), little(2, 4), big(0x40, 1), wireless(0x0801, {}, snap(0x0800, v4()))}),
                127),
        "unreadable: 802.11 (damaged)");
    EXPECT_EQ(kind_of(v4(), 147), "unknown_link_type: link type 147");
    EXPECT_EQ(kind_of(v4(), 189), "unknown_link_type: link type 189 (USB)");
    EXPECT_EQ(kind_of(v4(), 132), "unknown_link_type: link type 132 (Juniper)");
    EXPECT_EQ(kind_of(joined({big(0x0102'D401, 4), big(9, 2), v4()}), 7), "unreadable: ARCNET (fragment)");
    EXPECT_EQ(kind_of(joined({big(0x0102'F1, 3), byte_string(28)}), 7), "not_ip: ARP");
    EXPECT_EQ(kind_of(tunneled(17, udp(5247, byte_string(40)))), "not_tcp: CAPWAP");
    EXPECT_EQ(kind_of(tunneled(17, udp(12'222, byte_string(40)))), "not_tcp: LWAPP");
    EXPECT_EQ(kind_of(ethernet(0x0806, byte_string(28))), "not_ip: ARP");
    EXPECT_EQ(kind_of(ethernet(0x88E5, byte_string(60))), "not_ip: MACsec (encrypted)");
    EXPECT_EQ(kind_of(ethernet(0x1234, byte_string(60))), "not_ip: EtherType 0x1234");
    EXPECT_EQ(kind_of(tunneled(50, byte_string(60))), "not_tcp: ESP (encrypted)");
    EXPECT_EQ(kind_of(tunneled(99, byte_string(60))), "not_tcp: IP protocol 99");
    EXPECT_EQ(kind_of(tunneled(17, udp(53, raw("question")))), "not_tcp: UDP");
    EXPECT_EQ(kind_of(tunneled(17, udp(51'820, joined({little(1, 4), byte_string(144)})))),
              "not_tcp: WireGuard (encrypted)");
    EXPECT_EQ(kind_of(tunneled(17, udp(51'820, joined({little(4, 4), byte_string(92)})))),
              "not_tcp: WireGuard (encrypted)");
    EXPECT_EQ(kind_of(tunneled(17, udp(443, joined({big(0x17FE'FD, 3), byte_string(8), big(20, 2), byte_string(20)})))),
              "not_tcp: DTLS (encrypted)");
    EXPECT_EQ(kind_of(tunneled(17, udp(443, joined({big(0xC0, 1), big(1, 4), big(8, 1), byte_string(40)})))),
              "not_tcp: QUIC (encrypted)");
    EXPECT_EQ(kind_of(tunneled(17, udp(4500, joined({big(77, 4), byte_string(40)})))), "not_tcp: ESP (encrypted)");
    EXPECT_EQ(kind_of(tunneled(17, udp(1701, joined({big(0xC802, 2), byte_string(10)})))), "not_tcp: L2TP (control)");
    EXPECT_EQ(kind_of(joined({big(0xFF03'00FD, 4), byte_string(40)}), 9), "unreadable: PPP (compressed)");
    EXPECT_EQ(kind_of(joined({big(0xFF03'C021, 4), byte_string(40)}), 9), "not_ip: PPP (control)");
    EXPECT_EQ(kind_of(frame_of({.payload = "\x16\x03\x01\x02\x01"sv, .server_port = 443})),
              "other_port: TLS (encrypted)");
    EXPECT_EQ(open_frame(frame_of({.payload = "\x17\x03\x03\x01\x01"sv})).other, "TLS (encrypted)");
}

TEST(encapsulations, of_link_types_for_private_use_are_chosen) {
    link_type_map types;
    EXPECT_EQ(types.add("147=ethernet"), "");
    EXPECT_EQ(types.add("148=802.11"), "");
    EXPECT_EQ(types.add("149=101"), "");
    EXPECT_EQ(open_frame(inner_frame(), 147, SIZE_MAX, types).result, "hello");
    EXPECT_EQ(open_frame(wireless(0x0801, {}, snap(0x0800, v4())), 148, SIZE_MAX, types).result, "hello");
    EXPECT_EQ(open_frame(v6(), 149, SIZE_MAX, types).result, "hello");
    EXPECT_EQ(open_frame(v6(), 150, SIZE_MAX, types).result, "unknown_link_type");
    for (const char* const wrong :
         {"", "147", "ethernet", "=ethernet", "70000=ethernet", "147=", "147=ether", "151=150", "147=raw"}) {
        EXPECT_NE(types.add(wrong), "") << wrong;
    }
}

TEST(encapsulations, of_one_network_meet_and_of_two_stay_apart) {
    const auto network_of = [](const byte_string& frame) { return open_frame(frame).network; };
    const auto from = [](bool from_server, std::uint8_t protocol, const byte_string& payload,
                         ipv4_hosts ends = tunnel_ends) {
        return ethernet(0x0800, outer(protocol, payload, from_server, ends));
    };
    const ipv4_hosts other_ends{0xC0A8'0001, 0xC0A8'0003};
    const std::uint64_t plain = network_of(inner_frame());
    const std::vector<std::function<byte_string(std::uint32_t)>> keyed{
        [](std::uint32_t key) { return vxlan(key, inner_frame()); },
        [](std::uint32_t key) { return geneve(key, 0x6558, inner_frame()); },
    };
    for (const auto& make : keyed) {
        EXPECT_EQ(network_of(from(false, 17, make(1))), network_of(from(true, 17, make(1))));
        EXPECT_NE(network_of(from(false, 17, make(1))), network_of(from(false, 17, make(2))));
        EXPECT_NE(network_of(from(false, 17, make(1))), network_of(from(false, 17, make(1), other_ends)));
        EXPECT_NE(network_of(from(false, 17, make(1))), plain);
    }
    const auto with_key = [](std::uint32_t key, std::uint16_t type) {
        return gre(key_flag, type, big(key, 4), type == 0x0800 ? v4() : inner_frame());
    };
    EXPECT_NE(network_of(from(false, 47, with_key(1, 0x0800))), network_of(from(false, 47, with_key(2, 0x0800))));
    EXPECT_NE(network_of(from(false, 47, with_key(1, 0x6558))), network_of(from(false, 47, with_key(2, 0x6558))));
    EXPECT_EQ(network_of(from(false, 47, with_key(5001 << 8U | 1U, 0x6558))),
              network_of(from(true, 47, with_key(5001 << 8U | 2U, 0x6558))))
        << "flows of one NVGRE network";
    EXPECT_EQ(network_of(from(false, 4, v4())), network_of(from(true, 4, v4())));
    EXPECT_NE(network_of(from(false, 4, v4())), network_of(from(false, 4, v4(), other_ends)));
    const auto session = [](std::uint16_t number) {
        return ethernet(0x8864, pppoe(number, joined({big(0x0021, 2), v4()})));
    };
    EXPECT_EQ(network_of(session(1)), network_of(session(1)));
    EXPECT_NE(network_of(session(1)), network_of(session(2)));
    const auto labeled = [](std::uint32_t upper, std::uint32_t lower) {
        return ethernet(0x8847, joined({label(upper, false), label(lower), v4()}));
    };
    EXPECT_EQ(network_of(labeled(100, 200)), network_of(labeled(101, 200))) << "upper labels change on the way";
    EXPECT_NE(network_of(labeled(100, 200)), network_of(labeled(100, 201)));
    const auto mirrored = [](std::uint32_t number) {
        return gre(0x1000, 0x88BE, big(1, 4), joined({big(0x1001'0000 | number, 4), big(0, 4), inner_frame()}));
    };
    EXPECT_EQ(network_of(from(false, 47, mirrored(1))), network_of(from(false, 47, mirrored(2), other_ends)))
        << "a mirror is no network";
}

TEST(encapsulations, of_several_packets_give_each_of_them) {
    const auto subframe = [](const byte_string& packet, bool is_last = false) {
        const byte_string body = joined({byte_string(12, std::byte{3}), big(packet.size(), 2), packet});
        return is_last ? body : joined({body, byte_string((4 - body.size() % 4) % 4)});
    };
    const auto packet_of = [](std::string_view payload, std::uint8_t protocol = 6) {
        return snap(0x0800, ipv4(tcp({.payload = payload}), false, {.protocol = protocol}));
    };
    const auto aggregated = [](const byte_string& body) { return wireless(0x8801, big(0x8000, 2), body); };
    const opened both =
        open_frame(aggregated(joined({subframe(packet_of("one")), subframe(packet_of("second"), true)})), 105);
    EXPECT_EQ(both.result, "one|second");
    EXPECT_EQ(both.names, (std::set<std::string>{"802.11", "a_msdu"}));
    const opened mixed =
        open_frame(aggregated(joined({subframe(packet_of("", 1)), subframe(packet_of("two")),
                                      subframe(packet_of("", 17)), subframe(snap(0x0800, outer(4, v4())), true)})),
                   105);
    EXPECT_EQ(mixed.result, "two|hello");
    EXPECT_EQ(mixed.names, (std::set<std::string>{"802.11", "a_msdu", "ipip"}));
    EXPECT_EQ(
        open_frame(aggregated(joined({subframe(packet_of("", 1)), subframe(packet_of("", 17), true)})), 105).result,
        "not_tcp");
    EXPECT_EQ(open_frame(aggregated(raw("short")), 105).result, "cut_link_header");
    EXPECT_EQ(open_frame(aggregated({}), 105).result, "not_ip");
}

}  // namespace
}  // namespace chatos::dump::testing
