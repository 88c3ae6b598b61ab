#include "base/testing/temporary_folder.hpp"
#include "dump/anonymize/anonymizer.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>

namespace chatos::dump::testing {
namespace {

constexpr keyed_hash::key secret{7};

totals read_into(const byte_string& capture, record_sink& sink, output& out, frame_listener* listener = nullptr,
                 bool verifies = false) {
    capture_options options{.files = {}, .verify_checksums = verifies, .listener = listener};
    options.ports.set(7'777);
    totals account;
    capture_totals capture_account;
    account.capture = &capture_account;
    memory_source source{capture, SIZE_MAX};
    EXPECT_EQ(dump_capture(source, {}, options, sink, account, capture_account, out), "");
    sink.take(account);
    account.capture = nullptr;
    return account;
}

struct anonymous_capture {
    byte_string bytes;
    anonymizer::counts account;
};

anonymous_capture anonymized(const byte_string& capture) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("out.pcapng");
    text_cipher texts{secret};
    text_collector collector{texts};
    output nowhere;
    read_into(capture, collector, nowhere);
    anonymous_capture result;
    {
        anonymized_file file{path};
        server_ports ports;
        ports.set(7'777);
        const link_type_map types{};
        anonymizer rewriter{file, texts, secret, ports, types};
        read_into(capture, rewriter, nowhere, &rewriter);
        EXPECT_EQ(file.error(), 0);
        result.account = rewriter.account();
    }
    std::ifstream input{path, std::ios::binary};
    for (std::istreambuf_iterator<char> letter{input}; letter != std::istreambuf_iterator<char>{}; ++letter) {
        result.bytes.push_back(static_cast<std::byte>(*letter));
    }
    return result;
}

/// What the dump says, without what is anonymous.
std::string outline_of(const byte_string& capture, bool verifies = false) {
    output out;
    json_sink sink{out};
    read_into(capture, sink, out, nullptr, verifies);
    static const std::regex anonymous{
        R"re("(pseudo|message|src|dst|kept|other)":"(\\.|[^"\\])*"|"skipped":\{.*|"detail":"[^"]*")re"};
    return std::regex_replace(out.text(), anonymous, "");
}

/// The first four bytes of `text` that are in `bytes`; empty if there are none.
std::string remainder_of(std::string_view text, const byte_string& bytes) {
    const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    for (std::size_t at = 0; at + 4 <= text.size(); ++at) {
        if (all.find(text.substr(at, 4)) != std::string_view::npos) {
            return std::string{text.substr(at, 4)};
        }
    }
    return {};
}

byte_string capture_of(const std::vector<byte_string>& frames) {
    pcap_builder file;
    std::uint32_t milliseconds = 0;
    for (const byte_string& frame : frames) {
        file.add(frame, {.fraction = milliseconds++ * 1'000});
    }
    return file.bytes();
}

void expect_same(const std::string& name, const byte_string& capture, std::initializer_list<std::string_view> texts) {
    const anonymous_capture result = anonymized(capture);
    EXPECT_EQ(outline_of(result.bytes), outline_of(capture)) << name;
    EXPECT_EQ(outline_of(result.bytes, true), outline_of(result.bytes)) << name << ": a checksum is wrong";
    for (const std::string_view text : texts) {
        EXPECT_EQ(remainder_of(text, result.bytes), "") << name << ": of " << text;
    }
}

void expect_same(const std::string& name, const std::vector<segment>& segments,
                 std::initializer_list<std::string_view> texts) {
    expect_same(name, capture_of(login_then(frames_of(segments))), texts);
}

constexpr std::string_view greeting = "\x04\x00\x00\x00\x0cgood morning"sv;
constexpr std::string_view to_alice = "\x03\x00\x05"
                                      "alice\x00\x00\x00\x06secret"sv;

TEST(anonymizer, packets_say_other_things_in_the_same_places) {
    expect_same("plain", {client(16, greeting), server(102, ok), client(33, to_alice), server(104, "\x06\x04"sv)},
                {"good morning", "alice", "secret"});
    expect_same("several in one segment", {client(16, "\x04\x00\x00\x00\x04oneX\x04\x00\x00\x00\x04twoX\x06\x00"sv)},
                {"oneX", "twoX"});
    expect_same("one in several segments",
                {client(16, greeting.substr(0, 3)), client(19, greeting.substr(3, 7)), client(26, greeting.substr(10))},
                {"good morning"});
    expect_same("odd pieces",
                {client(16, greeting.substr(0, 6)), client(22, greeting.substr(6, 1)), client(23, greeting.substr(7))},
                {"good morning"});
}

TEST(anonymizer, repetitions_and_overlaps_have_the_same_other_bytes) {
    expect_same("repeated", {client(16, greeting), client(16, greeting), client(20, greeting.substr(4))},
                {"good morning"});
    expect_same("overlapping", {client(16, greeting.substr(0, 9)), client(18, greeting.substr(2))}, {"good morning"});
    expect_same("out of order", {client(22, greeting.substr(6)), client(16, greeting.substr(0, 6))}, {"good morning"});
    expect_same("out of order, twice",
                {client(22, greeting.substr(6)), client(22, greeting.substr(6)), client(16, greeting.substr(0, 6))},
                {"good morning"});
}

TEST(anonymizer, a_segment_may_repeat_some_bytes_and_bring_others) {
    expect_same("repeats its start", {client(16, greeting), client(16, std::string{greeting} + std::string{to_alice})},
                {"good morning", "alice", "secret"});
    expect_same("ends where another one began", {client(24, greeting.substr(8)), client(16, greeting.substr(0, 12))},
                {"good morning"});
}

TEST(anonymizer, bytes_that_came_twice_and_differ_still_differ) {
    std::string other{greeting};
    other[7] = 'X';
    expect_same("other bytes", {client(16, greeting), client(16, other), client(16, greeting)},
                {"good morning", "goXd"});
    expect_same("other bytes while the first wait",
                {client(22, greeting.substr(6)), client(22, other.substr(6)), client(16, greeting.substr(0, 6))},
                {"good morning", "oXd "});
}

TEST(anonymizer, undecoded_bytes_have_nothing_of_themselves_left) {
    expect_same("unfinished", {client(16, greeting.substr(0, 14))}, {"good mor"});
    expect_same("malformed opcode", {client(16, "these are bytes of something else"sv)},
                {"these are bytes of something else"});
    expect_same("ill-formed text", {client(16, "\x04\x00\x00\x00\x0dgood\xff morning"sv), client(34, greeting)},
                {"good morning"});
    expect_same("cut character", {client(16, "\x04\x00\x00\x00\x0bgood day \xe2\x82"sv), client(32, greeting)},
                {"good morning"});
    expect_same("size over the limit", {client(16, "\x04\x7f\x00\x00\x0cgood morning"sv)}, {"good morning"});
    expect_same("wrong code", {client(16, "\x06\x03good morning"sv)}, {"good morning"});
    expect_same("gap", {client(16, greeting.substr(0, 8)), client(27, greeting.substr(11)), client(33, greeting)},
                {"good morning"});
    expect_same("gap, and the stream continues in mid-packet",
                {client(16, greeting), client(40, "rning"sv), client(45, greeting), client(62, to_alice)},
                {"good morning", "secret", "alice"});
    expect_same("reset with a text", {client(16, greeting, ack | rst)}, {"good morning"});
}

TEST(anonymizer, a_stream_without_its_start_is_found_in_the_same_place) {
    expect_same("midstream",
                capture_of(frames_of({client(500, "morning"sv), client(507, greeting), client(524, to_alice),
                                      server(900, ok), server(902, ok)})),
                {"good morning", "morning", "secret", "alice"});
}

TEST(anonymizer, frames_of_other_forms_are_blank_or_simplified) {
    const std::string_view chat = "\x04\x00\x00\x00\x0cgood morning"sv;
    std::vector<byte_string> frames = login_then({frame_of(client(16, chat))});
    frames.push_back(raw("good morning, this is not ours"));
    const byte_string capture = capture_of(frames);
    const anonymous_capture result = anonymized(capture);
    EXPECT_EQ(result.account.frames, 6U);
    EXPECT_EQ(result.account.blank, 1U);
    EXPECT_EQ(result.account.simplified, 0U);
    EXPECT_EQ(remainder_of("good morning, this is not ours", result.bytes), "");
    EXPECT_EQ(outline_of(result.bytes), outline_of(capture));
}

TEST(anonymizer, padding_comments_and_options_are_gone) {
    pcapng_builder file;
    const byte_string name = joined({file.option(2, raw("good")), file.option(0, {})});
    file.interface(1, 0, name);
    for (byte_string frame : login_then({frame_of(client(16, greeting))})) {
        const byte_string padding = raw("good padding");
        frame.insert(frame.end(), padding.begin(), padding.end());
        file.packet(frame, 1'700'000'000'000'000,
                    {.options = joined({file.option(1, raw("good comment")), file.option(0, {})})});
    }
    expect_same("padded", file.bytes(), {"good padding", "good comment", "good morning"});
}

TEST(anonymizer, cut_frames_are_cut_in_the_same_place) {
    std::vector<segment> segments{client(16, greeting.substr(0, 9)), client(33, to_alice)};
    segments[0].uncaptured_bytes = greeting.size() - 9;
    const std::vector<byte_string> frames = login_then(frames_of(segments));
    pcap_builder file;
    for (const byte_string& frame : frames) {
        file.add(frame, {.original = static_cast<std::uint32_t>(frame.size() + 8)});
    }
    expect_same("cut", file.bytes(), {"good", "secret", "alice"});
}

}  // namespace
}  // namespace chatos::dump::testing
