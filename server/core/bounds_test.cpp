// Every queue has a bound, and each bound its consequence (options.hpp).
#include "core/test_network.hpp"

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

TEST(Bounds, a_client_that_does_not_read_its_answers_is_not_read) {
    network net;
    client& alice = net.join("alice");
    alice.reads(false);
    std::string flood;
    for (int i = 0; i < 50'000; ++i) {
        flood += bytes_of(make_rpm("alice"));
    }
    alice.send_bytes(flood);
    EXPECT_FALSE(net.core.wants_input(alice.id()));
    EXPECT_GT(alice.unsent_bytes(), 0U);
    EXPECT_LE(net.core.count().requests_accepted, net.core.bounds().answers_owed_max + 1U);
    alice.reads(true);
    EXPECT_EQ(alice.take().size(), 50'000U);
}

TEST(Bounds, the_driver_is_told_when_a_client_may_be_read_again) {
    network net;
    client& alice = net.join("alice");
    alice.reads(false);
    while (net.core.wants_input(alice.id())) {
        alice.send(make_rpm("alice"));
    }
    ASSERT_EQ(alice.unsent_bytes(), 0U) << "nothing waits but the room for more";
    while (net.core.next_changed()) {
    }
    net.core.wrote(alice.id(), 100, net.now);
    EXPECT_TRUE(net.core.wants_input(alice.id()));
    EXPECT_EQ(net.core.next_changed(), alice.id());
}

TEST(Bounds, a_consumer_that_never_reads_fails_its_senders_alone_and_goes_in_the_end) {
    network net{{.output_bytes_max = 100'000}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    client& sloth = net.join("sloth");
    sloth.reads(false);
    const std::string message(10'000, 'm');
    for (int i = 0; i < 9; ++i) {
        alice.send(make_sma(message));
        bob.answer();
    }
    EXPECT_EQ(alice.take(), packets{});
    alice.send(make_sma(message));
    EXPECT_EQ(net.core.count().deliveries_without_room, 1U);
    EXPECT_EQ(bob.take().size(), 10U);
    bob.answer();
    net.wait(milliseconds{60'000});
    EXPECT_EQ(alice.take(), packets(10, "ERROR 4"));
    EXPECT_FALSE(bob.saw_end());
    EXPECT_TRUE(sloth.is_closed()) << "FLOW-10";
}

TEST(Bounds, one_who_reads_and_never_answers_has_a_bound_and_then_goes) {
    network net{{.deliveries_unanswered_max = 3}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    alice.send({make_rpm("bob"), make_spm("bob", "1"), make_spm("bob", "2"), make_spm("bob", "3"), make_spm("bob", "4"),
                make_pc("bob")});
    EXPECT_EQ(bob.take().size(), 3U);
    EXPECT_EQ(net.core.count().deliveries_without_room, 2U);
    bob.send({make_error(error_code::ok), make_error(error_code::ok), make_error(error_code::ok)});
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 0", "ERROR 0", "ERROR 4", "ERROR 4"}))
        << "a PC that was not delivered has one answer";
    EXPECT_FALSE(bob.saw_end()) << "who is written to too much is not to blame";
}

TEST(Bounds, a_timed_out_place_counts_until_its_late_answer_comes) {
    network net{{.deliveries_unanswered_max = 1}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    alice.send({make_rpm("bob"), make_spm("bob", "1")});
    net.wait(milliseconds{5'000});
    alice.send(make_spm("bob", "2"));
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4", "ERROR 4"}));
    bob.answer();
    alice.send(make_spm("bob", "3"));
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
}

TEST(Bounds, ten_thousand_packets_in_one_read_are_shared_out_over_turns) {
    network net{{.work_per_slice_max = 100}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    std::string flood;
    for (int i = 0; i < 10'000; ++i) {
        flood += bytes_of(make_error(error_code::ok));
    }
    const std::uint64_t before = net.core.count().packets_by_opcode[6];
    net.core.receive(alice.id(), std::as_bytes(std::span{flood}), net.now);
    EXPECT_EQ(net.core.count().packets_by_opcode[6] - before, 100U);
    EXPECT_TRUE(net.core.has_work());
    EXPECT_FALSE(net.core.wants_input(alice.id())) << "not read until it has been processed";
    bob.send(make_rpm("alice"));
    EXPECT_EQ(bob.take(), packets{"ERROR 0"});
    EXPECT_EQ(net.core.count().packets_by_opcode[6] - before, 10'000U);
    EXPECT_FALSE(net.core.has_work());
    EXPECT_TRUE(net.core.wants_input(alice.id()));
}

TEST(BoundsDeathTest, handing_over_bytes_that_are_not_wanted_is_the_drivers_mistake) {
    network net{{.receive_bytes_max = 10}};
    const client& alice = net.join("alice");
    const std::string much(11, 'x');
    EXPECT_DEATH(net.core.receive(alice.id(), std::as_bytes(std::span{much}), net.now), "assertion failed");
    net.core.end_of_input(alice.id(), net.now);
    EXPECT_DEATH(net.core.receive(alice.id(), std::as_bytes(std::span{much}.first(1)), net.now), "assertion failed");
}

TEST(Bounds, an_end_of_input_behind_unprocessed_packets_waits_for_them) {
    network net{{.work_per_slice_max = 1}};
    client& bob = net.join("bob");
    client& alice = net.connect();
    const std::string all = bytes_of(make_cr("alice")) + bytes_of(make_rpm("bob")) + bytes_of(make_spm("bob", "hi"));
    net.core.receive(alice.id(), std::as_bytes(std::span{all}), net.now);
    net.core.end_of_input(alice.id(), net.now);
    net.settle();
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0", "ERROR 0"}));
    EXPECT_TRUE(alice.is_closed());
}

TEST(Bounds, the_largest_packet_fits_through_the_smallest_output) {
    network net{{.output_bytes_max = 1 + 2 + 255 + 4 + 65'536}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    const std::string message(65'536, 'm');
    alice.send(make_sma(message));
    EXPECT_EQ(bob.take(), packets{"SPM alice: " + message});
}

TEST(Bounds, options_that_cannot_be_are_named) {
    EXPECT_EQ(find_fault({}), "");
    EXPECT_EQ(find_fault({.users_max = 0}), "invalid capacity 0: expected an integer from 1 to 1000000");
    EXPECT_NE(find_fault({.packet_limits = {.pseudo_bytes_max = 31}}), "") << "WIRE-14";
    EXPECT_NE(find_fault({.packet_limits = {.message_bytes_max = 1'023}}), "") << "WIRE-14";
    EXPECT_NE(find_fault({.send_permissions_max = 1'023}), "") << "PM-6";
    EXPECT_NE(find_fault({.answers_owed_max = 2'047}), "") << "FLOW-5: 1,024 PCs have 2,048 answers";
    EXPECT_NE(find_fault({.output_bytes_max = 1'000}), "") << "a message must fit";
    EXPECT_NE(find_fault({.answer_timeout = milliseconds{0}}), "");
    EXPECT_NE(find_fault({.pc_timeout = milliseconds{-1}}), "");
}

TEST(Bounds, FLOW_5_at_least_1024_private_connections_may_be_pending) {
    network net{{.offers_max = 1'024}};
    net.checks_invariants = false;
    const auto peers = net.join_many("peer", 1'024);
    client& alice = net.join("alice");
    std::string all;
    for (int i = 0; i < 1'024; ++i) {
        const std::string peer = "peer" + std::to_string(i);
        all += bytes_of(make_pc(peer));
    }
    alice.send_bytes(all);
    EXPECT_EQ(net.core.count().requests_pending, 1'024U);
    EXPECT_EQ(peers.back()->take(), packets{"PC alice"});
    EXPECT_EQ(net.core.check_invariants(), "");
}

TEST(Bounds, PM_6_asking_again_takes_no_second_place) {
    network net;
    client& alice = net.join("alice");
    const auto others = net.join_many("other", 2);
    alice.send(make_rpm("other0"));
    std::string again;
    for (int i = 0; i < 1'024; ++i) {
        again += bytes_of(make_rpm("other1"));
    }
    alice.send_bytes(again);
    alice.send(make_spm("other0", "x"));
    EXPECT_EQ(others[0]->take(), packets{"SPM alice: x"});
}

TEST(Bounds, CONN_4_who_finds_no_room_is_counted) {
    network net{{.users_max = 1}};
    static_cast<void>(net.join("alice"));
    client& bob = net.connect();
    bob.send(make_cr("bob"));
    EXPECT_EQ(net.core.count().closed_without_room, 1U);
}

TEST(Bounds, deliveries_are_part_of_the_work_of_one_go) {
    network net{{.work_per_slice_max = 6}};
    client& alice = net.join("alice");
    static_cast<void>(net.join_many("other", 5));
    std::string flood;
    for (int i = 0; i < 6; ++i) {
        flood += bytes_of(make_sma("x"));
    }
    net.core.receive(alice.id(), std::as_bytes(std::span{flood}), net.now);
    EXPECT_EQ(net.core.count().deliveries_made, 5U) << "one message and its five deliveries are a go";
}

}  // namespace
}  // namespace chatos::core::test
