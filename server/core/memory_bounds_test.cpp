// The bounds over all clients together, and the worst case of memory that follows from the options.
#include "core/memory_ceiling.hpp"
#include "core/memory_tally.hpp"
#include "core/output_queue.hpp"
#include "core/test_network.hpp"

#include <chatos/layout.hpp>

#include <gtest/gtest.h>

namespace chatos::core::test {
namespace {

const std::string large(10'000, 'm');

TEST(MemoryBounds, everybodys_output_has_a_bound_and_beyond_it_deliveries_count_as_4) {
    network net{{.total_output_bytes_max = 100'000}};
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    client& sloth = net.join("sloth");
    sloth.reads(false);
    alice.send({make_rpm("sloth"), make_rpm("bob")});
    EXPECT_EQ(alice.take().size(), 2U);
    for (int i = 0; i < 9; ++i) {
        alice.send(make_spm("sloth", large));
    }
    EXPECT_EQ(net.core.count().deliveries_made, 9U);
    EXPECT_GT(net.core.count().output_memory_bytes, 90'000U);
    EXPECT_GT(net.core.count().output_bytes_queued, 90'000U);
    alice.send(make_spm("bob", large));
    EXPECT_EQ(net.core.count().deliveries_without_room, 1U);
    sloth.reads(true);
    EXPECT_EQ(net.core.count().output_bytes_queued, 0U);
    EXPECT_EQ(net.core.count().output_memory_bytes, 0U);
    alice.send(make_spm("bob", large));
    EXPECT_EQ(bob.take(), packets{"SPM alice: " + large}) << "there is room again";
}

TEST(MemoryBounds, while_memory_is_short_deliveries_count_as_4_and_answers_are_sent) {
    network net;
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    bool is_short = true;
    net.core.watch_memory(&is_short);
    alice.send({make_rpm("bob"), make_spm("bob", "one"), make_sma("two"), make_pc("bob")});
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 4", "ERROR 4", "ERROR 4"}));
    EXPECT_EQ(bob.take(), packets{});
    is_short = false;
    alice.send(make_spm("bob", "three"));
    EXPECT_EQ(bob.take(), packets{"SPM alice: three"});
    EXPECT_EQ(net.core.check_invariants(), "");
}

TEST(MemoryBounds, the_heaviest_connection_is_the_one_for_which_most_is_kept) {
    network net;
    client& alice = net.join("alice");
    client& bob = net.join("bob");
    client& sloth = net.join("sloth");
    EXPECT_EQ(net.core.heaviest(1'000), std::nullopt);
    bob.reads(false);
    sloth.reads(false);
    alice.send({make_rpm("sloth"), make_rpm("bob"), make_spm("sloth", large), make_spm("sloth", large),
                make_spm("bob", large)});
    EXPECT_EQ(net.core.heaviest(1'000), sloth.id());
    EXPECT_EQ(net.core.heaviest(100'000), std::nullopt);
    sloth.reset();
    EXPECT_EQ(net.core.heaviest(1'000), bob.id());
    bob.reset();
    alice.send_bytes(bytes_of(make_sma(large)).substr(0, 5'000));
    EXPECT_EQ(net.core.heaviest(1'000), alice.id()) << "an unfinished packet";
}

TEST(MemoryBounds, a_frame_that_many_are_to_receive_counts_once) {
    network net;
    client& alice = net.join("alice");
    for (client* client : net.join_many("sloth", 50)) {
        client->reads(false);
    }
    alice.send(make_sma(large));
    const statistics counts = net.core.count();
    EXPECT_EQ(counts.output_bytes_queued, 50U * bytes_of(make_spm("alice", large)).size());
    EXPECT_LT(counts.output_memory_bytes, 2 * large.size());
}

TEST(MemoryBounds, whoever_holds_most_unprocessed_bytes_makes_room_for_the_others) {
    network net{{.total_input_bytes_max = 400'000, .receive_bytes_max = 4'096}};
    client& alice = net.join("alice");
    client& glutton = net.join("glutton");
    const std::string message(65'000, 'm');
    const std::string whole = bytes_of(make_sma(message));
    glutton.send_bytes(std::string_view{whole}.substr(0, 60'000));
    std::vector<client*> crowd = net.join_many("crowd", 20);
    for (client* client : crowd) {
        client->send_bytes(std::string_view{whole}.substr(0, 30'000));
        EXPECT_LE(net.core.count().input_memory_bytes, 400'000U + 2 * 4'096U);
    }
    alice.send_bytes(std::string_view{whole}.substr(0, 100));
    EXPECT_TRUE(glutton.saw_end());
    EXPECT_EQ(glutton.take(), packets{"ERROR 5"});
    EXPECT_FALSE(alice.saw_end()) << "who holds little notices nothing";
    EXPECT_GT(net.core.count().closed_input_bound, 1U);
    EXPECT_EQ(net.core.check_invariants(), "");
}

TEST(MemoryBounds, nothing_is_counted_for_those_who_are_gone) {
    network net;
    client& alice = net.join("alice");
    client& sloth = net.join("sloth");
    sloth.reads(false);
    alice.send(make_sma(large));
    sloth.send_bytes(std::string_view{bytes_of(make_sma(large))}.substr(0, 5'000));
    EXPECT_GT(net.core.count().input_memory_bytes, 0U);
    sloth.reset();
    const statistics counts = net.core.count();
    EXPECT_EQ(counts.input_memory_bytes, 0U);
    EXPECT_EQ(counts.output_bytes_queued, 0U);
    EXPECT_EQ(counts.output_memory_bytes, 0U);
}

TEST(MemoryBounds, the_smallest_bounds_still_let_the_largest_packet_through) {
    const std::size_t packet = packet_bytes_max({});
    network net{{.total_output_bytes_max = frame::memory_bytes(packet) + memory_tally::queue_entry_bytes,
                 .total_input_bytes_max = input_buffer::memory_bytes_max(65'536 + packet)}};
    const std::string name(255, 'n');
    client& alice = net.join(name);
    client& bob = net.join("bob");
    const std::string message(65'536, 'm');
    for (std::size_t sent = 0; const char byte : bytes_of(make_sma(message))) {
        if (sent++ % 1'000 == 0) {
            net.settle();
        }
        alice.send_bytes({&byte, 1});
    }
    EXPECT_EQ(bob.take(), packets{"SPM " + name + ": " + message});
    EXPECT_FALSE(find_fault({.total_output_bytes_max = packet}).empty());
    EXPECT_FALSE(find_fault({.total_input_bytes_max = packet}).empty());
}

TEST(MemoryBounds, an_idle_client_keeps_no_memory_for_its_last_packet) {
    network net;
    client& alice = net.join("alice");
    const std::string whole = bytes_of(make_sma(large));
    alice.send_bytes(std::string_view{whole}.substr(0, 9'000));
    EXPECT_GT(net.core.count().input_memory_bytes, 9'000U);
    alice.send_bytes(std::string_view{whole}.substr(9'000));
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    EXPECT_EQ(net.core.count().input_memory_bytes, 0U);
}

TEST(MemoryBounds, a_long_queue_gives_its_memory_back_while_it_still_holds_something) {
    ring<int> tested;
    for (int i = 0; i < 10'000; ++i) {
        tested.push_back(i);
    }
    EXPECT_EQ(tested.capacity(), 16'384U);
    for (int i = 0; i < 9'990; ++i) {
        EXPECT_EQ(tested.pop_front(), i);
        EXPECT_LE(tested.capacity(), std::max(ring<int>::shrinks_above, 4 * tested.size()));
    }
    for (std::uint32_t i = 0; i < 10; ++i) {
        EXPECT_EQ(tested[i], static_cast<int>(9'990 + i));
    }
}

std::uint64_t sum(const options& bounds) {
    std::uint64_t all = 0;
    for (const memory_item& item : memory_ceiling(bounds)) {
        EXPECT_FALSE(item.name.empty());
        EXPECT_TRUE(item.per == "connection" || item.per == "user" || item.per == "tunnel" || item.per == "server");
        EXPECT_EQ(item.bytes(), item.count * item.bytes_each);
        all += item.bytes();
    }
    return all;
}

TEST(MemoryCeiling, each_bound_that_holds_memory_moves_it) {
    const std::uint64_t base = sum({});
    EXPECT_GT(base, std::uint64_t{1} << 30U);
    EXPECT_LT(base, std::uint64_t{8} << 30U) << "not 40 GiB";
    EXPECT_GT(sum({.users_max = 20'000}), base);
    EXPECT_GT(sum({.unregistered_max = 40'000}), base);
    EXPECT_GT(sum({.send_permissions_max = 4'096}), base);
    EXPECT_GT(sum({.answers_owed_max = 4'096}), base);
    EXPECT_GT(sum({.deliveries_unanswered_max = 8'192}), base);
    EXPECT_GT(sum({.total_output_bytes_max = std::size_t{2} << 30U}), base);
    EXPECT_GT(sum({.total_input_bytes_max = std::size_t{1} << 30U}), base);
    EXPECT_GT(sum({.receive_bytes_max = std::size_t{1} << 20U}), base);
    EXPECT_GT(sum({.packet_limits = {.message_bytes_max = 1 << 20}}), base);
    EXPECT_GT(sum({.tunnels_max = 2'000}), base);
    EXPECT_GT(sum({.tunnel_buffer_bytes_max = std::size_t{1} << 20U}), base);
    EXPECT_LT(sum({.tunnels = false}), base);
    EXPECT_EQ(sum({.output_bytes_max = std::size_t{8} << 20U}), base) << "one client's share of the bound over all";
}

TEST(MemoryCeiling, connections_are_users_and_all_others) {
    EXPECT_EQ(connections_max({.users_max = 7, .unregistered_max = 11, .tunnels = false}), 18U);
    EXPECT_EQ(connections_max({.users_max = 7, .unregistered_max = 11, .tunnels_max = 5}), 28U) << "both ends of each";
}

}  // namespace
}  // namespace chatos::core::test
