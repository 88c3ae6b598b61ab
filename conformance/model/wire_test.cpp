// The model's own reading of the bytes, rule by rule, and against the codec.
#include "model/wire.hpp"
#include "testing/manual_run.hpp"
#include "testing/model_run.hpp"

#include <chatos/decode.hpp>

#include <gtest/gtest.h>

#include <random>

namespace chatos::conformance {
namespace {

using namespace std::string_literals;
using testing::lines;
using testing::model_run;
using testing::wire;

const lines refused_and_closed{"mallory < ERROR 5", "mallory closed"};

lines mallory_sends(const std::string& bytes) {
    model_run run;
    run.joins({"mallory"});
    return run.sends_bytes("mallory", bytes);
}

TEST(ModelWire, WIRE_1_an_unknown_opcode_is_malformed) {
    EXPECT_EQ(mallory_sends("\x00"s), refused_and_closed);
    EXPECT_EQ(mallory_sends("\x07"s), refused_and_closed);
    EXPECT_EQ(mallory_sends("\xff"s), refused_and_closed);
}

TEST(ModelWire, WIRE_2_a_cr_is_opcode_size_and_pseudo) {
    model_run run;
    run.connects("alice");
    EXPECT_EQ(run.sends_bytes("alice", "\x01\x00\x05"
                                       "alice"s),
              (lines{"alice < ERROR 0"}));
    EXPECT_EQ(run.sends_bytes("alice", "\x02\x00\x05"
                                       "alice"s),
              (lines{"alice < ERROR 0"}));
}

TEST(ModelWire, WIRE_3_WIRE_4_WIRE_5_output_has_the_layout_of_the_figures) {
    const fault_set none;
    EXPECT_EQ(write_packet({opcode::spm, "bob", "hi", 0}, none), "\x03\x00\x03"
                                                                 "bob\x00\x00\x00\x02hi"s);
    EXPECT_EQ(write_packet({opcode::sma, "", "hi", 0}, none), "\x04\x00\x00\x00\x02hi"s);
    EXPECT_EQ(write_packet({opcode::error, "", "", 5}, none), "\x06\x05"s);
    EXPECT_EQ(write_packet({opcode::pc, "bob", "", 0}, none), "\x05\x00\x03"
                                                              "bob"s);
}

TEST(ModelWire, WIRE_6_sizes_are_big_endian) {
    model_run run;
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.sends_bytes("alice", "\x04\x00\x00\x01\x02"s + std::string(0x102, 'a')),
              (lines{"bob < SPM alice " + std::string(0x102, 'a')}));
}

TEST(ModelWire, WIRE_7_sizes_count_bytes) {
    model_run run;
    run.joins({"alice", "bob"});
    EXPECT_EQ(run.sends_bytes("alice", "\x04\x00\x00\x00\x03\xE2\x82\xAC"s), (lines{"bob < SPM alice \xE2\x82\xAC"}));
}

TEST(ModelWire, WIRE_8_ill_formed_utf8_is_malformed_once_it_is_complete) {
    for (const std::string& text : {"\xC0\xAF"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, "hi\xC3"s, "\xFF"s}) {
        const std::string packet = "\x04\x00\x00\x00"s + static_cast<char>(text.size()) + text;
        EXPECT_EQ(mallory_sends(packet), refused_and_closed);
        EXPECT_EQ(mallory_sends(packet.substr(0, packet.size() - 1)), lines{});
    }
}

TEST(ModelWire, WIRE_9_an_empty_pseudo_is_malformed) {
    EXPECT_EQ(mallory_sends("\x02\x00\x00"s), refused_and_closed);
}

TEST(ModelWire, WIRE_10_an_empty_message_is_delivered_or_refused) {
    const std::string empty = "\x04\x00\x00\x00\x00"s;
    model_run accepting;
    accepting.joins({"alice", "bob"});
    EXPECT_EQ(accepting.sends_bytes("alice", empty), (lines{"bob < SPM alice"}));
    model_run refusing{variant::empty_message_refused};
    refusing.joins({"alice", "bob"});
    EXPECT_EQ(refusing.sends_bytes("alice", empty), (lines{"alice < ERROR 5"}));
    model_run strict{variant::empty_message_malformed};
    strict.joins({"alice", "bob"});
    EXPECT_EQ(strict.sends_bytes("alice", empty), (lines{"alice < ERROR 5", "alice closed"}));
}

TEST(ModelWire, WIRE_11_a_size_with_its_top_bit_set_is_malformed_at_once) {
    EXPECT_EQ(mallory_sends("\x02\x80\x00"s), refused_and_closed);
    EXPECT_EQ(mallory_sends("\x04\xff\xff\xff\xff"s), refused_and_closed);
}

TEST(ModelWire, WIRE_12_an_unassigned_code_is_malformed) {
    EXPECT_EQ(mallory_sends("\x06\x03"s), refused_and_closed);
    EXPECT_EQ(mallory_sends("\x06\xc8"s), refused_and_closed);
}

TEST(ModelWire, WIRE_13_packets_may_be_split_and_joined_anywhere) {
    const std::string stream = wire(make_rpm("alice")) + wire(make_rpm("nobody")) + wire(make_sma("hi"));
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        model_run run;
        run.joins({"alice", "bob"});
        lines output = run.sends_bytes("alice", stream.substr(0, cut));
        const lines more = run.sends_bytes("alice", stream.substr(cut));
        output.insert(output.end(), more.begin(), more.end());
        EXPECT_EQ(output, (lines{"alice < ERROR 0", "alice < ERROR 4", "bob < SPM alice hi"})) << cut;
    }
}

