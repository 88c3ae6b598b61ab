// From frames to segments: each link type, each way in which headers lie, fragments.
#include "base/packet_builder.hpp"
#include "dump/link/decapsulator.hpp"
#include "dump/testing/tunnels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

/// A frame decapsulator with its account.
class test_decapsulator {
public:
    explicit test_decapsulator(bool verify_checksums = false)
        : decapsulator_{ports(), verify_checksums, skipped_, contents_, link_types_} {}

    /// The payload of the segment in the frame, or why there is none.
    std::string payload(const byte_string& bytes, std::uint16_t link_type = 1, std::size_t cut = 0,
                        std::int64_t second = 0) {
        const skip_counts before = skipped_;
        const captured_frame frame{.time = {second, 0, 6},
                                   .link_type = link_type,
                                   .bytes = std::span{bytes}.first(bytes.size() - cut),
                                   .original_bytes = static_cast<std::uint32_t>(bytes.size())};
        last_ = decapsulator_.decapsulate(frame);
        for (std::size_t reason = 0; reason < skip_reason_count; ++reason) {
            if (skipped_[reason] != before[reason]) {
                return std::string{skip_reason_name(static_cast<skip_reason>(reason))};
            }
        }
        if (last_ == nullptr) {
            return "held";
        }
        return {reinterpret_cast<const char*>(last_->tcp.payload.data()), last_->tcp.payload.size()};
    }
    void end() { decapsulator_.end(); }
    [[nodiscard]] std::uint64_t skipped(skip_reason reason) const { return skipped_[static_cast<std::size_t>(reason)]; }
    [[nodiscard]] const decapsulated_frame& last() const { return *last_; }

private:
    static const server_ports& ports() {
        static const server_ports all = [] {
            server_ports set;
            set.set(7777);
            return set;
        }();
        return all;
    }

    skip_counts skipped_{};
    content_counts contents_;
    link_type_map link_types_;
    decapsulator decapsulator_;
    const decapsulated_frame* last_{nullptr};
};

const segment hello{.sequence = 5, .payload = "hello"};

byte_string v4() {
    return ipv4(tcp(hello), false);
}

byte_string v6() {
    return ipv6(tcp(hello, true), false);
}

std::string payload_of(const byte_string& bytes, std::uint16_t link_type = 1, std::size_t cut = 0) {
    return test_decapsulator{}.payload(bytes, link_type, cut);
}

TEST(link_layer, every_link_type_leads_to_the_segment) {
    const byte_string cooked = joined({big(0, 2), big(1, 2), big(6, 2), big(0, 8)});
    const std::vector<std::pair<std::uint16_t, byte_string>> frames{
        {1, ethernet(0x0800, v4())},
        {1, ethernet(0x86DD, v6())},
        {0, joined({little(2, 4), v4()})},
        {0, joined({big(2, 4), v4()})},
        {0, joined({little(24, 4), v6()})},
        {0, joined({little(28, 4), v6()})},
        {0, joined({big(30, 4), v6()})},
        {0, joined({little(10, 4), v6()})},
        {108, joined({big(2, 4), v4()})},
        {108, joined({little(30, 4), v6()})},
        {12, v4()},
        {12, v6()},
        {101, v4()},
        {101, v6()},
        {228, v4()},
        {229, v6()},
        {113, joined({cooked, big(0x0800, 2), v4()})},
        {113, joined({cooked, big(0x86DD, 2), v6()})},
        {276, joined({big(0x0800, 2), big(0, 18), v4()})},
        {276, joined({big(0x86DD, 2), big(0, 18), v6()})},
    };
    for (const auto& [type, bytes] : frames) {
        EXPECT_EQ(payload_of(bytes, type), "hello") << type;
    }
}

