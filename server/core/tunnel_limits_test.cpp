// TUN-4: nobody can take all tunnels, or keep one that it does not use, and every end beyond a limit hears so.
#include "core/tunnel_fixture.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <time.h>
#include <vector>

namespace chatos::core::test {
namespace {

connection_source remote(int address, int network) {
    return {from_host(address), from_host(network), true};
}

// Any number of users, whose offers are accepted.
struct many_users {
    explicit many_users(const options& bounds) : net{bounds} {}

    struct user {
        std::string pseudo;
        connection_source source;
        client& line;
    };
    user join(const std::string& pseudo, const connection_source& source = {}) {
        return {pseudo, source, net.join(pseudo, source)};
    }
    void agree(user& asking, user& accepting) {
        asking.line.send(make_pc(accepting.pseudo));
        accepting.line.answer();
        EXPECT_EQ(asking.line.take(), (packets{"ERROR 0", "ERROR 0"})) << "users never notice";
        static_cast<void>(accepting.line.take());
    }
    client& come(const user& own, const user& peer) {
        client& end = net.connect(own.source);
        end.send({make_pc(own.pseudo), make_pc(peer.pseudo)});
        return end;
    }
    bool open(user& asking, user& accepting) {
        agree(asking, accepting);
        client& a = come(asking, accepting);
        client& b = come(accepting, asking);
        const packets answers = a.take();
        EXPECT_EQ(b.take(), answers);
        if (answers == packets{"ERROR 0"}) {
            return true;
        }
        EXPECT_EQ(answers, packets{"ERROR 4"});
        EXPECT_TRUE(a.saw_end() && b.saw_end());
        return false;
    }
    [[nodiscard]] statistics count() const { return net.core.count(); }

