// Which layout rule a server's malformed bytes break.
#include "testing/trace_builder.hpp"

namespace chatos::conformance {
namespace {

using namespace std::string_view_literals;
using testing::trace_builder;

/// What the server sends after `previous`, which is read as malformed by `rule`.
std::string rules_of(const model_packet& previous, std::string_view rule, std::string_view bytes,
                     bool is_closed = true) {
    trace_builder sent;
    sent.login(0, "alice").login(1, "bob").client(1, {opcode::sma, "", previous.message, 0});
    if (previous.op == opcode::error) {
        sent.client(0, trace_builder::rpm("nobody"));
    }
    sent.server(0, previous).malformed_bytes(0, side::server, rule, bytes).end(0, side::client);
    if (is_closed) {
        sent.end(0, side::server);
    }
    return sent.server_rules();
}

TEST(JudgeServerLayout, bytes_between_two_packets_belong_to_the_one_before) {
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-1", "\0"sv), "WIRE-5");
    EXPECT_EQ(rules_of(trace_builder::spm("bob", "hi"), "WIRE-1", "x"), "WIRE-3");
    EXPECT_EQ(rules_of(trace_builder::spm("bob", "h\xC3\xA9"), "WIRE-1", "x"), "WIRE-7");
}

TEST(JudgeServerLayout, a_size_beyond_all_limits_breaks_the_layout_once_the_server_has_closed) {
    const std::string_view little_endian = "\x03\0\x03"
                                           "bob"
                                           "\x02\0\0\0"
                                           "hi"sv;
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-14", little_endian), "WIRE-6");
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-14", little_endian, false), "") << "the rest may still come";
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-14",
                       "\x05"
                       "bob"),
              "WIRE-2");
}

TEST(JudgeServerLayout, an_empty_pseudo_is_one_only_if_its_message_follows) {
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-9", "\x03\0\0\0\0\0\x02hi"sv), "WIRE-9");
    EXPECT_EQ(rules_of(trace_builder::error(4), "WIRE-9",
                       "\x03\0\0\0\x02hi\0\x03"
                       "bob"sv),
              "WIRE-3");
}

}  // namespace
}  // namespace chatos::conformance
