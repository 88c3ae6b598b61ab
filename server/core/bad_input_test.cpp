// ERR: bad input, slow input, and how the server closes. Also WIRE-14: limits.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

using namespace std::string_literals;

struct BadInput : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};
};

TEST_F(BadInput, ERR_1_nothing_after_a_malformed_packet_is_acted_on) {
    alice.send_bytes(bytes_of(make_sma("before")) + "\x07"s + bytes_of(make_sma("after")));
    EXPECT_EQ(bob.take(), packets{"SPM alice: before"});
    EXPECT_EQ(net.core.count().users, 1U);
}

TEST_F(BadInput, ERR_1_a_malformed_packet_is_not_acted_on_in_part) {
    alice.send(make_rpm("bob"));
    static_cast<void>(alice.take());
    alice.send_bytes("\x03\x00\x03"s + "bob" + "\x00\x00\x00\x02\xc3\x28"s);
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_EQ(bob.take(), packets{});
}

TEST_F(BadInput, ERR_1_every_kind_of_malformed_packet_is_refused_whatever_the_split) {
    const std::string cases[] = {
        "\x00"s,                  // WIRE-1
        "\x07"s,                  // WIRE-1
        "\xff"s,                  // WIRE-1
        "\x02\x00\x00"s,          // WIRE-9
        "\x02\xff\xff"s,          // WIRE-11
        "\x04\xff\xff\xff\xff"s,  // WIRE-11
        "\x02\x01\x00"s,          // WIRE-14
        "\x04\x00\x01\x00\x01"s,  // WIRE-14
        "\x02\x00\x02\xc0\x80"s,  // WIRE-8
        "\x06\x03"s,              // WIRE-12
    };
    for (const std::string& bytes : cases) {
        for (const std::size_t segment_bytes : {1U, 65'536U}) {
            net.segment_bytes = segment_bytes;
            client& mallory = net.join("mallory");
            mallory.send_bytes(bytes);
            EXPECT_EQ(mallory.take(), packets{"ERROR 5"}) << testing::PrintToString(bytes);
            EXPECT_TRUE(mallory.saw_end());
        }
    }
    EXPECT_EQ(net.core.count().users, 2U);
}

TEST_F(BadInput, ERR_2_settled_answers_come_pending_requests_are_abandoned_and_error_5_is_last) {
    alice.send({make_rpm("bob"), make_spm("bob", "stands"), make_rpm("bob")});
    alice.send_bytes("\xff");
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 5"}));
    EXPECT_TRUE(alice.saw_end());
    EXPECT_FALSE(alice.is_closed());
    EXPECT_EQ(bob.take(), packets{"SPM alice: stands"});
    bob.answer();
    EXPECT_EQ(alice.take(), packets{});
    EXPECT_EQ(net.core.count().requests_abandoned, 2U);
}

TEST_F(BadInput, ERR_2_the_session_ends_at_once) {
    bob.send({make_rpm("alice"), make_spm("alice", "hi")});
    alice.send_bytes("\xff");
    EXPECT_EQ(bob.take(), (packets{"ERROR 0", "ERROR 4"}));
    static_cast<void>(net.join("alice"));
}

TEST_F(BadInput, ERR_2_a_pc_whose_first_answer_was_sent_is_abandoned_too) {
    alice.send(make_pc("bob"));
    alice.send_bytes("\xff");
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 5"}));
}

TEST_F(BadInput, ERR_3_others_are_unaffected) {
    client& carol = net.join("carol");
    carol.send({make_rpm("bob"), make_spm("bob", "one")});
    alice.send({make_sma("two")});
    alice.send_bytes("\xff");
    carol.send(make_spm("bob", "three"));
    EXPECT_EQ(bob.take(), (packets{"SPM carol: one", "SPM alice: two", "SPM carol: three"}));
    bob.send({make_error(error_code::ok), make_error(error_code::refused), make_error(error_code::pseudo_taken)});
    EXPECT_EQ(carol.take(), (packets{"ERROR 0", "SPM alice: two", "ERROR 0", "ERROR 1"}));
}

TEST_F(BadInput, ERR_4_who_does_not_register_in_time_is_closed) {
    client& silent = net.connect();
    client& chatty = net.connect();
    client& unlucky = net.connect();
    net.wait(milliseconds{9'999});
    chatty.send(make_rpm("alice"));
    unlucky.send(make_cr("alice"));
    EXPECT_EQ(silent.take(), packets{});
    net.wait(milliseconds{1});
    EXPECT_EQ(silent.take(), packets{"ERROR 5"});
    EXPECT_EQ(chatty.take(), (packets{"ERROR 5", "ERROR 5"}));
    EXPECT_EQ(unlucky.take(), (packets{"ERROR 1", "ERROR 5"}));
    EXPECT_TRUE(silent.saw_end() && chatty.saw_end() && unlucky.saw_end());
    EXPECT_FALSE(alice.saw_end()) << "a user may be silent forever";
}

TEST_F(BadInput, ERR_4_a_packet_that_is_not_completed_in_time) {
    const std::string packet = bytes_of(make_sma("slow"));
    for (std::size_t i = 0; i + 1 < packet.size(); ++i) {
        alice.send_bytes(packet.substr(i, 1));
        net.wait(milliseconds{1'000});  // each byte alone is in time
    }
    EXPECT_EQ(alice.take(), packets{});
    net.wait(milliseconds{10'000} - milliseconds{1'000} * (packet.size() - 1));
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_TRUE(alice.saw_end());
    EXPECT_EQ(bob.take(), packets{});
}

TEST_F(BadInput, ERR_4_each_packet_has_its_own_limit) {
    const std::string packet = bytes_of(make_rpm("bob"));
    alice.send_bytes(packet.substr(0, 3));
    net.wait(milliseconds{9'999});
    alice.send_bytes(packet.substr(3) + packet.substr(0, 3));
    net.wait(milliseconds{9'999});
    alice.send_bytes(packet.substr(3));
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0"}));
    net.wait(milliseconds{60'000});
    EXPECT_FALSE(alice.saw_end());
}

TEST_F(BadInput, ERR_4_the_limit_does_not_run_while_the_server_is_not_reading) {
    std::string flood;
    for (int i = 0; i < 2'048; ++i) {
        flood += bytes_of(make_rpm("bob"));
    }
    alice.reads(false);
    alice.send_bytes(flood + bytes_of(make_rpm("bob")).substr(0, 2));
    EXPECT_FALSE(net.core.wants_input(alice.id()));
    net.wait(milliseconds{60'000});
    EXPECT_FALSE(alice.saw_end());
    alice.reads(true);
    EXPECT_EQ(alice.take().size(), 2'048U);
    net.wait(milliseconds{9'999});
    EXPECT_FALSE(alice.saw_end());
    net.wait(milliseconds{1});
    EXPECT_TRUE(alice.saw_end());
}

TEST_F(BadInput, ERR_5_after_the_last_error_it_reads_on_for_a_bounded_while) {
    alice.send_bytes("\xff");
    EXPECT_EQ(net.core.close_action_of(alice.id()), close_action::shut_down_sending);
    EXPECT_TRUE(net.core.wants_input(alice.id()));
    alice.send(make_sma("discarded"));
    EXPECT_EQ(bob.take(), packets{});
    net.wait(milliseconds{999});
    EXPECT_FALSE(alice.is_closed());
    net.wait(milliseconds{1});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(BadInput, ERR_5_it_closes_as_soon_as_the_peer_has_ended_too) {
    alice.send_bytes("\xff");
    alice.end();
    EXPECT_EQ(alice.take(), packets{"ERROR 5"});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(BadInput, ERR_5_a_peer_that_does_not_take_the_last_bytes_is_closed_in_the_end) {
    alice.reads(false);
    alice.send_bytes("\xff");
    EXPECT_EQ(net.core.close_action_of(alice.id()), close_action::none) << "not before everything is written";
    net.wait(milliseconds{4'999});
    EXPECT_FALSE(alice.is_closed());
    net.wait(milliseconds{1});
    EXPECT_TRUE(alice.is_closed());
}

TEST_F(BadInput, WIRE_14_limits_are_judged_before_the_body_comes) {
    network strict{{.packet_limits = {.pseudo_bytes_max = 32, .message_bytes_max = 1'024}}};
    client& carol = strict.connect();
    const std::string pseudo(32, 'c');
    const std::string message(1'024, 'm');
    carol.send(make_cr(pseudo));
    carol.send(make_sma(message));
    EXPECT_EQ(carol.take(), (packets{"ERROR 0", "ERROR 0"}));
    carol.send_bytes("\x04\x00\x00\x04\x01"s);
    EXPECT_EQ(carol.take(), packets{"ERROR 5"});
}

}  // namespace
}  // namespace chatos::core::test
