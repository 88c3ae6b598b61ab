#include "base/colors.hpp"
#include "dump/testing/dump_testing.hpp"
#include "dump/text/text_sink.hpp"

#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

std::string text_of(std::span<const std::byte> bytes, text_detail detail = text_detail::lines, const feeding& how = {},
                    const base::colors& colors = base::no_colors) {
    output out;
    text_sink sink{out, colors, detail, false};
    feed(sink, bytes, how);
    return out.text();
}

bool contains(std::string_view text, std::string_view wanted) {
    return text.find(wanted) != std::string_view::npos;
}

/// True when printing `text` does no more than show characters and end lines.
bool is_harmless(std::string_view text) {
    for (const std::string_view hidden : {"\u202e", "\u202d", "\u2066", "\u200b", "\u2028", "\u0085", "\ufeff"}) {
        if (contains(text, hidden)) {
            return false;
        }
    }
    return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char letter) {
               return (letter >= 0 && letter < ' ' && letter != '\n') || letter == '\x7f';
           });
}

TEST(dump_lines, show_every_packet_with_its_fields) {
    const std::vector<packet_view> packets = every_packet();
    std::vector<std::byte> bytes;
    for (const packet_view& packet : packets) {
        const std::vector<std::byte> encoded = wire_of(packet);
        bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    }
    EXPECT_EQ(text_of(bytes), R"(       0  c2s  CR     pseudo="bob"
       6  c2s  RPM    pseudo="alice"
      14  c2s  SPM    pseudo="bob"  message="hi"
      26  c2s  SPM    pseudo="bob"  message=""
      36  c2s  SMA    message="good morning"
      53  c2s  SMA    message=""
      58  c2s  PC     pseudo="eve"
      64  c2s  ERROR  code=0 OK
      66  c2s  ERROR  code=1 PSEUDO_TAKEN
      68  c2s  ERROR  code=2 OUT_OF_CAPACITY
      70  c2s  ERROR  code=4 UNREACHABLE
      72  c2s  ERROR  code=5 REFUSED
12 packets in 1 stream; 74 bytes read = 74 in packets + 0 malformed + 0 incomplete
)");
}

TEST(dump_lines, mark_what_a_server_never_sends) {
    const std::string text = text_of(wire_of({make_cr("bob"), make_rpm("bob"), make_sma("hi"), make_spm("bob", "hi"),
                                              make_pc("bob"), make_error(error_code::ok)}),
                                     text_detail::lines, {.direction = stream_direction::server_to_client});
    EXPECT_TRUE(contains(text, "s2c  CR     pseudo=\"bob\"  <- no server sends this\n"));
    EXPECT_TRUE(contains(text, "s2c  RPM    pseudo=\"bob\"  <- no server sends this\n"));
    EXPECT_TRUE(contains(text, "s2c  SMA    message=\"hi\"  <- no server sends this\n"));
    EXPECT_TRUE(contains(text, "s2c  SPM    pseudo=\"bob\"  message=\"hi\"\n"));
    EXPECT_TRUE(contains(text, "s2c  PC     pseudo=\"bob\"\n"));
    EXPECT_TRUE(contains(text, "s2c  ERROR  code=0 OK\n"));
}

TEST(dump_lines, bound_a_long_string_at_a_character_and_count_the_rest) {
    const std::string cut_message = std::string(255, 'm') + "\u20ac and so on";
    const std::string text = text_of(wire_of(make_sma(cut_message)));
    EXPECT_TRUE(contains(text, std::string(255, 'm') + "\"... (+13 bytes)\n"));
    const std::string whole_message(256, 'm');
    EXPECT_TRUE(contains(text_of(wire_of(make_sma(whole_message))), whole_message + "\"\n"));
}

TEST(dump_lines, say_where_and_why_a_packet_is_malformed_and_that_decoding_stops) {
    EXPECT_EQ(text_of(bytes_of("\x06\x00\x03\x00\x01z\x00\x00\x00\x02m\xff\x06\x00 and the rest is lost"sv)),
              R"(       0  c2s  ERROR  code=0 OK
       2  c2s  MALFORMED  WIRE-8, message at offset 11: the bytes are not well-formed UTF-8
       2       03 00 01 7a 00 00 00 02 6d ff 06 00 20 61 6e 64  "\x03\x00\x01z\x00\x00\x00\x02m\xff\x06\x00 and"
      18       20 74 68 65 20 72 65 73 74                       " the rest"
               decoding stops here: framing is lost
               33 bytes from offset 2 to the end of the stream not decoded
1 packet in 1 stream; 35 bytes read = 2 in packets + 33 malformed + 0 incomplete
)");
}

