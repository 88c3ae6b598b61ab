// Whole captures to lines: what is told of frames of which the capture says what cannot be.
#include "base/capture_builder.hpp"
#include "dump/testing/segments.hpp"
#include "dump/testing/tunnels.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

std::size_t count_of(const std::string& text, std::string_view wanted) {
    std::size_t count = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
        ++count;
    }
    return count;
}

TEST(capture_dump, impossible_original_lengths_are_one_event_and_a_count) {
    pcap_builder capture;
    pcapng_builder blocks;
    blocks.interface(1);
    for (const segment& sent : {opening(9), client(10, cr_bob), client(16, sma_hi)}) {
        capture.add(frame_of(sent), {.original = 38});
        blocks.packet(frame_of(sent), 1'700'000'000'000'000, {.original = 0});
    }
    for (const byte_string& file : {capture.bytes(), blocks.bytes()}) {
        const dump_result read = json_of_capture(file);
        EXPECT_EQ(read.problem, "");
        EXPECT_EQ(count_of(read.text, R"("event":"original_length","time":"1700000000.000000","frame":1,)"), 1U)
            << read.text;
        EXPECT_EQ(count_of(read.text, "\"event\":"), 1U);
        EXPECT_EQ(count_of(read.text, R"("corrected":{"original_length":3})"), 1U);
        EXPECT_EQ(last_number(read.text, "packets"), 13) << "the bytes of both packets";
        EXPECT_EQ(last_number(read.text, "missing"), 0);
    }
    EXPECT_EQ(count_of(json({opening(9), client(10, cr_bob)}), "corrected"), 0U);
}

TEST(capture_dump, frames_of_an_impossible_clock_are_read_without_times) {
    pcapng_builder capture;
    capture.interface(1, 0, capture.option(9, big(20, 1)));
    for (const segment& sent : {opening(9), client(10, cr_bob)}) {
        capture.packet(frame_of(sent));
    }
    const dump_result read = json_of_capture(capture.bytes());
    EXPECT_EQ(read.problem, "");
    EXPECT_EQ(count_of(read.text, R"("event":"clock","frame":1,)"), 1U) << read.text;
    EXPECT_EQ(count_of(read.text, R"("corrected":{"clock":2})"), 1U);
    EXPECT_EQ(count_of(read.text, "\"time\""), 0U);
    EXPECT_EQ(count_of(read.text, "\"packet\":\"CR\""), 1U);
}

TEST(capture_dump, ip_lengths_over_the_frame_are_truncations_and_what_is_there_counts) {
    byte_string cut = frame_of(client(16, sma_hi));
    cut.resize(cut.size() - 2);
    const dump_result read =
        json_of_frames({frame_of(opening(9)), frame_of(client(10, cr_bob)), cut, frame_of(client(23, sma_hi))});
    EXPECT_EQ(short_lines(read.text),
              (lines{"c2s 0 CR bob", "c2s 11 truncated 2", "c2s 13 resync 0 announced_end", "c2s 13 SMA hi"}))
        << read.text;
    EXPECT_EQ(last_number(read.text, "missing"), 2);
    EXPECT_EQ(last_number(read.text, "unframed"), 5);
}

/// A conversation in a tunnel: the client's login and its answer.
std::vector<byte_string> login_in(const std::function<byte_string(const byte_string& packet, bool from_server)>& wrap) {
    std::vector<byte_string> frames;
    for (const segment& sent : {opening(9), server(99, {}, syn | ack, 10), client(10, cr_bob), server(100, ok)}) {
        frames.push_back(wrap(ipv4(tcp(sent), sent.from_server), sent.from_server));
    }
    return frames;
}

TEST(capture_dump, tenants_with_equal_addresses_are_streams_of_their_own_and_both_directions_meet) {
    const auto in_network = [](std::uint32_t network) {
        return login_in([network](const byte_string& packet, bool from_server) {
            return ethernet(0x0800, outer(17, vxlan(network, ethernet(0x0800, packet)), from_server));
        });
    };
    std::vector<byte_string> frames;
    const std::vector<byte_string> first = in_network(1);
    const std::vector<byte_string> second = in_network(2);
    for (std::size_t index = 0; index < first.size(); ++index) {
        frames.push_back(first[index]);
        frames.push_back(second[index]);
    }
    const std::string text = json_of_frames(frames).text;
    EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "c2s 0 CR bob", "s2c 0 ERROR 0", "s2c 0 ERROR 0"})) << text;
    EXPECT_EQ(last_number(text, "streams"), 2);
    EXPECT_NE(text.find(R"("encapsulations":{"vxlan":8})"), std::string::npos) << text;
}

TEST(capture_dump, directions_with_labels_or_tunnels_of_their_own_meet_at_the_handshake) {
    const auto with_labels = login_in([](const byte_string& packet, bool from_server) {
        return ethernet(0x8847, joined({label(from_server ? 200 : 100), packet}));
    });
    const auto one_way = login_in([](const byte_string& packet, bool from_server) {
        return ethernet(0x0800, from_server ? packet : outer(4, packet));
    });
    for (const std::vector<byte_string>& frames : {with_labels, one_way}) {
        const std::string text = json_of_frames(frames).text;
        EXPECT_EQ(short_lines(text), (lines{"c2s 0 CR bob", "s2c 0 ERROR 0"})) << text;
        EXPECT_EQ(last_number(text, "streams"), 1);
    }
}

TEST(capture_dump, without_a_packet_ends_with_a_hint) {
    const auto hint_of = [](const std::vector<byte_string>& frames, std::uint16_t link_type = 1) {
        pcap_builder capture{link_type};
        for (const byte_string& frame : frames) {
            capture.add(frame);
        }
        const std::string text = json_of_capture(capture.bytes()).text;
        const std::size_t at = text.find("\"hint\":\"");
        return at == std::string::npos ? std::string{} : text.substr(at + 8);
    };
    EXPECT_EQ(hint_of({}), "");
    EXPECT_EQ(hint_of({frame_of(opening(9)), frame_of(client(10, cr_bob))}), "");
    EXPECT_NE(hint_of({frame_of({.payload = "x", .server_port = 9000})}).find("(9000, ...): give the server's port"),
              std::string::npos);
    EXPECT_NE(hint_of({frame_of({})}, 147).find("--link-type 147=ethernet"), std::string::npos);
    EXPECT_NE(hint_of({wireless(0x0841, {}, byte_string(60, std::byte{7}))}, 105).find("decrypt"), std::string::npos);
    EXPECT_NE(hint_of({ethernet(0x0800, outer(50, byte_string(60)))}).find("inside the tunnel"), std::string::npos);
    EXPECT_NE(hint_of({ethernet(0x0806, byte_string(28))}).find("right interface"), std::string::npos);
    EXPECT_NE(hint_of({frame_of(opening(9)), frame_of(client(10, "GET /")), ethernet(0x0806, byte_string(28))})
                  .find("but no ChatOS packet in it"),
              std::string::npos);
    const dump_result shown =
        text_of_frames({frame_of({.payload = "x", .server_port = 9000}), ethernet(0x0806, byte_string(28))});
    EXPECT_NE(shown.text.find("other content: 1 ARP\n"), std::string::npos) << shown.text;
    EXPECT_NE(shown.text.find("\nhint: TCP was seen on other ports (9000, ...)"), std::string::npos) << shown.text;
}

}  // namespace
}  // namespace chatos::dump::testing
