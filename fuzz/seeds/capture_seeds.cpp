#include "base/capture_builder.hpp"
#include "capture/capture_properties.hpp"
#include "seeds/seed_sets.hpp"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;
namespace build = base::wire;
using build::byte_string;

constexpr std::string_view cr = "\x01\x00\x03"
                                "bob"sv;
constexpr std::string_view sma = "\x04\x00\x00\x00\x02hi"sv;
constexpr std::string_view ok = "\x06\x00"sv;

std::vector<byte_string> conversation() {
    return {
        build::frame_of({.sequence = 9, .flags = build::syn}),
        build::frame_of({.sequence = 99, .flags = build::syn | build::ack, .acknowledgement = 10, .from_server = true}),
        build::frame_of({.sequence = 10, .payload = cr}),
        build::frame_of({.sequence = 100, .payload = ok, .from_server = true}),
        build::frame_of({.sequence = 23, .payload = sma}),
        build::frame_of({.sequence = 23, .payload = "\x04\x00\x00\x00\x02ho"sv}),
        build::frame_of({.sequence = 30, .flags = build::rst})};
}

byte_string with_choice(std::uint8_t choice, const byte_string& remaining) {
    return build::joined({build::big(choice, 1), remaining});
}

byte_string frames_of_link(std::uint8_t choice, const std::vector<byte_string>& frames, std::uint8_t cut = 0) {
    byte_string input = build::big(choice, 1);
    for (const byte_string& frame : frames) {
        input = build::joined({input, build::big(frame.size(), 1), build::big(cut, 1), frame});
    }
    return input;
}

}  // namespace

