#include "client/session.hpp"
#include "client/testing/played_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::client {
namespace {

using namespace std::chrono_literals;
using testing::bytes_of;
using testing::played_session;
using lines = std::vector<std::string>;

TEST(Registration, cr_is_the_first_packet_and_nothing_else_goes_before_its_answer_CLI_1) {
    played_session alice;
    EXPECT_EQ(alice.say("early"), 1U);
    EXPECT_EQ(alice.message("bob", "early"), 2U);
    EXPECT_EQ(alice.sent(), lines{"CR alice"});
    EXPECT_EQ(alice.take_lines(), (lines{"waits 1 after 0", "waits 2 after 1"}));
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.sent(), lines{"SMA early"});
    EXPECT_EQ(alice.take_lines(), lines{"registered alice"});
}

TEST(Registration, each_refusal_ends_the_session_with_its_reason) {
    for (const auto& [code, reason] : {std::pair{error_code::pseudo_taken, "ended taken"},
                                       {error_code::out_of_capacity, "ended full"},
                                       {error_code::unreachable, "ended refused: it answered UNREACHABLE"},
                                       {error_code::refused, "ended refused: it answered REFUSED"}}) {
        played_session alice;
        alice.answer(code);
        EXPECT_EQ(alice.take_lines(), lines{reason});
        EXPECT_TRUE(alice.tested.is_over());
        EXPECT_EQ(alice.say("late"), 0U);
        EXPECT_EQ(alice.sent(), lines{"CR alice"});
    }
}

TEST(Registration, a_server_that_never_answers_is_given_up) {
    played_session alice;
    alice.pass(59'999ms);
    EXPECT_EQ(alice.take_lines(), lines{});
    EXPECT_EQ(alice.tested.deadline(), instant{60'000ms});
    alice.pass(1ms);
    EXPECT_EQ(alice.take_lines(), lines{"ended silent: no answer for 60000 ms"});
}

TEST(Deliveries, each_spm_is_answered_once_CLI_2) {
    played_session alice;
    alice.join();
    alice.receive(make_spm("bob", "hi"));
    alice.receive(make_spm("bob", ""));
    EXPECT_EQ(alice.take_lines(), (lines{"bob: hi", "bob: "}));
    EXPECT_EQ(alice.sent(), (lines{"ERROR 0", "ERROR 0"}));
}

TEST(Deliveries, a_contact_is_answered_0_or_5_CLI_3) {
    played_session alice;
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_pc("carol"));
    EXPECT_TRUE(alice.tested.decide("bob", true));
    EXPECT_TRUE(alice.tested.decide("carol", false));
    EXPECT_EQ(alice.sent(), (lines{"ERROR 0", "ERROR 5"}));
    EXPECT_EQ(alice.take_lines(),
              (lines{"asked by bob", "asked by carol", "accepted bob by person", "refused carol by person"}));
    EXPECT_FALSE(alice.tested.decide("bob", true));
}

TEST(Deliveries, are_answered_while_our_own_request_waits_CLI_6) {
    played_session alice;
    alice.join();
    alice.say("hello");
    alice.receive(make_spm("bob", "hi"));
    EXPECT_EQ(alice.sent(), (lines{"SMA hello", "ERROR 0"}));
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.take_lines(), (lines{"bob: hi", "answer 1 SMA 0"}));
}

TEST(Deliveries, after_an_undecided_contact_are_shown_at_once_and_answered_after_it_FLOW_2) {
    played_session alice;
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_spm("carol", "one"));
    alice.receive(make_pc("dave"));
    alice.receive(make_spm("carol", "two"));
    EXPECT_EQ(alice.take_lines(), (lines{"asked by bob", "carol: one", "asked by dave", "carol: two"}));
    EXPECT_EQ(alice.sent(), lines{});
    EXPECT_TRUE(alice.tested.decide("dave", true));
    EXPECT_EQ(alice.sent(), lines{});
    EXPECT_TRUE(alice.tested.decide("bob", false));
    EXPECT_EQ(alice.sent(), (lines{"ERROR 5", "ERROR 0", "ERROR 0", "ERROR 0"}));
}

