// Each property can fail: the checker is told of servers that are wrong on purpose.
#include "session/checker.hpp"
#include "session/session_script.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace chatos::fuzz {
namespace {

using std::chrono::milliseconds;

std::string cr(std::string_view pseudo) {
    return wire_of(1, pseudo, {});
}
std::string rpm(std::string_view pseudo) {
    return wire_of(2, pseudo, {});
}
std::string spm(std::string_view pseudo, std::string_view message) {
    return wire_of(3, pseudo, message);
}
std::string sma(std::string_view message) {
    return wire_of(4, {}, message);
}
std::string pc(std::string_view pseudo) {
    return wire_of(5, pseudo, {});
}

/// A oracle who saw three users come, and a server that a test invents.
class ToldServer : public testing::Test {
protected:
    static core::options small_bounds() {
        core::options bounds;
        bounds.users_max = 3;
        bounds.unregistered_max = 2;
        bounds.timeouts_in_a_row_max = 2;
        bounds.deliveries_unanswered_max = 2;
        return bounds;
    }

    client_number join(std::string_view pseudo) {
        const client_number number = predicted.connect(now);
        says(number, cr(pseudo));
        got(number, wire_of_error(0));
        return number;
    }

    void says(client_number number, std::string_view wire) {
        predicted.receive(number, std::as_bytes(std::span{wire}), now);
    }

    /// The server has sent this and nothing else, which must be right.
    void got(client_number number, std::string_view wire) {
        holds(check_output(predicted, number, wire, true, cause::event));
        predicted.wrote(number, wire.size(), now);
    }

    void wait(milliseconds time) {
        now += time;
        predicted.pass_time(now);
    }

    [[nodiscard]] verdict output(client_number number, std::string_view wire, cause why = cause::event) const {
        return check_output(predicted, number, wire, true, why);
    }

    static void holds(const verdict& broken) { EXPECT_FALSE(broken) << broken->property << ": " << broken->detail; }

    static void is_broken(const verdict& broken, std::string_view property, std::string_view words) {
        ASSERT_TRUE(broken) << "not found: " << words;
        EXPECT_EQ(broken->property, property) << broken->detail;
        EXPECT_NE(broken->detail.find(words), std::string::npos) << broken->detail;
    }