std::vector<seed> make_capture_seeds() {
    std::vector<seed> seeds;
    const auto add = [&seeds](std::string name, const byte_string& file) {
        seeds.push_back({std::move(name), with_choice(static_cast<std::uint8_t>(seeds.size() * 7), file)});
    };
    for (const std::endian order : {std::endian::big, std::endian::little}) {
        const std::string suffix = order == std::endian::big ? "_big" : "_little";
        build::pcap_builder micro{1, order};
        build::pcapng_builder blocks{order};
        blocks.interface(1, 0, blocks.option(9, build::big(9, 1))).block(0x0BAD, build::raw("whatever"));
        for (const byte_string& frame : conversation()) {
            micro.add(frame);
            blocks.packet(frame, 1'700'000'000'000'000'000);
        }
        add("pcap" + suffix, micro.bytes());
        add("pcapng" + suffix, blocks.bytes());
        add("nanoseconds" + suffix, build::pcap_builder{101, order, 0xA1B2'3C4D}.add(build::raw("E")).bytes());
        add("sections" + suffix,
            blocks.section(std::endian::little).interface(101).simple_packet(build::raw("E")).bytes());
    }
    add("huge", build::pcap_builder{}.add(build::raw("abc"), {.captured = 262'145, .original = 262'145}).bytes());
    add("trailer", build::pcapng_builder{}.interface(1).packet(build::raw("ab"), 0, {.trailer = 9}).bytes());
    add("old_packet", build::pcapng_builder{}.interface(1).old_packet(build::frame_of({.payload = cr})).bytes());
    add("undeclared", build::pcapng_builder{}.packet(build::raw("ab")).bytes());
    add("midstream",
        build::pcap_builder{}.add(build::frame_of({.sequence = 5, .payload = "text \x06\x00\x06\x00"sv})).bytes());
    byte_string cut = build::frame_of({.sequence = 10, .payload = sma});
    const auto original = static_cast<std::uint32_t>(cut.size());
    cut.resize(cut.size() - 1);
    add("snap_length", build::pcap_builder{}
                           .add(build::frame_of({.sequence = 9, .flags = build::syn}))
                           .add(cut, {.original = original})
                           .bytes());
    return seeds;
}

std::vector<seed> make_link_seeds() {
    std::vector<seed> seeds;
    const byte_string v4 = build::ipv4(build::tcp({.payload = cr}), false);
    const byte_string v6 = build::ipv6(build::tcp({.payload = cr}, true), false);
    const auto add = [&seeds](std::string name, std::uint8_t choice, const std::vector<byte_string>& frames,
                              std::uint8_t cut = 0) {
        seeds.push_back({std::move(name), frames_of_link(choice, frames, cut)});
    };
    add("ethernet", 0,
        {build::ethernet(0x0800, v4), build::ethernet(0x86DD, v6), build::ethernet(0x0806, byte_string(28))});
    add("checksums", 0x80, {build::ethernet(0x0800, v4), build::ethernet(0x86DD, v6)});
    add("vlan", 0,
        {build::ethernet(0x0800, v4, {{0x88A8, 10}, {0x8100, 20}}), build::ethernet(0x0800, v4, {{0x8100, 0}})});
    add("cut", 0, {build::ethernet(0x0800, v4)}, 9);
    add("offload", 0, {build::ethernet(0x0800, build::ipv4(build::tcp({.payload = cr}), false, {.total_bytes = 0}))});
    add("null", 1, {build::joined({build::little(2, 4), v4}), build::joined({build::big(30, 4), v6})});
    add("raw", 3, {v4, v6});
    add("loop", 4, {build::joined({build::big(2, 4), v4})});
    add("cooked", 5, {build::joined({byte_string(14), build::big(0x0800, 2), v4})});
    add("cooked2", 8, {build::joined({build::big(0x86DD, 2), byte_string(18), v6})});
    add("ipv4", 6, {v4});
    add("ipv6", 7,
        {v6, build::ipv6(build::joined({build::big(6, 1), build::big(0, 1), byte_string(6), build::tcp({}, true)}),
                         false, 60)});
    const byte_string whole = build::tcp({.payload = "in three parts"});
    const auto piece = [&whole](std::size_t from, std::size_t to, std::uint16_t place) {
        return build::ipv4(
            {whole.begin() + static_cast<std::ptrdiff_t>(from), whole.begin() + static_cast<std::ptrdiff_t>(to)}, false,
            {.fragment = place});
    };
    add("fragments", 6, {piece(16, 32, 0x2002), piece(0, 16, 0x2000), piece(32, whole.size(), 4)});
    add("overlap", 6, {piece(0, 24, 0x2000), piece(8, 24, 0x2002), piece(16, whole.size(), 2)});
    add("unknown", 10, {v4});
    return seeds;
}

std::vector<seed> make_reassembly_seeds() {
    std::vector<seed> seeds;
    const auto add = [&seeds](std::string name, std::string_view script, std::string_view stream) {
        seeds.push_back(
            {std::move(name), build::joined({build::big(script.size(), 1), build::raw(script), build::raw(stream)})});
    };
    const std::string packets = std::string{cr} + std::string{sma} + std::string{ok} + std::string{sma};
    add("whole", "", packets);
    add("bytes", "\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"sv,
        packets);
    add("swapped", "\x00\x03\x04\x05\x06\x00\x00\x03\x01\x02"sv, packets);
    add("repeated", "\x00\x05\x05\x05\x00\x00\x80\x02\x81\x01\x00"sv, packets);
    add("lost_packet", "\x01\x06\x07\x02\x00\x01\x00\x01"sv, packets);
    add("lost_in_packet", "\x01\x08\x03\x04\x00\x01\x02\x00"sv, packets);
    add("midstream", "\x02\x06\x07\x00\x00\x02"sv, packets);
    add("midstream_in_packet", "\x02\x05\x07\x00\x00\x02"sv, "nd of text" + packets);
    add("midstream_lost", "\x03\x06\x07\x02\x00\x01\x00\x01"sv, packets);
    add("malformed", "\x00\x02\x02\x02\x00\x00\x01"sv, "\x06\x00\x07what follows is lost"sv);
    add("incomplete", "\x00\x02\x02\x00\x00\x01"sv, "\x06\x00\x04\x00\x00\x00\x09half"sv);
    return seeds;
}

}  // namespace chatos::fuzz