TEST(Deliveries, an_undecided_contact_is_refused_in_time_and_a_late_decision_answers_nothing_FLOW_4) {
    played_session alice;
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_spm("carol", "hi"));
    EXPECT_EQ(alice.tested.deadline(), instant{25'000ms});
    alice.pass(24'999ms);
    EXPECT_EQ(alice.sent(), lines{});
    alice.pass(1ms);
    EXPECT_EQ(alice.sent(), (lines{"ERROR 5", "ERROR 0"}));
    EXPECT_FALSE(alice.tested.decide("bob", true));
    EXPECT_EQ(alice.sent(), lines{});
    EXPECT_EQ(alice.tested.deadline(), std::nullopt);
}

TEST(Deliveries, of_one_name_that_asks_twice_the_older_is_decided_first) {
    played_session alice;
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_pc("bob"));
    EXPECT_EQ(alice.tested.undecided().size(), 2U);
    EXPECT_TRUE(alice.tested.decide("bob", true));
    EXPECT_EQ(alice.sent(), lines{"ERROR 0"});
    EXPECT_TRUE(alice.tested.decide("bob", false));
    EXPECT_EQ(alice.sent(), lines{"ERROR 5"});
}

TEST(Deliveries, that_wait_are_bounded_by_refusing_the_oldest_contact) {
    session_options options;
    options.unanswered_max = 3;
    played_session alice{options};
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_spm("carol", "1"));
    alice.receive(make_pc("dave"));
    EXPECT_EQ(alice.sent(), lines{});
    alice.receive(make_spm("carol", "2"));
    EXPECT_EQ(alice.sent(), (lines{"ERROR 5", "ERROR 0"}));
    EXPECT_EQ(alice.take_lines().back(), "refused bob by crowd");
    EXPECT_EQ(alice.tested.undecided().size(), 1U);
}

TEST(Requests, a_message_asks_first_each_time_CLI_4) {
    played_session alice;
    alice.join();
    alice.message("bob", "hi");
    EXPECT_EQ(alice.sent(), lines{"RPM bob"});
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.sent(), lines{"SPM bob hi"});
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.take_lines(), (lines{"answer 1 RPM 0 continues", "answer 1 SPM 0"}));
    alice.message("bob", "again");
    EXPECT_EQ(alice.sent(), lines{"RPM bob"});
}

TEST(Requests, no_message_after_an_unfavourable_answer_CLI_4) {
    for (const error_code code :
         {error_code::pseudo_taken, error_code::out_of_capacity, error_code::unreachable, error_code::refused}) {
        played_session alice;
        alice.join();
        alice.message("bob", "hi");
        alice.say("next");
        alice.answer(code);
        EXPECT_EQ(alice.sent(), (lines{"RPM bob", "SMA next"}));
    }
}

TEST(Requests, one_at_a_time_and_both_answers_of_a_contact_CLI_5) {
    played_session alice;
    alice.join();
    alice.contact("bob");
    alice.say("after");
    EXPECT_EQ(alice.sent(), lines{"PC bob"});
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.sent(), lines{});
    alice.answer(error_code::refused);
    EXPECT_EQ(alice.sent(), lines{"SMA after"});
    EXPECT_EQ(alice.take_lines(), (lines{"waits 2 after 1", "answer 1 PC 0 continues", "answer 1 decision 5"}));
}

TEST(Requests, a_contact_that_cannot_be_asked_has_one_answer_PC_2) {
    played_session alice;
    alice.join();
    alice.contact("bob");
    alice.answer(error_code::unreachable);
    EXPECT_EQ(alice.take_lines(), lines{"answer 1 PC 4"});
    EXPECT_TRUE(alice.tested.is_idle());
}

TEST(Requests, that_wait_are_bounded) {
    session_options options;
    options.requests_max = 2;
    played_session alice{options};
    alice.join();
    EXPECT_EQ(alice.say("under way"), 1U);
    EXPECT_EQ(alice.say("first"), 2U);
    EXPECT_TRUE(alice.tested.has_room());
    EXPECT_EQ(alice.say("second"), 3U);
    EXPECT_FALSE(alice.tested.has_room());
    EXPECT_EQ(alice.say("too many"), 0U);
    alice.answer(error_code::ok);
    EXPECT_EQ(alice.say("fits again"), 4U);
}

