// Typical causes of server failure that no other test covers.
#include "core/test_network.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::core::test {
namespace {

using namespace std::string_literals;

struct Survival : testing::Test {
    network net{};
    client& alice{net.join("alice")};
    client& bob{net.join("bob")};

    // Alice and bob are not affected; nothing is kept of the sender.
    void everybody_else_goes_on() {
        EXPECT_EQ(alice.take(), packets{});
        alice.send(make_sma("still here?"));
        EXPECT_EQ(bob.take(), packets{"SPM alice: still here?"});
        bob.answer();
        EXPECT_EQ(alice.take(), packets{"ERROR 0"});
        EXPECT_EQ(net.core.count().users, 2U);
        net.wait(milliseconds{10'000});
        EXPECT_EQ(net.core.connections(), 2U);
        EXPECT_EQ(net.core.count().input_memory_bytes, 0U);
        EXPECT_EQ(net.core.count().output_memory_bytes, 0U);
    }

    // From a user and from an unregistered client, in one run and byte by byte.
    void ends_its_sender_alone(const std::string& bytes) {
        for (const std::size_t segment_bytes : {65'536U, 1U}) {
            SCOPED_TRACE(testing::PrintToString(bytes) + " in runs of " + std::to_string(segment_bytes));
            net.segment_bytes = segment_bytes;
            client& user = net.join("mallory");
            client& unregistered = net.connect();
            for (client* client : {&user, &unregistered}) {
                client->send_bytes(bytes + "what comes after it");
                EXPECT_EQ(client->take(), packets{"ERROR 5"});
                EXPECT_TRUE(client->saw_end());
                EXPECT_FALSE(client->is_closed()) << "ERR-5: it is read on for a while";
                client->end();
                EXPECT_TRUE(client->is_closed());
            }
        }
        everybody_else_goes_on();
    }
};

TEST_F(Survival, giant_sizes) {
    ends_its_sender_alone("\x01\x7f\xff"s);
    ends_its_sender_alone("\x03\x00\x03"s + "bob" + "\x7f\xff\xff\xff"s);
    ends_its_sender_alone("\x04\x00\x01\x00\x01"s);
}

TEST_F(Survival, negative_sizes) {
    for (const char op : {'\x01', '\x02', '\x03', '\x05'}) {
        ends_its_sender_alone(op + "\xff\xff"s);
        ends_its_sender_alone(op + "\x80\x00"s);
    }
    ends_its_sender_alone("\x04\xff\xff\xff\xff"s);
    ends_its_sender_alone("\x03\x00\x03"s + "bob" + "\x80\x00\x00\x00"s);
}

TEST_F(Survival, zero_sizes) {
    for (const char op : {'\x01', '\x02', '\x03', '\x05'}) {
        ends_its_sender_alone(op + "\x00\x00"s);
    }
    alice.send(make_sma(""));  // WIRE-10: an empty message is one
    EXPECT_EQ(bob.take(), packets{"SPM alice: "});
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 0"});
    everybody_else_goes_on();
}

TEST_F(Survival, a_giant_size_takes_no_memory_before_its_bytes_come) {
    network other{{.packet_limits = {.pseudo_bytes_max = 255, .message_bytes_max = 1U << 20U}}};
    client& mallory = other.join("mallory");
    mallory.send_bytes("\x04\x00\x0f\xff\xff"s);
    EXPECT_LT(other.core.count().input_memory_bytes, 1'000U);
}

TEST_F(Survival, ill_formed_utf8) {
    for (const std::string& text :
         {"\xc3\x28"s, "\xc0\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s, "a\x80"s, "ab\xe2\x82"s}) {
        const auto size = static_cast<char>(text.size());
        ends_its_sender_alone("\x01\x00"s + size + text);
        ends_its_sender_alone("\x04\x00\x00\x00"s + size + text);
    }
}

TEST_F(Survival, unknown_opcodes) {
    for (const char op : {'\0', '\x07', '\x08', 'G', '\x80', '\xff'}) {
        ends_its_sender_alone(std::string(1, op));
    }
}

TEST_F(Survival, look_alike_names_are_different_people) {
    const std::vector<std::string> names{
        "Alice",
        "alice ",
        " alice",
        "alic\xd0\xb5",       // Cyrillic
        "\xc3\xa4lice",       // one character
        "a\xcc\x88lice",      // a letter and a mark
        "alice\xe2\x80\x8b",  // and a space without width
        "\xef\xbd\x81lice",   // a wide letter
        std::string{"alice\0", 6},
    };
    for (const std::string& name : names) {
        client& other = net.join(name);
        other.send(make_rpm(name));
        EXPECT_EQ(other.take(), packets{"ERROR 0"});
    }
    EXPECT_EQ(net.core.count().users, 2U + names.size());
    bob.send({make_rpm("alice"), make_spm("alice", "for you alone")});
    EXPECT_EQ(alice.take(), packets{"SPM bob: for you alone"});
}

// The peer has vanished, so no byte arrives and none is taken. The driver may not notice for hours.
TEST_F(Survival, a_half_open_socket_that_holds_a_name_loses_it_after_a_few_deliveries) {
    client& ghost = net.join("ghost");
    ghost.reads(false);
    client& heir = net.connect();
    heir.send(make_cr("ghost"));
    EXPECT_EQ(heir.take(), packets{"ERROR 1"});
    for (std::uint32_t i = 0; i < net.core.bounds().timeouts_in_a_row_max; ++i) {
        alice.send(make_sma("anybody?"));
        bob.answer();
        heir.send(make_cr("alice"));  // keeps trying, to stay within the login timeout
        net.wait(milliseconds{1'000});
    }
    net.wait(milliseconds{5'000} * 8);
    EXPECT_EQ(alice.take(), packets(8, "ERROR 4"));
    client& late = net.join("ghost");
    EXPECT_FALSE(late.saw_end());
    net.wait(milliseconds{10'000});
    EXPECT_TRUE(ghost.is_closed());
    EXPECT_EQ(net.core.connections(), 3U);
}

TEST_F(Survival, joins_and_leaves_during_a_message_to_all) {
    client& leaves = net.join("leaves");
    client& breaks = net.join("breaks");
    client& cheats = net.join("cheats");
    alice.send(make_sma("hi"));
    client& joins = net.join("joins");
    leaves.end();
    client& again = net.join("leaves");  // the same name, and no recipient
    breaks.reset();
    cheats.send_bytes("\xff");
    joins.send(make_error(error_code::refused));  // answers what it has not been sent
    EXPECT_EQ(alice.take(), packets{}) << "bob has not answered";
    bob.answer();
    EXPECT_EQ(alice.take(), packets{"ERROR 4"});
    EXPECT_EQ(joins.take(), packets{});
    EXPECT_EQ(again.take(), packets{});
    EXPECT_EQ(net.core.count().users, 4U);
}

TEST_F(Survival, pc_offers_flooded) {
    std::vector<client*> crowd = net.join_many("caller", 50);
    for (int round = 0; round < 20; ++round) {
        for (client* client : crowd) {
            client->send(make_pc("bob"));
        }
    }
    EXPECT_EQ(bob.take(), packets{"PC caller0"}) << "PC-7: nobody can block bob's answers by offering";
    packets refused(20, "ERROR 5");
    for (std::size_t i = 1; i < crowd.size(); ++i) {
        EXPECT_EQ(crowd[i]->take(), refused);
    }
    alice.send({make_rpm("bob"), make_spm("bob", "hi")});
    EXPECT_EQ(bob.take(), packets{"SPM alice: hi"});
    bob.answer(error_code::refused);
    bob.answer();
    EXPECT_EQ(alice.take(), (packets{"ERROR 0", "ERROR 0"}));
    refused[0] = "ERROR 0";
    refused.insert(refused.begin() + 1, "ERROR 5");
    EXPECT_EQ(crowd[0]->take(), refused);
}

TEST_F(Survival, pc_offers_abandoned) {
    client& carol = net.join("carol");
    alice.send(make_pc("bob"));
    bob.send(make_pc("carol"));
    carol.send(make_pc("alice"));
    alice.reset();
    bob.reset();
    carol.reset();
    EXPECT_EQ(net.core.connections(), 0U);
    EXPECT_EQ(net.core.count().requests_pending, 0U);
    EXPECT_EQ(net.core.count().deliveries_waiting, 0U);
    EXPECT_EQ(net.core.count().tunnels_undecided, 0U);
    EXPECT_EQ(net.core.count().output_memory_bytes, 0U);
    net.wait(milliseconds{60'000});
    EXPECT_EQ(net.core.next_deadline(), std::nullopt) << "nobody is left to wake up for";
}

}  // namespace
}  // namespace chatos::core::test