TEST(dump_lines, name_the_rule_and_the_field_of_every_violation) {
    const auto shown = [](std::string_view bytes) { return text_of(bytes_of(bytes)); };
    EXPECT_TRUE(contains(shown("\x00"sv), "MALFORMED  WIRE-1, opcode at offset 0: opcode is 0: no packet"));
    EXPECT_TRUE(contains(shown("\x01\xff\xff"sv), "WIRE-11, pseudo_size at offset 1: pseudo_size is 65535: "));
    EXPECT_TRUE(
        contains(shown("\x04\x80\x00\x00\x00"sv), "WIRE-11, message_size at offset 1: message_size is 2147483648"));
    EXPECT_TRUE(contains(shown("\x05\x01\x00"sv), "WIRE-14, pseudo_size at offset 1: pseudo_size is 256: "));
    EXPECT_TRUE(
        contains(shown("\x04\x00\x01\x00\x01"sv), "WIRE-14, message_size at offset 1: message_size is 65537: "));
    EXPECT_TRUE(contains(shown("\x02\x00\x00"sv), "WIRE-9, pseudo_size at offset 1: pseudo_size is 0: "));
    EXPECT_TRUE(contains(shown("\x01\x00\x02z\xc3"sv), "WIRE-8, pseudo at offset 4: the bytes are not"));
    EXPECT_TRUE(contains(shown("\x06\x03"sv), "WIRE-12, error_code at offset 1: error_code is 3: "));
}

TEST(dump_lines, say_in_which_field_the_input_ends) {
    const std::vector<std::byte> bytes = wire_of(make_spm("bob", "hi"));
    const std::vector<std::string_view> places{
        "an SPM, in pseudo_size (0 of 2 bytes); at least 2 more bytes are missing",
        "an SPM, in pseudo_size (1 of 2 bytes); at least 1 more byte is missing",
        "an SPM, in pseudo (0 of 3 bytes); at least 3 more bytes are missing",
        "an SPM, in pseudo (1 of 3 bytes); at least 2 more bytes are missing",
        "an SPM, in pseudo (2 of 3 bytes); at least 1 more byte is missing",
        "an SPM, in message_size (0 of 4 bytes); at least 4 more bytes are missing",
        "an SPM, in message_size (1 of 4 bytes); at least 3 more bytes are missing",
        "an SPM, in message_size (2 of 4 bytes); at least 2 more bytes are missing",
        "an SPM, in message_size (3 of 4 bytes); at least 1 more byte is missing",
        "an SPM, in message (0 of 2 bytes); at least 2 more bytes are missing",
        "an SPM, in message (1 of 2 bytes); at least 1 more byte is missing",
    };
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        const std::string text = text_of(std::span{bytes}.first(cut));
        EXPECT_TRUE(contains(text, "INCOMPLETE  the input ends inside " + std::string{places[cut - 1]})) << text;
        EXPECT_TRUE(contains(text, " + " + std::to_string(cut) + " incomplete")) << text;
    }
}

TEST(dump_tree, shows_offset_bytes_and_value_of_each_field) {
    EXPECT_EQ(text_of(wire_of({make_error(error_code::unreachable), make_spm("bob", "h\u00e9\n")}), text_detail::tree),
              R"(       0  c2s  ERROR  code=4 UNREACHABLE
       0       opcode        06                                               6 ERROR, error code
       1       error_code    04                                               4 UNREACHABLE

       2  c2s  SPM    pseudo="bob"  message="hé\n"
       2       opcode        03                                               3 SPM, send personal message
       3       pseudo_size   00 03                                            3
       5       pseudo        62 6f 62                                         "bob"
       8       message_size  00 00 00 04                                      4
      12       message       68 c3 a9 0a                                      "hé\n"

2 packets in 1 stream; 16 bytes read = 16 in packets + 0 malformed + 0 incomplete
)");
}