    oracle predicted{small_bounds()};
    moment now{};
    client_number alice{join("alice")};
    client_number bob{join("bob")};
    client_number carol{join("carol")};
};

TEST_F(ToldServer, a_wrong_code) {
    says(alice, rpm("bob"));
    is_broken(output(alice, wire_of_error(4)), "answers",
              "connection 1 was sent ERROR 4 and not ERROR 0 (the answer to its RPM, request 4)");
}

TEST_F(ToldServer, an_answer_that_is_lost) {
    says(alice, rpm("bob"));
    is_broken(output(alice, {}), "answers", "connection 1 was not sent ERROR 0");
}

TEST_F(ToldServer, answers_that_are_swapped) {
    says(alice, rpm("bob") + rpm("nobody"));
    is_broken(output(alice, wire_of_error(4) + wire_of_error(0)), "answers", "was sent ERROR 4 and not ERROR 0");
    holds(output(alice, wire_of_error(0) + wire_of_error(4)));
}

TEST_F(ToldServer, an_answer_before_anybody_has_answered) {
    says(alice, sma("hi"));
    is_broken(output(alice, wire_of_error(0)), "answers", "before its oldest request, SMA (request 4)");
}

TEST_F(ToldServer, an_answer_too_many) {
    says(alice, rpm("bob"));
    got(alice, wire_of_error(0));
    is_broken(output(alice, wire_of_error(0)), "answers", "has no request that waits");
}

TEST_F(ToldServer, an_answer_when_only_one_of_two_recipients_has_answered) {
    says(alice, sma("hi"));
    got(bob, spm("alice", "hi"));
    says(bob, wire_of_error(0));
    is_broken(output(alice, wire_of_error(0)), "answers", "before its oldest request");
    says(carol, wire_of_error(5));
    is_broken(output(alice, wire_of_error(0)), "answers", "was sent ERROR 0 and not ERROR 5");
    holds(output(alice, wire_of_error(5)));
}

TEST_F(ToldServer, a_pc_with_one_answer_or_three) {
    says(alice, pc("bob"));
    got(alice, wire_of_error(0));
    says(bob, wire_of_error(5));
    is_broken(output(alice, {}), "answers", "was not sent ERROR 5 (the answer to its PC");
    is_broken(output(alice, wire_of_error(5) + wire_of_error(5)), "answers", "has no request that waits");
}

TEST_F(ToldServer, an_sma_to_its_sender) {
    says(alice, sma("hi"));
    is_broken(output(alice, spm("alice", "hi")), "delivery", "SPM alice \"hi\" that nobody sent to it");
}

TEST_F(ToldServer, an_sma_to_a_stranger) {
    const client_number stranger = predicted.connect(now);
    says(alice, sma("hi"));
    is_broken(output(stranger, spm("alice", "hi")), "delivery", "connection 4 was sent SPM alice \"hi\"");
}

TEST_F(ToldServer, a_delivery_that_is_lost_or_made_twice) {
    says(alice, sma("hi"));
    is_broken(output(bob, {}), "delivery", "connection 2 was not sent SPM alice \"hi\" (request 4 of connection 1)");
    is_broken(output(bob, spm("alice", "hi") + spm("alice", "hi")), "delivery", "that nobody sent to it");
}

TEST_F(ToldServer, a_delivery_with_another_pseudo_or_text) {
    says(alice, rpm("bob") + spm("bob", "17"));
    is_broken(output(bob, spm("bob", "17")), "delivery", "was sent SPM bob \"17\" and not SPM alice \"17\"");
    is_broken(output(bob, spm("alice", "71")), "delivery", "was sent SPM alice \"71\" and not SPM alice \"17\"");
}

TEST_F(ToldServer, deliveries_out_of_order) {
    says(alice, sma("1"));
    says(alice, sma("2"));
    is_broken(output(bob, spm("alice", "2") + spm("alice", "1")), "order", "which comes first");
}

TEST_F(ToldServer, a_delivery_that_overtakes_an_answer) {
    says(bob, rpm("alice"));
    says(alice, sma("1"));
    is_broken(output(bob, spm("alice", "1") + wire_of_error(0)), "order", "and not ERROR 0");
}

TEST_F(ToldServer, a_time_out_before_its_moment_or_after_it) {
    says(alice, pc("bob"));
    got(alice, wire_of_error(0));
    wait(milliseconds{29'999});
    is_broken(output(alice, wire_of_error(4), cause::time), "time", "before its oldest request, PC");
    wait(milliseconds{1});
    is_broken(output(alice, {}, cause::time), "time", "was not sent ERROR 4 (the answer to its PC");
    holds(output(alice, wire_of_error(4), cause::time));
}

TEST_F(ToldServer, a_late_answer_that_answers_the_next) {
    says(alice, rpm("bob") + spm("bob", "1"));
    got(alice, wire_of_error(0));
    wait(milliseconds{5'000});
    got(alice, wire_of_error(4));
    says(alice, spm("bob", "2"));
    says(bob, wire_of_error(0));
    is_broken(output(alice, wire_of_error(0)), "answers", "before its oldest request, SPM");
}

TEST_F(ToldServer, deadlines_that_are_late_or_stay) {
    says(alice, pc("bob"));
    holds(check_deadline(predicted, now + milliseconds{30'000}, now));
    is_broken(check_deadline(predicted, now + milliseconds{30'001}, now), "time", "1000000 ns too late");
    is_broken(check_deadline(predicted, std::nullopt, now), "time", "not at all");
    is_broken(check_deadline(predicted, now, now), "time", "in the past");
}

TEST_F(ToldServer, what_is_no_packet_or_none_of_a_server) {
    says(alice, rpm("bob"));
    is_broken(output(alice, "\x06\x03"), "wire", "bytes 06 03");
    is_broken(output(alice, rpm("bob")), "wire", "what no server sends: RPM bob");
    is_broken(output(bob, "\x03"), "wire", "what is no packet");
}

TEST_F(ToldServer, more_users_or_strangers_than_the_bounds) {
    const client_number dave = predicted.connect(now);
    says(dave, cr("dave"));
    is_broken(output(dave, wire_of_error(0)), "answers", "was sent ERROR 0 and not ERROR 2");
    holds(check_accepts(predicted, true));
    static_cast<void>(predicted.connect(now));
    is_broken(check_accepts(predicted, true), "bounds", "while there are 5, 3 of them users");
}

TEST_F(ToldServer, a_delivery_beyond_the_bound) {
    says(alice, rpm("bob") + spm("bob", "1") + spm("bob", "2") + spm("bob", "3"));
    is_broken(output(bob, spm("alice", "1") + spm("alice", "2") + spm("alice", "3")), "delivery",
              "SPM alice \"3\" that nobody sent");
    core::statistics counts = predicted.counts();
    EXPECT_EQ(counts.deliveries_without_room, 1U);
    counts.deliveries_without_room = 0;
    is_broken(check_counts(predicted, counts), "bounds", "deliveries without room are 0 and not 1");
}

TEST_F(ToldServer, one_who_is_read_beyond_the_bound) {
    for (unsigned count = 0; count < 2'047; ++count) {
        holds(check_wants_input(predicted, alice, true, cause::event));
        says(alice, cr("alice"));
    }
    is_broken(check_wants_input(predicted, alice, true, cause::event), "bounds", "is read with 2047 answers to come");
}

TEST_F(ToldServer, one_who_stays_after_too_many_time_outs) {
    says(alice, sma("1"));
    says(alice, sma("2"));
    got(bob, spm("alice", "1") + spm("alice", "2"));
    wait(milliseconds{10'000});
    is_broken(check_close_action(predicted, bob, core::close_action::none, false, cause::time), "time",
              "connection 2 is to stay and not to be shut down");
    is_broken(check_close_action(predicted, bob, core::close_action::close, false, cause::event), "closing",
              "is to be closed");
}

TEST_F(ToldServer, counts_that_do_not_balance_or_are_wrong) {
    says(alice, sma("hi"));
    core::statistics counts = predicted.counts();
    holds(check_counts(predicted, counts));
    ++counts.requests_answered;
    is_broken(check_counts(predicted, counts), "ledger", "answered + abandoned + pending");
    --counts.requests_pending;
    is_broken(check_counts(predicted, counts), "ledger", "requests answered are 4 and not 3");
    counts = predicted.counts();
    --counts.deliveries_waiting;
    is_broken(check_counts(predicted, counts), "ledger", "timed out + left + waiting");
    ++counts.deliveries_answered;
    is_broken(check_counts(predicted, counts), "ledger", "deliveries answered are 1 and not 0");
    counts = predicted.counts();
    ++counts.packets_by_opcode[6];
    is_broken(check_counts(predicted, counts), "ledger", "other packets");
}

TEST_F(ToldServer, something_that_never_ends) {
    says(alice, sma("hi"));
    is_broken(check_rest(predicted, predicted.counts(), 3), "rest", "1 requests and 2 deliveries wait");
    says(bob, wire_of_error(0));
    says(carol, wire_of_error(0));
    holds(check_rest(predicted, predicted.counts(), 3));
    is_broken(check_rest(predicted, predicted.counts(), 4), "rest", "4 connections are kept and not 3");
    predicted.end_of_input(bob, now);
    is_broken(check_rest(predicted, predicted.counts(), 3), "rest", "connection 2 should be gone");
    is_broken(check_nothing_is_left({}, 1, false), "rest", "1 connections, 0 users and no deadline are left");
    is_broken(check_nothing_is_left({}, 0, true), "rest", "a deadline");
    holds(check_nothing_is_left({}, 0, false));
}

// Alice and bob owe each other an answer, and both are closed for time-outs at the same moment: whether alice's request
// is answered before she is closed is open, and that bob gets nothing but answers is not.
TEST_F(ToldServer, what_the_rules_leave_open) {
    says(alice, rpm("bob") + spm("bob", "1") + spm("bob", "2"));
    got(alice, wire_of_error(0));
    says(bob, rpm("alice") + spm("alice", "3") + spm("alice", "4"));
    wait(milliseconds{5'000});
    got(alice, spm("bob", "3") + spm("bob", "4") + wire_of_error(4));
    wait(milliseconds{5'000});
    EXPECT_FALSE(predicted.counts_are_exact());
    holds(output(alice, {}));
    holds(output(alice, wire_of_error(4)));
    is_broken(output(alice, wire_of_error(4) + wire_of_error(4) + wire_of_error(4)), "answers", "more answers");
    is_broken(output(alice, spm("bob", "3")), "delivery", "was closed and then sent SPM bob \"3\"");
}

}  // namespace
}  // namespace chatos::fuzz
