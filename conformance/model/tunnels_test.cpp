// TUN: private connections that the model carries.
#include "testing/model_run.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::lines;
using testing::model_run;

model_settings with_tunnels() {
    model_settings settings;
    settings.tunnels = true;
    settings.tunnel_timeout = 3s;
    return settings;
}

/// Alice has offered a private connection to bob.
struct offered_run : model_run {
    offered_run() : model_run{with_tunnels()} {
        joins({"alice", "bob"});
        (void)sends("alice", make_pc("bob"));
    }
    /// Connects an unregistered client and sends the two PCs of a tunnel end.
    lines comes(const std::string& client, const std::string& own, const std::string& peer) {
        connects(client);
        lines all = sends(client, make_pc(own));
        const lines second = sends(client, make_pc(peer));
        all.insert(all.end(), second.begin(), second.end());
        return all;
    }
};

struct accepted_run : offered_run {
    accepted_run() { (void)answers("bob", 0); }
};

struct open_run : accepted_run {
    open_run() {
        (void)comes("a", "alice", "bob");
        (void)comes("b", "bob", "alice");
    }
};

TEST(ModelTunnels, opens_when_both_ends_are_there_and_relays_what_is_no_packet) {
    accepted_run run;
    EXPECT_EQ(run.comes("a", "alice", "bob"), lines{});
    EXPECT_EQ(run.comes("b", "bob", "alice"), (lines{"a < ERROR 0", "b < ERROR 0"}));
    EXPECT_EQ(run.sends_bytes("a", "\x09zz"), (lines{"b < 3 bytes"}));
    EXPECT_EQ(run.sends("b", make_spm("alice", "not acted on")), (lines{"a < SPM alice not acted on"}));
}

TEST(ModelTunnels, an_end_waits_for_the_decision_and_what_it_has_sent_comes_out_behind_it) {
    offered_run run;
    EXPECT_EQ(run.comes("a", "alice", "bob"), lines{});
    EXPECT_EQ(run.sends_bytes("a", "early"), lines{});
    EXPECT_EQ(run.comes("b", "bob", "alice"), lines{});
    EXPECT_EQ(run.answers("bob", 0), (lines{"a < ERROR 0", "b < ERROR 0", "b < 5 bytes", "alice < ERROR 0"}));
}

TEST(ModelTunnels, an_end_of_a_refused_pair_gets_4) {
    offered_run run;
    (void)run.comes("a", "alice", "bob");
    EXPECT_EQ(run.answers("bob", 5), (lines{"a < ERROR 4", "a closed", "alice < ERROR 5"}));
}

TEST(ModelTunnels, an_end_whose_peer_does_not_come_gets_4) {
    accepted_run run;
    (void)run.comes("a", "alice", "bob");
    EXPECT_EQ(run.wait(3s), (lines{"a < ERROR 4", "a closed"}));
}

TEST(ModelTunnels, a_taken_end_gets_4_and_so_does_who_comes_after_the_tunnel_has_opened) {
    accepted_run run;
    (void)run.comes("a", "alice", "bob");
    EXPECT_EQ(run.comes("c", "alice", "bob"), (lines{"c < ERROR 4", "c closed"}));
    (void)run.comes("b", "bob", "alice");
    EXPECT_EQ(run.comes("d", "alice", "bob"), (lines{"d < ERROR 4", "d closed"}));
}

TEST(ModelTunnels, an_end_without_an_offer_gets_5_even_if_it_registers_later) {
    accepted_run run;
    run.connects("x");
    EXPECT_EQ(run.sends("x", make_pc("nobody")), (lines{"x < ERROR 5"}));
    run.connects("y");
    EXPECT_EQ(run.sends("y", make_pc("alice")), lines{});
    EXPECT_EQ(run.sends("y", make_cr("yves")), (lines{"y < ERROR 5", "y < ERROR 0"}));
}

TEST(ModelTunnels, a_half_close_goes_through_and_both_close_the_tunnel) {
    open_run run;
    EXPECT_EQ(run.half_closes("a"), (lines{"b ended"}));
    EXPECT_EQ(run.sends_bytes("b", "!"), (lines{"a < 1 bytes"}));
    EXPECT_EQ(run.half_closes("b"), (lines{"b closed", "a closed"}));
}

TEST(ModelTunnels, a_lost_end_closes_its_partner_and_leaving_the_server_does_not) {
    open_run run;
    EXPECT_EQ(run.half_closes("alice"), (lines{"alice closed"}));
    EXPECT_EQ(run.sends_bytes("a", "!"), (lines{"b < 1 bytes"}));
    EXPECT_EQ(run.is_reset("a"), (lines{"b closed"}));
}

TEST(ModelTunnels, without_the_extension_a_pc_before_registration_is_refused) {
    model_run run;
    run.joins({"alice", "bob"});
    (void)run.sends("alice", make_pc("bob"));
    (void)run.answers("bob", 0);
    run.connects("a");
    EXPECT_EQ(run.sends("a", make_pc("alice")), (lines{"a < ERROR 5"}));
}

}  // namespace
}  // namespace chatos::conformance
