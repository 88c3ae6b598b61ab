// What the loads notice when a server is wrong, and that they are content with one that is right.
#include "bench/chatos_dialect.hpp"
#include "bench/message_load.hpp"
#include "bench/registration_load.hpp"
#include "bench/scripted_server.hpp"

#include <gtest/gtest.h>

namespace chatos::bench::testing {
namespace {

using namespace std::string_literals;

const std::string ok = "\x06\x00"s;
const std::string message_of_sender_0 = "\x03\x00\x02u0\x00\x00\x00\x04"
                                        "0000"s;

constexpr workload one_and_one{.senders = 1, .receivers = 1, .message_bytes = 4, .in_flight = 1};

message_figures send_one_message(script steps) {
    const scripted_server server{std::move(steps)};
    const target_result target = parse_target(server.address());
    chatos_dialect spoken{one_and_one, "u"};
    return message_load{spoken, target.address, {.load = one_and_one, .measured = {.messages = 1}}}.run();
}

registration_figures register_one_user(const std::string& answer, bool closes) {
    const scripted_server server{{.first_login = answer, .closes = closes}};
    const target_result target = parse_target(server.address());
    const workload nobody{.senders = 0, .receivers = 0};
    chatos_dialect spoken{nobody, "u"};
    return registration_load{spoken, target.address, {.users = 1, .at_once = 1}}.run();
}

TEST(message_load, counts_a_message_that_is_answered_after_its_acknowledgement) {
    const message_figures figures =
        send_one_message({.first_login = ok, .second_login = ok, .to_second = message_of_sender_0, .to_first = ok});
    EXPECT_EQ(figures.fault, "");
    EXPECT_EQ(figures.messages, 1U);
    EXPECT_EQ(figures.deliveries, 1U);
    EXPECT_EQ(figures.latencies.count(), 1U);
    EXPECT_FALSE(figures.used.server_cpu_ns);
}

TEST(message_load, notices_an_answer_before_the_message_has_arrived) {
    const message_figures figures = send_one_message({.first_login = ok, .second_login = ok, .then_to_first = ok});
    EXPECT_EQ(figures.fault, "sender 0: an answer before all recipients had the message");
    EXPECT_EQ(figures.messages, 0U);
}

TEST(message_load, notices_a_message_that_comes_twice) {
    const message_figures figures = send_one_message(
        {.first_login = ok, .second_login = ok, .to_second = message_of_sender_0 + message_of_sender_0});
    EXPECT_EQ(figures.fault, "receiver 0: a message that was not sent, or comes twice");
}

TEST(message_load, notices_a_message_before_any_is_sent) {
    const message_figures figures =
        send_one_message({.first_login = ok, .second_login = ok + message_of_sender_0, .closes = true});
    EXPECT_EQ(figures.fault, "receiver 0: a message that was not sent, or comes twice");
}

TEST(message_load, notices_a_message_that_comes_back_to_its_sender) {
    const message_figures figures =
        send_one_message({.first_login = ok, .second_login = ok, .then_to_first = message_of_sender_0});
    EXPECT_EQ(figures.fault, "sender 0: a message for somebody else");
}

TEST(message_load, notices_answers_to_nothing) {
    EXPECT_EQ(send_one_message({.first_login = ok, .second_login = ok, .to_second = ok}).fault,
              "receiver 0: an answer to nothing");
    EXPECT_EQ(send_one_message({.first_login = ok + ok, .closes = true}).fault, "sender 0: an answer to nothing");
}

TEST(message_load, notices_a_server_that_closes) {
    EXPECT_EQ(send_one_message({.first_login = "\x06"s, .closes = true}).fault,
              "sender 0: the server closed within a packet");
    EXPECT_EQ(send_one_message({.first_login = ""s, .closes = true}).fault,
              "sender 0: the server closed the connection");
}

TEST(registration_load, counts_a_user_that_came_and_went) {
    const registration_figures figures = register_one_user(ok, false);
    EXPECT_EQ(figures.fault, "");
    EXPECT_EQ(figures.registrations, 1U);
    EXPECT_EQ(figures.latencies.count(), 1U);
}

TEST(registration_load, notices_more_than_an_answer_and_less) {
    EXPECT_EQ(register_one_user(ok + ok, false).fault, "user 0: more than the answer to its login");
    EXPECT_EQ(register_one_user("", true).fault, "user 0: the server closed the connection before it answered");
    EXPECT_EQ(register_one_user("\x06\x01"s, false).fault, "user 0: an answer that is not 0: ERROR 1 PSEUDO_TAKEN");
}

}  // namespace
}  // namespace chatos::bench::testing