TEST(link_layer, tags_are_taken_off_and_told_apart) {
    const auto vlan_of = [](const byte_string& bytes) {
        test_decapsulator decapsulator;
        EXPECT_EQ(decapsulator.payload(bytes), "hello");
        return decapsulator.last().ip.vlan;
    };
    const std::uint64_t none = vlan_of(ethernet(0x0800, v4()));
    const std::uint64_t ten = vlan_of(ethernet(0x0800, v4(), {{0x8100, 0x200A}}));
    const std::uint64_t twenty = vlan_of(ethernet(0x0800, v4(), {{0x8100, 20}}));
    const std::uint64_t stacked = vlan_of(ethernet(0x0800, v4(), {{0x88A8, 10}, {0x8100, 20}}));
    const std::uint64_t turned = vlan_of(ethernet(0x0800, v4(), {{0x88A8, 20}, {0x8100, 10}}));
    EXPECT_EQ(vlan_of(ethernet(0x0800, v4(), {{0x8100, 0x0000}})), none);
    EXPECT_EQ(none, 0U);
    EXPECT_NE(ten, twenty);
    EXPECT_NE(stacked, turned);
    EXPECT_EQ(payload_of(ethernet(0x0800, v4(),
                                  {{0x8100, 1}, {0x8100, 1}, {0x8100, 1}, {0x8100, 1}, {0x8100, 1}, {0x8100, 1}})),
              "too_many_vlan_tags");
}

TEST(link_layer, what_is_no_ip_is_told) {
    EXPECT_EQ(payload_of(ethernet(0x0806, byte_string(28))), "not_ip");
    EXPECT_EQ(payload_of(ethernet(40, byte_string(40))), "not_ip");
    EXPECT_EQ(payload_of(ethernet(static_cast<std::uint16_t>(8 + v4().size()),
                                  joined({raw("\xaa\xaa\x03"), byte_string(3), big(0x0800, 2), v4()}))),
              "hello");
    EXPECT_EQ(payload_of(joined({little(7, 4), v4()}), 0), "not_ip");
    EXPECT_EQ(payload_of(raw("\x10"), 101), "not_ip");
    EXPECT_EQ(payload_of({}, 101), "cut_ip_header");
    EXPECT_EQ(payload_of(v4(), 147), "unknown_link_type");
    EXPECT_EQ(payload_of(v6(), 228), "bad_ip_header");
    for (std::size_t size = 0; size < 14; ++size) {
        EXPECT_EQ(payload_of(byte_string(size)), "cut_link_header") << size;
    }
}

TEST(ip_layer, padding_is_no_data) {
    EXPECT_EQ(payload_of(ethernet(0x0800, joined({v4(), byte_string(20)}))), "hello");
    EXPECT_EQ(payload_of(ethernet(0x86DD, joined({v6(), byte_string(20)}))), "hello");
    EXPECT_EQ(payload_of(ethernet(0x0800, joined({ipv4(tcp({}), false), byte_string(6)}))), "");
}

TEST(ip_layer, a_length_of_0_stands_for_the_whole_frame) {
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(tcp(hello), false, {.total_bytes = 0}))), "hello");
    EXPECT_EQ(payload_of(ethernet(0x86DD, ipv6(tcp(hello, true), false, 6, 0))), "hello");
}

TEST(ip_layer, options_and_extension_headers_are_passed) {
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(tcp(hello), false, {.options = "\x01\x01\x01\x01"}))), "hello");
    const byte_string hop = joined({big(43, 1), big(0, 1), byte_string(6)});
    const byte_string route = joined({big(51, 1), big(1, 1), byte_string(14)});
    const byte_string authentication = joined({big(60, 1), big(1, 1), byte_string(10)});
    const byte_string options = joined({big(6, 1), big(0, 1), byte_string(6)});
    EXPECT_EQ(
        payload_of(ethernet(0x86DD, ipv6(joined({hop, route, authentication, options, tcp(hello, true)}), false, 0))),
        "hello");
    EXPECT_EQ(
        payload_of(ethernet(0x86DD, ipv6(joined({big(17, 1), big(0, 1), byte_string(6), byte_string(8)}), false, 0))),
        "not_tcp");
    EXPECT_EQ(payload_of(ethernet(0x86DD, ipv6(joined({big(6, 1), big(9, 1), byte_string(6)}), false, 0))),
              "bad_ip_header");
    EXPECT_EQ(payload_of(ethernet(0x86DD, ipv6(joined({options, tcp(hello, true)}), false, 0)), 1, 26),
              "cut_ip_header");
}