TEST(dump_tree, wraps_long_values_keeps_characters_whole_and_bounds_the_rows) {
    const std::string text = text_of(wire_of(make_sma("fifteen letters\u20ac16")), text_detail::tree);
    EXPECT_TRUE(contains(text, R"(
       5       message       66 69 66 74 65 65 6e 20 6c 65 74 74 65 72 73 e2  "fifteen letters€"
      21                     82 ac 31 36                                      "16"
)")) << text;
    const std::string long_message(1000, 'm');
    const std::string longer = text_of(wire_of(make_sma(long_message)), text_detail::tree);
    EXPECT_TRUE(contains(longer, "\"mmmmmmmmmmmmmmmm\"... (+744 bytes)\n"));
    EXPECT_LT(std::count(longer.begin(), longer.end(), '\n'), 25);
}

TEST(dump_tree, goes_as_far_as_a_broken_packet_goes) {
    const std::string malformed = text_of(bytes_of("\x01\x00\x02z\xffrest"sv), text_detail::tree);
    EXPECT_TRUE(contains(malformed, R"(
       0       opcode        01                                               1 CR, connection request
       1       pseudo_size   00 02                                            2
       3       pseudo        7a ff                                            "z\xff"  <- WIRE-8 ill_formed_utf8
)")) << malformed;
    const std::string cut = text_of(bytes_of("\x04\x00\x00\x00\x05hi"sv), text_detail::tree);
    EXPECT_TRUE(contains(cut, "68 69                                            \"hi\"  <- 2 of 5 bytes\n")) << cut;
    EXPECT_TRUE(contains(text_of(bytes_of("\x04\x00"sv), text_detail::tree), "<- 1 of 4 bytes\n"));
}

TEST(dump_text, is_harmless_whatever_the_bytes) {
    const std::string nasty = "\x1b]0;title\x07\x1b[2J\r\n\t\b\x7f\u202e\u202d\u2066\u200b\u2028\u0085\ufeff\\\"";
    const std::string nastier = nasty + nasty;
    std::vector<std::byte> bytes = wire_of({make_spm(nasty, nastier), make_sma(nasty)});
    for (const std::string_view tail :
         {"\x1b[31m\x80\xff\xc3 \xe2\x80\xae \xe2\x80"sv, "\x04\x00\x00\x00\x7f\x1b\xe2\x80\xae\xff"sv,
          "\x01\x00\x05\x1b\xff\xfe\x80\x07\x1b[2J"sv}) {
        std::vector<std::byte> stream = bytes;
        const std::vector<std::byte> added = bytes_of(tail);
        stream.insert(stream.end(), added.begin(), added.end());
        EXPECT_TRUE(is_harmless(text_of(stream)));
        EXPECT_TRUE(is_harmless(text_of(stream, text_detail::tree)));
    }
    EXPECT_FALSE(is_harmless(nasty));
}

TEST(dump_text, shows_ordinary_text_as_it_is) {
    const std::string text =
        "\u2764\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0645\u06cc\u200c\u062e \u0915\u094d\u200d\u0937 1\ufe0f\u20e3";
    EXPECT_TRUE(contains(text_of(wire_of({make_sma(text)})), "message=\"" + text + "\""));
    EXPECT_TRUE(contains(text_of(wire_of({make_sma("a\u200db")})), R"(message="a\u{200d}b")"));
}

TEST(dump_text, escapes_the_name_of_a_stream) {
    output out;
    text_sink sink{out, base::no_colors, text_detail::lines, true};
    sink.take(stream_start{{.stream = 3}, "evil\x1b[31m\n"});
    EXPECT_EQ(out.text(), "stream 3: \"evil\\x1b[31m\\n\"\n");
}

TEST(dump_text, has_colors_only_when_asked_and_the_same_words) {
    const std::vector<std::byte> bytes = bytes_of("\x06\x00\x07zzz"sv);
    std::string colored = text_of(bytes, text_detail::tree, {}, base::terminal_colors);
    EXPECT_TRUE(contains(colored, "\x1b[31mMALFORMED\x1b[0m"));
    for (std::size_t at = colored.find('\x1b'); at != std::string::npos; at = colored.find('\x1b')) {
        colored.erase(at, colored.find('m', at) - at + 1);
    }
    EXPECT_EQ(colored, text_of(bytes, text_detail::tree));
}

}  // namespace
}  // namespace chatos::dump::testing