    network net;
};

TEST(TunnelLimits, two_accomplices_cannot_take_all_tunnels) {
    many_users world{{.tunnels_max = 64}};
    auto eve = world.join("eve");
    auto mallory = world.join("mallory");
    for (int i = 0; i < 64; ++i) {
        EXPECT_EQ(world.open(eve, mallory), i < 4) << "a sixteenth";
    }
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    EXPECT_TRUE(world.open(alice, bob));
    EXPECT_FALSE(world.open(alice, eve)) << "the share counts on either side";
    EXPECT_EQ(world.count().tunnels_without_room_by_limit[static_cast<std::size_t>(tunnel_limit::user)], 61U);
}

TEST(TunnelLimits, one_address_cannot_take_all_tunnels) {
    many_users world{{.tunnels_max = 16}};
    int opened = 0;
    for (int i = 0; i < 16; ++i) {
        auto eve = world.join("eve" + std::to_string(i), remote(20 + i, 9));
        auto mallory = world.join("mallory" + std::to_string(i), remote(50 + i, 9));
        opened += world.open(eve, mallory) ? 1 : 0;
    }
    EXPECT_EQ(opened, 4) << "a quarter, and a tunnel within the address counts once";
    auto alice = world.join("alice", remote(1, 1));
    auto bob = world.join("bob", remote(2, 2));
    EXPECT_TRUE(world.open(alice, bob));
    EXPECT_EQ(world.count().tunnels_without_room_by_limit[static_cast<std::size_t>(tunnel_limit::address)], 12U);
}

TEST(TunnelLimits, the_share_of_an_address_does_not_count_where_shares_do_not_apply_unless_it_is_given) {
    for (const std::uint32_t given : {0U, 2U}) {
        many_users world{{.tunnels_max = 8, .tunnels_per_address_max = given}};
        int opened = 0;
        for (int i = 0; i < 8; ++i) {
            auto eve = world.join("eve" + std::to_string(i), from_host(1));
            auto mallory = world.join("mallory" + std::to_string(i), from_host(1));
            opened += world.open(eve, mallory) ? 1 : 0;
        }
        EXPECT_EQ(opened, given == 0 ? 8 : 2);
    }
}

TEST(TunnelLimits, the_smallest_number_of_tunnels_still_lets_everybody_have_one) {
    many_users world{{.tunnels_max = 1}};
    auto alice = world.join("alice", remote(1, 1));
    auto bob = world.join("bob", remote(2, 2));
    EXPECT_TRUE(world.open(alice, bob));
    EXPECT_FALSE(world.open(alice, bob));
    EXPECT_EQ(world.count().tunnels_without_room_by_limit[static_cast<std::size_t>(tunnel_limit::total)], 1U);
}

TEST(TunnelLimits, a_tunnel_that_ends_or_is_not_used_gives_its_share_back) {
    many_users world{{.tunnels_max = 16}};
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    world.agree(alice, bob);
    world.agree(alice, bob);
    EXPECT_EQ(world.count().tunnels_awaited, 1U);
    EXPECT_EQ(world.count().tunnels_without_room, 1U);
    world.net.wait(world.net.core.bounds().tunnel_timeout);
    world.agree(alice, bob);
    client& a = world.come(alice, bob);
    client& b = world.come(bob, alice);
    a.reset();
    b.end();
    world.net.wait(milliseconds{5'000});
    EXPECT_TRUE(world.open(alice, bob));
}

TEST(TunnelLimits, ends_beyond_a_limit_are_answered_4_and_closed_for_as_long_as_others_may_come) {
    many_users world{{.tunnels_max = 1}};
    auto alice = world.join("alice", from_host(1));
    auto bob = world.join("bob", from_host(2));
    EXPECT_TRUE(world.open(alice, bob));
    world.agree(alice, bob);
    world.net.wait(world.net.core.bounds().tunnel_timeout - milliseconds{1});
    for (const bool own : {true, false}) {
        client& end = own ? world.come(alice, bob) : world.come(bob, alice);
        expect_rejected(end);
    }
    client& elsewhere = world.net.connect(from_host(3));
    elsewhere.send({make_pc("alice"), make_pc("bob")});
    EXPECT_EQ(elsewhere.take(), (packets{"ERROR 5", "ERROR 5"})) << "TUN-3";
    world.net.oversleep(milliseconds{60'000});
    auto carol = world.join("carol", from_host(3));
    auto dave = world.join("dave", from_host(4));
    world.agree(carol, dave);
    world.net.oversleep(world.net.core.bounds().tunnel_timeout);
    client& late = world.come(carol, dave);
    EXPECT_EQ(late.take(), (packets{"ERROR 5", "ERROR 5"})) << "CONN-8: as after any acceptance";
    EXPECT_EQ(world.count().tunnels_open, 1U);
}

TEST(TunnelLimits, users_who_are_turned_away_are_remembered_up_to_a_bound) {
    many_users world{{.tunnels_max = 1}};
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    EXPECT_TRUE(world.open(alice, bob));
    world.agree(alice, bob);
    auto carol = world.join("carol");
    auto dave = world.join("dave");
    world.agree(carol, dave);
    EXPECT_EQ(world.come(bob, carol).take(), (packets{"ERROR 4"})) << "he has a tunnel";
    expect_rejected(world.come(carol, dave));
    expect_rejected(world.come(dave, carol));
    EXPECT_EQ(world.net.core.check_invariants(), "");
}

TEST(TunnelLimits, an_idle_tunnel_ends_at_both_ends_and_a_byte_in_either_direction_keeps_it) {
    many_users world{{.tunnel_idle_timeout = milliseconds{10'000}}};
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    world.agree(alice, bob);
    client& a = world.come(alice, bob);
    client& b = world.come(bob, alice);
    for (int i = 0; i < 4; ++i) {
        world.net.wait(milliseconds{9'999});
        (i % 2 == 0 ? a : b).send_bytes("x");
    }
    world.net.wait(milliseconds{9'999});
    EXPECT_FALSE(a.saw_end() || b.saw_end());
    world.net.wait(milliseconds{1});
    EXPECT_EQ(a.take_text(), bytes_of(make_error(error_code::ok)) + "xx");
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "xx");
    EXPECT_TRUE(a.saw_end() && b.saw_end());
    EXPECT_EQ(world.count().tunnels_idle, 1U);
    EXPECT_EQ(world.count().tunnels_open, 0U);
    EXPECT_FALSE(alice.line.saw_end() || bob.line.saw_end()) << "TUN-5";
    world.net.wait(world.net.core.bounds().linger_timeout);
    EXPECT_EQ(world.net.core.connections(), 2U);
}

TEST(TunnelLimits, what_an_end_takes_keeps_its_tunnel_and_what_waits_is_written_before_the_end) {
    many_users world{{.tunnel_idle_timeout = milliseconds{10'000}}};
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    world.agree(alice, bob);
    client& a = world.come(alice, bob);
    client& b = world.come(bob, alice);
    b.reads(false);
    a.send_bytes("0123456789");
    world.net.wait(milliseconds{9'999});
    world.net.core.wrote(b.id(), 2, world.net.now);  // the system takes two bytes
    world.net.wait(milliseconds{9'999});
    EXPECT_FALSE(a.saw_end());
    world.net.wait(milliseconds{1});
    EXPECT_TRUE(a.saw_end());
    EXPECT_FALSE(b.saw_end()) << "it has flush_timeout to take the rest";
    b.reads(true);
    EXPECT_EQ(b.take_text(), bytes_of(make_error(error_code::ok)) + "23456789");
    EXPECT_TRUE(b.saw_end());
}

TEST(TunnelLimits, a_half_closed_tunnel_that_carries_nothing_is_idle_as_well) {
    many_users world{{.tunnel_idle_timeout = milliseconds{10'000}}};
    auto alice = world.join("alice");
    auto bob = world.join("bob");
    world.agree(alice, bob);
    client& a = world.come(alice, bob);
    client& b = world.come(bob, alice);
    a.end();
    world.net.wait(milliseconds{9'999});
    EXPECT_FALSE(a.is_closed());
    world.net.wait(milliseconds{1});
    EXPECT_TRUE(a.is_closed() && b.saw_end());
    EXPECT_EQ(world.count().tunnels_idle, 1U);
}

TEST(TunnelLimits, a_log_hears_of_each_refusal_with_its_limit_and_of_idle_tunnels) {
    struct recorder final : notice_sink {
        void take(const notice& notice) override { notices.push_back(notice); }
        std::vector<notice> notices;
    } log;
    server core{{.tunnels_max = 1, .tunnel_idle_timeout = milliseconds{10'000}}, &log};
    const time_point now{};
    const auto open = [&](std::initializer_list<packet_view> packets) {
        const connection_id id = core.connect(now);
        for (const packet_view& packet : packets) {
            const std::string bytes = bytes_of(packet);
            core.receive(id, std::as_bytes(std::span{bytes}), now);
        }
        return id;
    };
    const connection_id alice = open({make_cr("alice")});
    const connection_id bob = open({make_cr("bob")});
    const auto say = [&](connection_id user, const packet_view& packet) {
        const std::string bytes = bytes_of(packet);
        core.receive(user, std::as_bytes(std::span{bytes}), now);
    };
    for (int i = 0; i < 2; ++i) {
        say(alice, make_pc("bob"));
        say(bob, make_error(error_code::ok));
        static_cast<void>(open({make_pc("alice"), make_pc("bob")}));
        static_cast<void>(open({make_pc("bob"), make_pc("alice")}));
    }
    core.advance(now + milliseconds{10'000});
    std::erase_if(log.notices, [](const notice& notice) { return notice.kind == notice::event::registered; });
    ASSERT_EQ(log.notices.size(), 2U);
    EXPECT_EQ(log.notices[0].kind, notice::event::tunnel_limit);
    EXPECT_EQ(log.notices[0].limit, tunnel_limit::total);
    EXPECT_EQ(log.notices[0].connection, alice);
    EXPECT_EQ(log.notices[1].kind, notice::event::tunnel_idle);
}

// Processor time of this thread for a fixed number of seats at tunnels of one pair that has `tunnels` of them.
double seconds_for_seats(std::uint32_t tunnels) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    };
    const tunnel_user alice{.pseudo = "alice", .source = from_host(1)};
    const tunnel_user bob{.pseudo = "bob", .source = from_host(2)};
    tunnel_registry tested;
    for (std::uint32_t i = 0; i < tunnels; ++i) {
        const offer_id offer{.sender = {.slot = 0, .generation = 1}, .request_number = i};
        tested.offer(offer, alice, bob);
        if (i % 2 == 0) {
            EXPECT_TRUE(tested.accept(offer, time_point{}).has_value());
        }
    }
    for (std::uint32_t i = 0; i < tunnels / 2; ++i) {
        EXPECT_TRUE(tested.claim({.slot = i, .generation = 1}, alice, "bob"));
    }
    EXPECT_EQ(tested.check_invariants(), "");
    const double start = now();
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        const connection_id end{.slot = tunnels + i, .generation = 1};
        const offer_id offer{.sender = {.slot = 0, .generation = 2}, .request_number = i};
        tested.offer(offer, alice, bob);
        EXPECT_TRUE(tested.claim(end, bob, "alice"));
        EXPECT_TRUE(tested.refuse(offer).has_value());
        tested.remove_end(end);
    }
    return now() - start;
}

// The time of a seat does not follow the number of tunnels that its pair has: 64 times as many would take 64 times as
// long. Of several tries the best counts, since a machine can be busy.
TEST(TunnelRegistry, seats_take_no_longer_when_a_pair_has_many_tunnels) {
    double best_ratio = 1e9;
    for (int i = 0; i < 20 && best_ratio > 4; ++i) {
        const double few = seconds_for_seats(250);
        best_ratio = std::min(best_ratio, seconds_for_seats(16'000) / few);
    }
    EXPECT_LT(best_ratio, 8.0);
}

}  // namespace
}  // namespace chatos::core::test