TEST(ModelWire, WIRE_14_a_size_over_the_limit_is_malformed_before_its_string_arrives) {
    model_settings settings;
    settings.wire.bounds = smallest_legal_limits;
    model_run run{settings};
    run.joins({"mallory"});
    EXPECT_EQ(run.sends_bytes("mallory", "\x02\x00\x20"s + std::string(32, 'a')), (lines{"mallory < ERROR 4"}));
    EXPECT_EQ(run.sends_bytes("mallory", "\x02\x00\x21"s), refused_and_closed);
}

/// Random bytes, most of which begin like packets.
std::string random_bytes(std::mt19937& random) {
    std::string bytes;
    const std::size_t size = random() % 24;
    while (bytes.size() < size) {
        const unsigned kind = random() % 8;
        bytes += kind == 0 ? static_cast<char>(random()) : kind < 5 ? '\0' : static_cast<char>(random() % 8);
    }
    return bytes;
}

TEST(ModelWire, agrees_with_the_codec_on_random_bytes) {
    std::mt19937 random{20'210'201};
    const wire_settings settings;
    unsigned packets = 0;
    for (int round = 0; round < 200'000; ++round) {
        const std::string bytes = random_bytes(random);
        const decode_result expected = decode(std::as_bytes(std::span{bytes}));
        const read_result result = read_packet(bytes, settings);
        ASSERT_EQ(result.status == read_status::complete, expected.status == decode_status::complete);
        ASSERT_EQ(result.status == read_status::malformed, expected.status == decode_status::malformed);
        if (expected.status == decode_status::complete) {
            ++packets;
            const model_packet packet{expected.packet.op, std::string{expected.packet.pseudo},
                                      std::string{expected.packet.message},
                                      static_cast<std::uint8_t>(expected.packet.code)};
            ASSERT_EQ(result.packet, packet);
            ASSERT_EQ(result.consumed, expected.consumed);
            ASSERT_EQ(write_packet(result.packet, {}), bytes.substr(0, result.consumed));
        }
    }
    EXPECT_GT(packets, 10'000U);
}

}  // namespace
}  // namespace chatos::conformance
