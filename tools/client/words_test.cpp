#include "client/words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::client {
namespace {

std::string line_of(const session_event& event) {
    return plain_text(in_words(event));
}

std::string answer(request_kind kind, answered_packet packet, error_code code) {
    return meaning(answer_came{1, kind, "bob", packet, code, true});
}

TEST(Words, a_message_is_a_name_and_its_text) {
    EXPECT_EQ(line_of(message_came{"bob", "hello"}), "bob: hello");
    EXPECT_EQ(line_of(private_text{"bob", "hello"}), "(bob) hello");
    EXPECT_EQ(line_of(message_came{"* you", "\x1b[31m"}), "\"* you\": \\x1b[31m");
    EXPECT_EQ(line_of(message_came{"\u2764\ufe0f", "\u0645\u06cc\u200c\u062e \U0001f468\u200d\U0001f469"}),
              "\u2764\ufe0f: \u0645\u06cc\u200c\u062e \U0001f468\u200d\U0001f469");
    EXPECT_EQ(line_of(message_came{"a\u200db", "x"}), "\"a\\u{200d}b\": x") << "not to be taken for ab";
}

TEST(Words, say_what_each_answer_means) {
    using enum answered_packet;
    EXPECT_EQ(answer(request_kind::say, sma, error_code::ok), "everybody has your message");
    EXPECT_EQ(answer(request_kind::message, rpm, error_code::unreachable), "nobody is called bob");
    EXPECT_EQ(answer(request_kind::message, rpm, error_code::refused), "bob cannot be written to: refused");
    EXPECT_EQ(answer(request_kind::message, spm, error_code::ok), "bob has your message");
    EXPECT_EQ(answer(request_kind::message, spm, error_code::refused), "bob refused your message");
    EXPECT_EQ(answer(request_kind::private_contact, pc, error_code::ok), "bob is being asked");
    EXPECT_EQ(answer(request_kind::private_contact, pc, error_code::unreachable), "nobody is called bob");
    EXPECT_EQ(answer(request_kind::private_contact, pc_decision, error_code::ok), "bob accepts");
    EXPECT_EQ(answer(request_kind::private_contact, pc_decision, error_code::refused), "bob refuses");
    EXPECT_EQ(answer(request_kind::private_contact, pc_decision, error_code::unreachable),
              "bob left, or did not decide in time");
    EXPECT_EQ(answer(request_kind::say, sma, error_code::out_of_capacity), "no: the answer is 2, OUT_OF_CAPACITY");
}

TEST(Words, say_how_it_ended_and_what_to_do) {
    EXPECT_EQ(meaning(session_ended{end_reason::pseudo_taken, ""}, "bob"),
              "the pseudo bob is taken; choose another with --pseudo");
    EXPECT_EQ(meaning(session_ended{end_reason::lost, "the server closed it"}, "bob"),
              "the connection is lost: the server closed it; start the client again");
}

TEST(Words, no_line_of_ours_can_be_taken_for_a_message) {
    EXPECT_EQ(line_of(notice{"one\ntwo", false}), "* one\n* two");
    EXPECT_EQ(line_of(contact_asked{"bob", std::chrono::milliseconds{25'000}}),
              "* bob asks for a private connection: /accept bob or /refuse bob within 25 s");
}

TEST(Words, sizes_are_rounded_for_people) {
    EXPECT_EQ(size_text(0), "0 bytes");
    EXPECT_EQ(size_text(1), "1 byte");
    EXPECT_EQ(size_text(999), "999 bytes");
    EXPECT_EQ(size_text(1'234), "1.2 kB");
    EXPECT_EQ(size_text(999'950), "1.0 MB");
    EXPECT_EQ(size_text(12'300'000), "12.3 MB");
}

}  // namespace
}  // namespace chatos::client