TEST(ip_layer, a_packet_sent_by_way_of_others_goes_to_the_last_of_them) {
    const auto destination_of = [](const byte_string& bytes) {
        test_decapsulator decapsulator;
        EXPECT_EQ(decapsulator.payload(bytes), "hello");
        return decapsulator.last().ip.destination.bytes;
    };
    const auto direct = destination_of(ethernet(0x0800, v4()));
    const auto by_option = [&](std::string_view options) {
        return destination_of(ethernet(0x0800, ipv4(tcp(hello), false, {.options = options})));
    };
    const std::array<std::uint8_t, 16> last{5, 6, 7, 8};
    EXPECT_EQ(by_option("\x01\x83\x0b\x04\x01\x02\x03\x04\x05\x06\x07\x08"sv), last);
    EXPECT_EQ(by_option("\x94\x04\x00\x00\x89\x07\x04\x05\x06\x07\x08\x00"sv), last);
    EXPECT_EQ(by_option("\x83\x07\x08\x05\x06\x07\x08\x00"sv), direct);  // all hops are behind it
    EXPECT_EQ(by_option("\x07\x07\x04\x05\x06\x07\x08\x00"sv), direct);  // a record of the route
    EXPECT_EQ(by_option("\x00\x83\x07\x04\x05\x06\x07\x08"sv), direct);
    EXPECT_EQ(by_option("\x83\x0b\x04\x05"sv), direct);
    EXPECT_EQ(by_option("\x01\x01\x01\x83"sv), direct);

    const auto by_header = [&](std::uint8_t kind, std::uint8_t left, std::string_view segments) {
        const byte_string routing =
            joined({big(6, 1), big(segments.size() / 8, 1), big(kind, 1), big(left, 1), byte_string(4), raw(segments)});
        return destination_of(ethernet(0x86DD, ipv6(joined({routing, tcp(hello, true)}), false, 43)));
    };
    const auto direct_6 = destination_of(ethernet(0x86DD, v6()));
    const auto all = [](std::uint8_t value) {
        std::array<std::uint8_t, 16> address{};
        address.fill(value);
        return address;
    };
    const std::string two = std::string(16, '\x11') + std::string(16, '\x22');
    EXPECT_EQ(by_header(0, 2, two), all(0x22));
    EXPECT_EQ(by_header(4, 1, two), all(0x11));
    EXPECT_EQ(by_header(2, 1, std::string(16, '\x33')), all(0x33));
    EXPECT_EQ(by_header(4, 0, two), direct_6);
    EXPECT_EQ(by_header(3, 1, two), direct_6);
    EXPECT_EQ(by_header(4, 1, "12345678"), direct_6);
    EXPECT_EQ(by_header(4, 1, ""), direct_6);
}

TEST(ip_layer, header_lengths_that_lie_are_told) {
    byte_string short_header = ethernet(0x0800, v4());
    short_header[14] = std::byte{0x44};
    EXPECT_EQ(payload_of(short_header), "bad_ip_header");
    byte_string version = ethernet(0x0800, v4());
    version[14] = std::byte{0x65};
    EXPECT_EQ(payload_of(version), "bad_ip_header");
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(tcp(hello), false, {.total_bytes = 19}))), "bad_ip_header");
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(tcp(hello), false, {.protocol = 17}))), "not_tcp");
    byte_string long_tcp = ethernet(0x0800, v4());
    long_tcp[14 + 20 + 12] = std::byte{0xF0};
    EXPECT_EQ(payload_of(long_tcp), "bad_tcp_header");
    long_tcp[14 + 20 + 12] = std::byte{0x40};
    EXPECT_EQ(payload_of(long_tcp), "bad_tcp_header");
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(raw("abc"), false))), "bad_tcp_header");
}

