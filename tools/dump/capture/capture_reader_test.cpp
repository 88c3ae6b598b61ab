// Both formats through frame_reader: what is read, and what is said of files that are cut or broken.
#include "base/capture_builder.hpp"
#include "dump/capture/frame_reader.hpp"
#include "dump/testing/memory_source.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;

struct read_frame {
    std::string bytes;
    capture_time time;
    std::uint16_t link_type{0};
    std::uint32_t original_bytes{0};
    std::uint8_t flaws{0};
};

struct reading {
    std::vector<read_frame> frames;
    std::string problem;
};

reading read(const byte_string& file, std::size_t piece_bytes = SIZE_MAX) {
    memory_source source{file, piece_bytes};
    frame_reader feed{source};
    reading all;
    while (const captured_frame* const frame = feed.next()) {
        all.frames.push_back({{reinterpret_cast<const char*>(frame->bytes.data()), frame->bytes.size()},
                              frame->time,
                              frame->link_type,
                              frame->original_bytes,
                              frame->flaws});
    }
    all.problem = feed.problem();
    return all;
}

byte_string with(byte_string bytes, std::size_t at, std::uint8_t value) {
    bytes[at] = static_cast<std::byte>(value);
    return bytes;
}

byte_string cut(const byte_string& bytes, std::size_t size) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(pcap, is_read_in_both_byte_orders_with_both_clocks) {
    for (const byte_order order : {byte_order::big, byte_order::little}) {
        const reading micro = read(pcap_builder{101, order}.add(raw("ab"), {.seconds = 7, .fraction = 3000}).bytes());
        ASSERT_EQ(micro.frames.size(), 1U);
        EXPECT_EQ(micro.problem, "");
        EXPECT_EQ(micro.frames[0].bytes, "ab");
        EXPECT_EQ(micro.frames[0].link_type, 101);
        EXPECT_EQ(micro.frames[0].time.seconds, 7);
        EXPECT_EQ(micro.frames[0].time.nanoseconds, 3'000'000U);
        EXPECT_EQ(micro.frames[0].time.digits, 6);
        const reading nano =
            read(pcap_builder{1, order, 0xA1B2'3C4D}.add(raw("ab"), {.seconds = 7, .fraction = 3001}).bytes());
        ASSERT_EQ(nano.frames.size(), 1U);
        EXPECT_EQ(nano.frames[0].time.nanoseconds, 3001U);
        EXPECT_EQ(nano.frames[0].time.digits, 9);
    }
}

/// The variant that Red Hat's tcpdump wrote around 1999: eight more bytes (interface, protocol, kind, padding) behind
/// the usual 16 of each record.
TEST(pcap, is_read_with_the_long_record_headers_of_old_linux_files) {
    for (const byte_order order : {byte_order::big, byte_order::little}) {
        byte_string file = pcap_builder{1, order, 0xA1B2'CD34}.bytes();
        for (const std::string_view frame : {"first", "second one"}) {
            const auto size = static_cast<std::uint32_t>(frame.size());
            file = joined({file, number(7, 4, order), number(3000, 4, order), number(size, 4, order),
                           number(size + 5, 4, order), number(2, 4, order), number(0x0800, 2, order), big(4, 1),
                           big(0, 1), raw(frame)});
        }
        for (const std::size_t piece_bytes : {std::size_t{1}, SIZE_MAX}) {
            const reading all = read(file, piece_bytes);
            EXPECT_EQ(all.problem, "");
            ASSERT_EQ(all.frames.size(), 2U);
            EXPECT_EQ(all.frames[0].bytes, "first");
            EXPECT_EQ(all.frames[1].bytes, "second one");
            EXPECT_EQ(all.frames[1].original_bytes, 15U);
            EXPECT_EQ(all.frames[1].time.seconds, 7);
            EXPECT_EQ(all.frames[1].time.nanoseconds, 3'000'000U);
        }
        EXPECT_NE(read(cut(file, 24 + 23)).problem.find("inside a packet's header, at byte 24"), std::string::npos)
            << read(cut(file, 24 + 23)).problem;
    }
}

TEST(pcap, carries_a_fraction_above_one_second) {
    const reading all = read(pcap_builder{}.add(raw("a"), {.seconds = 7, .fraction = 2'500'000}).bytes());
    EXPECT_EQ(all.frames.at(0).time.seconds, 9);
    EXPECT_EQ(all.frames.at(0).time.nanoseconds, 500'000'000U);
}

TEST(pcap, of_the_variant_with_long_records_is_read) {
    // Eight more bytes in each record's header: the builder's frame begins with them.
    byte_string file =
        pcap_builder{1, byte_order::little, 0xA1B2'CD34}.add(raw("........abc"), {.captured = 3}).bytes();
    const reading all = read(file);
    ASSERT_EQ(all.frames.size(), 1U);
    EXPECT_EQ(all.problem, "");
    EXPECT_EQ(all.frames[0].bytes, "abc");
}

TEST(pcap, without_packets_is_whole) {
    EXPECT_EQ(read(pcap_builder{}.bytes()).problem, "");
}

TEST(captures, of_zero_bytes_and_of_anything_else_are_told_apart) {
    EXPECT_EQ(read({}).problem, "the file is empty, at byte 0");
    EXPECT_EQ(read(raw("\x01\x02")).problem, "the file has only 2 bytes, at byte 0");
    EXPECT_NE(read(raw("GET / HTTP")).problem.find("not a pcap or pcapng file"), std::string::npos);
    EXPECT_EQ(read(with(pcap_builder{}.bytes(), 4, 9)).problem, "the file's header has version 9, not 2, at byte 0");
}

TEST(pcap, cut_anywhere_gives_what_came_before_and_says_where) {
    const byte_string whole = pcap_builder{}.add(raw("first")).add(raw("second")).bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const reading all = read(cut(whole, size), 7);
        const std::size_t frames = size < 24 + 21 ? 0 : 1;
        EXPECT_EQ(all.frames.size(), frames) << size;
        if (size == 24 || size == 45) {
            EXPECT_EQ(all.problem, "");
        } else {
            const std::string place = size < 4                                ? size == 0 ? "is empty" : "has only"
                                      : size < 24                             ? "inside the file's header"
                                      : size < 40 || (size > 45 && size < 61) ? "inside a packet's header"
                                                                              : "inside a packet,";
            EXPECT_NE(all.problem.find(place), std::string::npos) << size << ": " << all.problem;
            const std::string where = size < 24 ? "at byte 0" : size < 45 ? "at byte 24" : "at byte 45";
            EXPECT_NE(all.problem.find(where), std::string::npos) << size << ": " << all.problem;
        }
    }
}

constexpr std::uint8_t length_flaw = 1U << static_cast<unsigned>(frame_flaw::original_length);
constexpr std::uint8_t clock_flaw = 1U << static_cast<unsigned>(frame_flaw::clock);

TEST(captures, that_say_less_was_on_the_wire_than_was_captured_are_read_and_marked) {
    for (const std::uint32_t said : {0U, 1U, 2U}) {
        const std::vector<byte_string> files{
            pcap_builder{}.add(raw("abc"), {.original = said}).add(raw("next")).bytes(),
            pcap_builder{1, byte_order::big, 0xA1B2'3C4D}.add(raw("abc"), {.original = said}).add(raw("next")).bytes(),
            pcapng_builder{}.interface(1).packet(raw("abc"), 0, {.original = said}).packet(raw("next")).bytes(),
            pcapng_builder{byte_order::big}
                .interface(1)
                .packet(raw("abc"), 0, {.original = said})
                .packet(raw("next"))
                .bytes()};
        for (const byte_string& file : files) {
            const reading all = read(file);
            EXPECT_EQ(all.problem, "");
            ASSERT_EQ(all.frames.size(), 2U);
            EXPECT_EQ(all.frames[0].bytes, "abc");
            EXPECT_EQ(all.frames[0].original_bytes, 3U);
            EXPECT_EQ(all.frames[0].flaws, length_flaw);
            EXPECT_EQ(all.frames[1].bytes, "next");
            EXPECT_EQ(all.frames[1].flaws, 0U);
        }
    }
    EXPECT_EQ(read(pcap_builder{}.add({}).bytes()).frames.at(0).flaws, 0U) << "a frame without bytes lacks none";
}

TEST(pcap, of_old_versions_has_the_two_lengths_in_the_other_order) {
    const frame_claims turned{.captured = 9, .original = 3};  // of a record that holds three bytes of nine
    const auto file = [&](std::uint8_t minor) {
        return with(joined({pcap_builder{}.add(raw("abc"), turned).bytes(), pcap_builder{}.add(raw("next")).bytes()}),
                    6, minor);
    };
    for (const std::uint8_t minor : {std::uint8_t{2}, std::uint8_t{3}}) {
        const reading all = read(file(minor));
        EXPECT_EQ(all.frames.at(0).bytes, "abc");
        EXPECT_EQ(all.frames.at(0).original_bytes, 9U);
        EXPECT_EQ(all.frames.at(0).flaws, 0U);
    }
    const byte_string right = with(pcap_builder{}.add(raw("abc"), {.original = 9}).bytes(), 6, 3);
    EXPECT_EQ(read(right).frames.at(0).bytes, "abc") << "version 2.3 has either order";
}

TEST(pcapng, a_simple_packet_of_no_length_has_all_that_its_block_holds) {
    const reading all = read(pcapng_builder{}.interface(1).simple_packet(raw("abcd"), 0).bytes());
    EXPECT_EQ(all.problem, "");
    EXPECT_EQ(all.frames.at(0).bytes, "abcd");
    EXPECT_EQ(all.frames.at(0).original_bytes, 4U);
    EXPECT_EQ(all.frames.at(0).flaws, length_flaw);
}

TEST(pcapng, frames_of_an_interface_with_an_impossible_clock_are_read_without_a_time) {
    for (const unsigned resolution : {20U, 0x7FU, 0xC0U, 0xFFU}) {
        pcapng_builder file;
        file.interface(1, 0, file.option(9, big(resolution, 1))).interface(1);
        file.packet(raw("timeless"), 5).packet(raw("timed"), 5'000'000, {.interface_number = 1});
        const reading all = read(file.bytes());
        EXPECT_EQ(all.problem, "");
        ASSERT_EQ(all.frames.size(), 2U);
        EXPECT_EQ(all.frames[0].bytes, "timeless");
        EXPECT_EQ(all.frames[0].time.digits, 0);
        EXPECT_EQ(all.frames[0].flaws, clock_flaw);
        EXPECT_EQ(all.frames[1].time.seconds, 5);
        EXPECT_EQ(all.frames[1].flaws, 0U);
    }
}

TEST(pcap, whose_lengths_lie_is_broken) {
    const auto problem_of = [](const frame_claims& claims) {
        return read(pcap_builder{}.add(raw("ok")).add(raw("abc"), claims).bytes());
    };
    const reading huge = problem_of({.captured = 262'145, .original = 262'145});
    EXPECT_EQ(huge.frames.size(), 1U);
    EXPECT_EQ(huge.problem,
              "a packet's header says that 262145 bytes were captured, over the maximum of 262144, at byte 42");
    EXPECT_EQ(problem_of({.original = 2000}).frames.at(1).original_bytes, 2000U);
}

TEST(pcap, of_the_largest_frames_is_read_whatever_the_pieces) {
    const byte_string large(262'144, std::byte{7});
    const byte_string file = pcap_builder{}.add(large).add(raw("x")).add(large).bytes();
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{262'143}, file.size()}) {
        const reading all = read(file, piece);
        EXPECT_EQ(all.problem, "");
        ASSERT_EQ(all.frames.size(), 3U);
        EXPECT_EQ(all.frames[2].bytes.size(), large.size());
    }
}

TEST(pcapng, is_read_with_all_kinds_of_packets_in_both_byte_orders) {
    for (const byte_order order : {byte_order::big, byte_order::little}) {
        const byte_string file = pcapng_builder{order}
                                     .interface(1)
                                     .packet(raw("enhanced"), 5'000'003)
                                     .old_packet(raw("obsolete"), 6'000'000)
                                     .simple_packet(raw("simple!"))
                                     .block(0x0BAD, raw("whatever"))
                                     .packet(raw(""), 0)
                                     .bytes();
        for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, file.size()}) {
            const reading all = read(file, piece);
            EXPECT_EQ(all.problem, "");
            ASSERT_EQ(all.frames.size(), 4U);
            EXPECT_EQ(all.frames[0].bytes, "enhanced");
            EXPECT_EQ(all.frames[0].time.seconds, 5);
            EXPECT_EQ(all.frames[0].time.nanoseconds, 3000U);
            EXPECT_EQ(all.frames[1].bytes, "obsolete");
            EXPECT_EQ(all.frames[1].time.seconds, 6);
            EXPECT_EQ(all.frames[2].bytes, "simple!");
            EXPECT_EQ(all.frames[2].time.digits, 0);
            EXPECT_EQ(all.frames[3].bytes, "");
        }
    }
}

TEST(pcapng, sections_of_either_byte_order_forget_the_interfaces_before) {
    pcapng_builder file{byte_order::big};
    file.interface(1).packet(raw("one")).section(byte_order::little).interface(101).packet(raw("two"));
    const reading all = read(file.bytes());
    EXPECT_EQ(all.problem, "");
    ASSERT_EQ(all.frames.size(), 2U);
    EXPECT_EQ(all.frames[0].link_type, 1);
    EXPECT_EQ(all.frames[1].link_type, 101);
    file.section(byte_order::big).packet(raw("three"));
    EXPECT_EQ(read(file.bytes()).frames.size(), 2U);
    EXPECT_NE(read(file.bytes()).problem.find("a packet is of interface 0, and the section describes 0, at byte "),
              std::string::npos);
}

TEST(pcapng, interfaces_have_link_types_and_clocks_of_their_own) {
    pcapng_builder file;
    const byte_string nano = file.option(9, big(9, 1));
    const byte_string halves = file.option(9, big(0x81, 1));
    const byte_string shifted = joined({file.option(9, big(0, 1)), file.option(14, little(100, 8))});
    file.interface(1, 0, nano).interface(276, 0, halves).interface(0, 0, shifted);
    file.packet(raw("a"), 1'000'000'001).packet(raw("b"), 3, {.interface_number = 1});
    file.packet(raw("c"), 5, {.interface_number = 2});
    const reading all = read(file.bytes());
    ASSERT_EQ(all.frames.size(), 3U);
    EXPECT_EQ(all.frames[0].time.seconds, 1);
    EXPECT_EQ(all.frames[0].time.nanoseconds, 1U);
    EXPECT_EQ(all.frames[0].time.digits, 9);
    EXPECT_EQ(all.frames[1].time.seconds, 1);
    EXPECT_EQ(all.frames[1].time.nanoseconds, 500'000'000U);
    EXPECT_EQ(all.frames[1].link_type, 276);
    EXPECT_EQ(all.frames[2].time.seconds, 105);
}

TEST(pcapng, a_simple_packet_is_cut_by_the_limit_of_the_first_interface) {
    const reading all = read(pcapng_builder{}.interface(1, 4).simple_packet(raw("abcd"), 9).bytes());
    EXPECT_EQ(all.problem, "");
    EXPECT_EQ(all.frames.at(0).bytes, "abcd");
    EXPECT_EQ(all.frames.at(0).original_bytes, 9U);
    EXPECT_NE(read(pcapng_builder{}.interface(1).simple_packet(raw("abcd"), 9).bytes()).problem, "");
}

TEST(pcapng, options_may_end_early) {
    pcapng_builder file;
    file.interface(1, 0, joined({file.option(9, big(9, 1)), little(14, 2), little(200, 2)})).packet(raw("a"), 1);
    const reading all = read(file.bytes());
    EXPECT_EQ(all.problem, "");
    EXPECT_EQ(all.frames.at(0).time.nanoseconds, 1U);
}

TEST(pcapng, broken_in_any_way_gives_what_came_before_and_says_where) {
    const auto start = [] { return pcapng_builder{}.interface(1).packet(raw("fine")); };
    const std::size_t at = start().bytes().size();
    const std::string place = ", at byte " + std::to_string(at);
    const std::vector<std::pair<byte_string, std::string>> cases{
        {start().packet(raw("abcd"), 0, {.trailer = 40}).bytes(), "ends with the length 40" + place},
        {start().packet(raw("abcd"), 0, {.captured = 5, .original = 5}).bytes(), "5 bytes were captured of 5" + place},
        {start().packet(raw("abcd"), 0, {.interface_number = 1}).bytes(),
         "of interface 1, and the section describes 1"},
        {start().append(joined({little(6, 4), little(7, 4), little(0, 8)})).bytes(), "says that it has 7 bytes"},
        {start().append(joined({little(6, 4), little(28, 4), little(0, 28)})).bytes(), "says that it has 28 bytes"},
        {start().append(joined({little(6, 4), little(0x7FFF'FFF0, 4), little(0, 28)})).bytes(), "over the maximum"},
        {start().block(0x0BAD, raw("abcd"), 99).bytes(), "a block of 16 bytes ends with the length 99"},
        {start().append(joined({little(0x0BAD, 4), little(0xFFFF'FFFC, 4), raw("x")})).bytes(), "ends inside a block"},
        {start().append(joined({big(0x0A0D'0D0A, 4), little(28, 4), raw("what"), little(0, 16)})).bytes(),
         "magic is wrong"},
        {start().append(raw("abc")).bytes(), "ends inside a block's header" + place},
    };
    for (const auto& [file, wanted] : cases) {
        for (const std::size_t piece : {std::size_t{3}, file.size()}) {
            const reading all = read(file, piece);
            EXPECT_EQ(all.frames.size(), 1U) << wanted;
            EXPECT_NE(all.problem.find(wanted), std::string::npos) << all.problem << " / " << wanted;
        }
    }
}

TEST(pcapng, cut_anywhere_is_told) {
    const byte_string whole = pcapng_builder{}.interface(1).packet(raw("one")).block(0x0BAD, raw("xyz")).bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const bool is_between_blocks = size == 28 || size == 48 || size == 84;
        EXPECT_EQ(read(cut(whole, size)).problem.empty(), is_between_blocks) << size;
    }
    EXPECT_EQ(read(whole).problem, "");
}

TEST(captures, problem_of_the_source_is_the_problem_of_the_capture) {
    const byte_string file = pcap_builder{}.add(raw("whole")).add(raw("cut off")).bytes();
    memory_source source{std::span{file}.first(file.size() - 2), 10, "Input/output error"};
    frame_reader feed{source};
    EXPECT_NE(feed.next(), nullptr);
    EXPECT_EQ(feed.next(), nullptr);
    EXPECT_EQ(feed.problem(), "Input/output error, at byte 45");
}

}  // namespace
}  // namespace chatos::dump::testing