TEST(Requests, an_answer_that_never_comes_ends_the_session) {
    played_session alice;
    alice.join();
    alice.pass(100'000ms);
    EXPECT_FALSE(alice.tested.is_over());
    alice.contact("bob");
    alice.pass(59'000ms);
    alice.answer(error_code::ok);
    alice.pass(59'000ms);
    EXPECT_FALSE(alice.tested.is_over());
    alice.pass(1'000ms);
    EXPECT_TRUE(alice.tested.is_over());
}

TEST(Requests, that_no_packet_can_carry_are_told_before_they_are_sent) {
    const chatos::limits bounds;
    const std::string long_name(256, 'n');
    const std::string long_text(65'537, 't');
    EXPECT_EQ(session::find_fault(request_kind::say, "", "hi", bounds), "");
    EXPECT_EQ(session::find_fault(request_kind::message, "bob", "hi", bounds), "");
    EXPECT_EQ(session::find_fault(request_kind::message, long_name, "hi", bounds),
              "the name has 256 bytes, and at most 255 can be sent");
    EXPECT_EQ(session::find_fault(request_kind::message, "bob", long_text, bounds),
              "the message has 65537 bytes, and at most 65536 can be sent");
    EXPECT_EQ(session::find_fault(request_kind::say, "", "\xff", bounds), "the message is not UTF-8");
    EXPECT_EQ(session::find_fault(request_kind::private_contact, "\xc0\x80", "", bounds), "the name is not UTF-8");
    EXPECT_EQ(session::find_fault(request_kind::private_contact, "", "", bounds), "the name is empty");
}

TEST(BrokenServer, what_no_server_may_send_ends_the_session_CLI_8) {
    const std::string pseudo = "bob";
    for (const packet_view& wrong : {make_cr(pseudo), make_rpm(pseudo), make_sma("hi")}) {
        played_session alice;
        alice.join();
        alice.receive(wrong);
        const lines printed = alice.take_lines();
        ASSERT_EQ(printed.size(), 1U);
        EXPECT_TRUE(printed[0].starts_with("ended broken: the server sent a packet that only clients send"))
            << printed[0];
        alice.receive(make_spm("bob", "hi"));
        EXPECT_EQ(alice.take_lines(), lines{});
        EXPECT_EQ(alice.sent(), lines{});
    }
}

TEST(BrokenServer, malformed_bytes_end_the_session_with_the_rule_and_the_offset_CLI_8) {
    played_session alice;
    alice.join();
    std::vector<std::byte> bytes = bytes_of(make_spm("bob", "hi"));
    bytes.push_back(std::byte{0x09});
    bytes.push_back(std::byte{0x03});
    alice.tested.receive(bytes, alice.now);
    EXPECT_EQ(alice.take_lines(),
              (lines{"bob: hi", "ended broken: the server sent malformed bytes at offset 14: no packet "
                                "has this opcode; 1 to 6 are assigned (WIRE-1)"}));
    EXPECT_EQ(alice.sent(), lines{"ERROR 0"});
}

TEST(BrokenServer, an_answer_to_nothing_ends_the_session) {
    played_session alice;
    alice.join();
    alice.answer(error_code::refused);
    EXPECT_EQ(alice.take_lines(), lines{"ended broken: the server sent an answer to nothing: ERROR 5"});
}

TEST(BrokenServer, deliveries_before_the_registration_are_not_answered_CLI_1) {
    for (const packet_view& early : {make_spm("bob", "hi"), make_pc("bob")}) {
        played_session alice;
        alice.receive(early);
        EXPECT_TRUE(alice.tested.is_over());
        EXPECT_EQ(alice.sent(), lines{"CR alice"});
    }
}

TEST(Leaving, refuses_what_is_undecided_so_that_everything_has_its_answer) {
    played_session alice;
    alice.join();
    alice.receive(make_pc("bob"));
    alice.receive(make_spm("carol", "hi"));
    static_cast<void>(alice.take_lines());
    alice.tested.leave();
    EXPECT_EQ(alice.sent(), (lines{"ERROR 5", "ERROR 0"}));
    EXPECT_EQ(alice.take_lines(), (lines{"refused bob by leaving", "ended left"}));
    alice.tested.lose("late");
    EXPECT_EQ(alice.take_lines(), lines{});
}

TEST(Leaving, a_lost_connection_is_told) {
    played_session alice;
    alice.join();
    alice.tested.lose("the server closed it");
    EXPECT_EQ(alice.take_lines(), lines{"ended lost: the server closed it"});
}

TEST(Backpressure, nothing_is_to_be_read_while_too_much_is_unsent) {
    session_options options;
    options.output_bytes_max = 4;
    played_session alice{options};
    alice.join();
    alice.receive(make_spm("bob", "1"));
    EXPECT_TRUE(alice.tested.wants_input());
    alice.receive(make_spm("bob", "2"));
    EXPECT_FALSE(alice.tested.wants_input());
    alice.tested.sent(1);
    EXPECT_TRUE(alice.tested.wants_input());
}

}  // namespace
}  // namespace chatos::client