TEST(ip_layer, a_length_over_the_frame_is_a_truncation) {
    const auto payload_bytes_of = [](const byte_string& bytes) {
        test_decapsulator decapsulator;
        EXPECT_EQ(decapsulator.payload(bytes), "hello");
        return decapsulator.last().tcp.payload_bytes;
    };
    EXPECT_EQ(payload_bytes_of(ethernet(0x0800, ipv4(tcp(hello), false, {.total_bytes = 46}))), 6U);
    EXPECT_EQ(payload_bytes_of(ethernet(0x0800, ipv4(tcp(hello), false, {.total_bytes = 65'535}))), 65'495U);
    EXPECT_EQ(payload_bytes_of(ethernet(0x86DD, ipv6(tcp(hello, true), false, 6, 27))), 7U);
    EXPECT_EQ(payload_bytes_of(ethernet(0x86DD, ipv6(tcp(hello, true), false, 6, 65'535))), 65'515U);
    EXPECT_EQ(test_decapsulator{true}.payload(ethernet(0x86DD, ipv6(tcp(hello, true), false, 6, 27))), "hello")
        << "a checksum over bytes that are not there cannot be verified";
    EXPECT_EQ(payload_of(ethernet(0x0800, ipv4(raw("12345678"), false, {.fragment = 0x2000, .total_bytes = 36}))),
              "held");
}

TEST(decapsulator, frames_cut_anywhere_tell_in_which_header) {
    for (const bool is_ipv6 : {false, true}) {
        const byte_string whole = is_ipv6 ? ethernet(0x86DD, v6()) : ethernet(0x0800, v4());
        const std::size_t ip_end = is_ipv6 ? 54 : 34;
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const std::string payload = payload_of(whole, 1, whole.size() - size);
            const std::string wanted = size < 14            ? "cut_link_header"
                                       : size < ip_end      ? "cut_ip_header"
                                       : size < ip_end + 20 ? "cut_tcp_header"
                                                            : std::string{"hello"}.substr(0, size - ip_end - 20);
            EXPECT_EQ(payload, wanted) << size;
        }
    }
}

TEST(decapsulator, of_a_cut_tcp_header_remains_what_the_stream_needs) {
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(frame_of(hello), 1, 10), "cut_tcp_header");
    EXPECT_TRUE(decapsulator.last().tcp.has_sequence);
    EXPECT_TRUE(decapsulator.last().tcp.has_payload_bytes);
    EXPECT_EQ(decapsulator.last().tcp.sequence, 5U);
    EXPECT_EQ(decapsulator.last().tcp.payload_bytes, 5U);
    EXPECT_EQ(decapsulator.payload(frame_of(hello), 1, 5 + 8), "cut_tcp_header");
    EXPECT_FALSE(decapsulator.last().tcp.has_payload_bytes);
}

TEST(decapsulator, checksums_cover_the_last_byte_of_an_odd_number) {
    // RFC 1071, and the same without its last byte.
    const byte_string bytes = raw(std::string_view{"\x00\x01\xf2\x03\xf4\xf5\xf6\xf7", 8});
    EXPECT_EQ(ones_complement_sum(bytes, 0), 0xDDF2U);
    EXPECT_EQ(ones_complement_sum(std::span{bytes}.first(7), 0), 0xDCFBU);
    for (std::string text; text.size() < 6; text += 'x') {
        byte_string frame = frame_of({.payload = text});
        EXPECT_EQ(test_decapsulator{true}.payload(frame), text);
        frame.back() ^= std::byte{0x40};
        EXPECT_EQ(test_decapsulator{true}.payload(frame), "bad_checksum");
    }
}

TEST(decapsulator, ports_of_zero_are_ports_that_nobody_asked_for) {
    EXPECT_EQ(payload_of(frame_of({.payload = "x", .client_port = 0, .server_port = 0})), "other_port");
    const byte_string cut = frame_of({.payload = "x", .client_port = 0, .server_port = 0});
    EXPECT_EQ(payload_of(cut, 1, cut.size() - 34 - 3), "cut_tcp_header");
    EXPECT_EQ(payload_of(cut, 1, cut.size() - 34 - 8), "other_port");
}

TEST(decapsulator, other_ports_and_wrong_checksums_are_told) {
    EXPECT_EQ(payload_of(frame_of({.payload = "x", .server_port = 80})), "other_port");
    byte_string wrong = frame_of(hello);
    wrong.back() = std::byte{'x'};
    EXPECT_EQ(payload_of(wrong), "hellx");
    EXPECT_EQ(test_decapsulator{true}.payload(wrong), "bad_checksum");
    EXPECT_EQ(test_decapsulator{true}.payload(frame_of(hello)), "hello");
    EXPECT_EQ(test_decapsulator{true}.payload(ethernet(0x86DD, v6())), "hello");
    byte_string wrong_ip = frame_of(hello);
    wrong_ip[22] = std::byte{63};
    EXPECT_EQ(test_decapsulator{true}.payload(wrong_ip), "bad_checksum");
    EXPECT_EQ(test_decapsulator{true}.payload(frame_of({.payload = "longer text"}), 1, 3), "longer t");
}

TEST(decapsulator, tcp_options_are_no_data) {
    EXPECT_EQ(payload_of(frame_of({.payload = "hello", .options = "\x01\x01\x08\x02"})), "hello");
}

TEST(decapsulator, window_scale_is_read_and_options_may_end_early) {
    test_decapsulator decapsulator;
    decapsulator.payload(frame_of({.flags = syn, .options = "\x01\x03\x03\x07"}));
    EXPECT_EQ(decapsulator.last().tcp.window_shift, 7);
    decapsulator.payload(frame_of({.flags = syn, .options = "\x01\x01\x03\x09"}));
    EXPECT_FALSE(decapsulator.last().tcp.window_shift);
}

constexpr std::uint16_t more = 0x2000;

byte_string fragment(std::string_view text, std::uint16_t place, std::uint16_t identification = 1) {
    return ethernet(0x0800, ipv4(raw(text), false, {.fragment = place, .identification = identification}));
}

std::string whole_segment() {
    const byte_string bytes = tcp({.payload = "a message in three parts"});
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(fragments, are_put_together_in_any_order) {
    const std::string whole = whole_segment();
    const byte_string first = fragment(whole.substr(0, 16), more);
    const byte_string second = fragment(whole.substr(16, 16), more | 2);
    const byte_string third = fragment(whole.substr(32), 4);
    const std::array<byte_string, 3> parts{first, second, third};
    std::array<std::size_t, 3> order{0, 1, 2};
    do {
        test_decapsulator decapsulator;
        EXPECT_EQ(decapsulator.payload(parts[order[0]]), "held");
        EXPECT_EQ(decapsulator.payload(parts[order[0]]), "held");
        EXPECT_EQ(decapsulator.payload(parts[order[1]]), "held");
        EXPECT_EQ(decapsulator.payload(parts[order[2]]), "fragment");
        EXPECT_EQ(decapsulator.last().tcp.payload.size(), 24U);
        EXPECT_EQ(decapsulator.skipped(skip_reason::fragment), 3U);
        decapsulator.end();
        EXPECT_EQ(decapsulator.skipped(skip_reason::incomplete_fragment), 0U);
    } while (std::ranges::next_permutation(order).found);
}

TEST(fragments, crossing_ones_of_equal_bytes_do_no_harm_and_others_ruin_the_datagram) {
    const std::string whole = whole_segment();
    test_decapsulator equal;
    EXPECT_EQ(equal.payload(fragment(whole.substr(0, 24), more)), "held");
    EXPECT_EQ(equal.payload(fragment(whole.substr(16), 2)), "fragment");
    test_decapsulator other;
    EXPECT_EQ(other.payload(fragment(whole.substr(0, 24), more)), "held");
    EXPECT_EQ(other.payload(fragment("DIFFERENT" + whole.substr(25), 2)), "held");
    EXPECT_EQ(other.payload(fragment(whole.substr(24), 3)), "held");
    other.end();
    EXPECT_EQ(other.skipped(skip_reason::overlapping_fragment), 3U);
}

TEST(fragments, a_last_one_that_ends_before_others_ruins_the_datagram) {
    const std::string whole = whole_segment();
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(fragment(whole.substr(0, 24), more)), "held");
    EXPECT_EQ(decapsulator.payload(fragment(whole.substr(8, 8), 1)), "held");
    decapsulator.end();
    EXPECT_EQ(decapsulator.skipped(skip_reason::overlapping_fragment), 2U);
}

TEST(fragments, of_two_vlans_never_meet) {
    const std::string whole = whole_segment();
    const auto tagged = [&](std::string_view text, std::uint16_t place, std::uint16_t vlan) {
        return ethernet(0x0800, ipv4(raw(text), false, {.fragment = place}), {{0x8100, vlan}});
    };
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(tagged(whole.substr(0, 16), more, 5)), "held");
    EXPECT_EQ(decapsulator.payload(tagged(whole.substr(16), 2, 6)), "held");
    EXPECT_EQ(decapsulator.payload(tagged(whole.substr(16), 2, 5)), "fragment");
}

TEST(fragments, that_are_never_completed_or_cannot_be_are_accounted_for) {
    const std::string whole = whole_segment();
    test_decapsulator decapsulator;
    for (std::uint16_t identification = 0; identification < 200; ++identification) {
        EXPECT_NE(decapsulator.payload(fragment(whole.substr(0, 16), more, identification)), "fragment");
    }
    EXPECT_EQ(decapsulator.skipped(skip_reason::incomplete_fragment), 200 - fragment_store::datagrams_max);
    decapsulator.end();
    EXPECT_EQ(decapsulator.skipped(skip_reason::incomplete_fragment), 200U);
    decapsulator.payload(fragment("1234567", more));
    decapsulator.payload(fragment("12345678", 0x1FFF, 2));
    decapsulator.payload(fragment("12345678", more, 3), 1, 2);
    EXPECT_EQ(decapsulator.payload(ethernet(0x0800, ipv4(raw("12345678"), false, {.protocol = 1, .fragment = more}))),
              "not_tcp");
    for (const std::uint16_t place : {more, std::uint16_t{1}}) {  // no port of a tunnel: no use for the second
        EXPECT_EQ(decapsulator.payload(ethernet(
                      0x0800, ipv4(raw("12345678"), false, {.protocol = 17, .fragment = place, .identification = 9}))),
                  "held");
    }
    decapsulator.end();
    EXPECT_EQ(decapsulator.skipped(skip_reason::not_tcp), 3U);
    EXPECT_EQ(decapsulator.skipped(skip_reason::bad_fragment), 2U);
    EXPECT_EQ(decapsulator.skipped(skip_reason::cut_fragment), 1U);
}

TEST(fragments, an_old_identification_is_not_mixed_with_a_new_one) {
    const std::string whole = whole_segment();
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(fragment(whole.substr(0, 16), more), 1, 0, 100), "held");
    EXPECT_EQ(decapsulator.payload(fragment(whole.substr(16), 2), 1, 0, 161), "incomplete_fragment");
    decapsulator.end();
    EXPECT_EQ(decapsulator.skipped(skip_reason::incomplete_fragment), 2U);
}

TEST(fragments, of_ipv6_are_put_together_and_one_that_is_whole_is_no_fragment) {
    const byte_string bytes = tcp({.payload = "six bytes and more"}, true);
    const std::string whole{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const auto part = [](std::string_view text, std::uint16_t place) {
        return ethernet(0x86DD, ipv6(joined({big(6, 1), big(0, 1), big(place, 2), big(77, 4), raw(text)}), false, 44));
    };
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(part(whole.substr(24), 24)), "held");
    EXPECT_EQ(decapsulator.payload(part(whole.substr(0, 24), 1)), "fragment");
    EXPECT_EQ(decapsulator.last().tcp.payload.size(), 18U);
    EXPECT_EQ(decapsulator.payload(part(whole, 0)), "six bytes and more");
}

byte_string part_of(const byte_string& bytes, std::size_t from, std::size_t to = SIZE_MAX) {
    return {bytes.begin() + static_cast<std::ptrdiff_t>(from),
            bytes.begin() + static_cast<std::ptrdiff_t>(std::min(to, bytes.size()))};
}

TEST(fragments, of_a_tunnel_are_put_together_in_any_order) {
    const byte_string datagram = vxlan(42, ethernet(0x0800, v4()));
    const auto part = [&](std::size_t from, std::size_t to, std::uint16_t place) {
        return ethernet(0x0800, ipv4(part_of(datagram, from, to), false, {.protocol = 17, .fragment = place}));
    };
    const byte_string first = part(0, 48, more);
    const byte_string second = part(48, SIZE_MAX, 6);
    for (const bool is_in_order : {true, false}) {
        test_decapsulator decapsulator;
        EXPECT_EQ(decapsulator.payload(is_in_order ? first : second), "held");
        EXPECT_EQ(decapsulator.payload(is_in_order ? second : first), "fragment");
        EXPECT_EQ(decapsulator.last().tcp.payload.size(), 5U);
        decapsulator.end();
        EXPECT_EQ(decapsulator.skipped(skip_reason::fragment), 1U);
    }
    const byte_string gre_packet = gre(0, 0x0800, {}, v4());
    const auto part_of_ipv6 = [&](std::size_t from, std::size_t to, std::uint16_t place) {
        return ethernet(
            0x86DD,
            ipv6(joined({big(47, 1), big(0, 1), big(place, 2), big(77, 4), part_of(gre_packet, from, to)}), false, 44));
    };
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(part_of_ipv6(24, SIZE_MAX, 24)), "held");
    EXPECT_EQ(decapsulator.payload(part_of_ipv6(0, 24, 1)), "fragment");
}

TEST(fragments, inside_tunnels_meet_in_one_network_only) {
    const std::string whole = whole_segment();
    const auto part = [&](std::uint32_t network, std::size_t from, std::size_t to, std::uint16_t place) {
        const byte_string inner =
            ipv4(raw(std::string_view{whole}.substr(from, to - from)), false, {.fragment = place});
        return ethernet(0x0800, outer(17, vxlan(network, ethernet(0x0800, inner))));
    };
    test_decapsulator decapsulator;
    EXPECT_EQ(decapsulator.payload(part(1, 0, 16, more)), "held");
    EXPECT_EQ(decapsulator.payload(part(2, 16, 44, 2)), "held");
    EXPECT_EQ(decapsulator.payload(part(1, 16, 44, 2)), "fragment");
    EXPECT_EQ(decapsulator.last().tcp.payload.size(), 24U);
}

TEST(fragments, inside_a_fragmented_tunnel_are_put_together_twice) {
    const std::string whole = whole_segment();
    const auto inner = [&](std::size_t from, std::size_t to, std::uint16_t place) {
        return ipv4(raw(std::string_view{whole}.substr(from, to - from)), false, {.fragment = place});
    };
    const byte_string first = inner(0, 24, more);
    const byte_string second = inner(24, 44, 3);
    test_decapsulator decapsulator;
    const auto take = [&](const byte_string& packet, std::size_t from, std::size_t to, std::uint16_t place) {
        return decapsulator.payload(
            ethernet(0x0800, ipv4(part_of(packet, from, to), false, {.protocol = 4, .fragment = place})));
    };
    EXPECT_EQ(take(first, 0, 32, more), "held");
    EXPECT_EQ(take(first, 32, SIZE_MAX, 4), "fragment");  // the other one; this one waits as a part of what is inside
    EXPECT_EQ(take(second, 0, 32, more), "held");
    EXPECT_EQ(take(second, 32, SIZE_MAX, 4), "fragment");
    EXPECT_EQ(decapsulator.last().tcp.payload.size(), 24U);
    decapsulator.end();
    EXPECT_EQ(decapsulator.skipped(skip_reason::fragment), 3U);
}

}  // namespace
}  // namespace chatos::dump::testing
