// A hint says something about what was really seen: each kind of failure through the machine that finds it.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::make_scenario;
using testing::manual_run;

/// Alice has logged in and expects `expect` after having sent an SMA.
scenario expecting(const std::string& expect) {
    return make_scenario(R"([{"actor": "alice", "login": true},
                             {"actor": "alice", "send": {"packet": "SMA", "message": "hi"}},
                             {"actor": "alice", "expect": )" +
                             expect + "}]",
                         R"("actors": ["alice"],)");
}

class Hint : public ::testing::Test {
protected:
    /// The failure after what `happens` did to alice, who has logged in.
    template <typename Happens>
    static step_failure failure(const std::string& expect, Happens happens) {
        manual_run run{expecting(expect)};
        run.receives("alice", make_error(error_code::ok));
        happens(run);
        if (!run.finished()) {
            throw std::runtime_error{"the scenario did not end"};
        }
        return run.result().failure.value();
    }
    static void expect_hint(const step_failure& failure, const std::string& words) {
        EXPECT_NE(failure.hint.find(words), std::string::npos) << failure.hint;
    }
    const std::string ok_{R"({"packet": "ERROR", "code": 0})"};
    const std::string spm_{R"({"packet": "SPM", "pseudo": "bob", "message": "hi"})"};
};

TEST_F(Hint, silence) {
    const auto waits = [](manual_run& run) { run.wait_for_deadline(); };
    expect_hint(failure(ok_, waits), "no answer came in time");
    expect_hint(failure(spm_, waits), "the delivery never arrived");
    expect_hint(failure(R"({"closed": "fin"})", waits), "the connection stayed open");
}

TEST_F(Hint, reset_instead_of_fin) {
    expect_hint(failure(R"({"closed": "fin"})", [](manual_run& run) { run.closes("alice", true); }),
                "shutdown(SHUT_WR)");
}

TEST_F(Hint, an_end_instead_of_a_packet) {
    expect_hint(failure(ok_, [](manual_run& run) { run.closes("alice"); }), "hung up");
    expect_hint(failure(ok_, [](manual_run& run) { run.closes("alice", true); }), "reset the connection");
    const auto in_the_middle = [](manual_run& run) {
        run.receives_bytes("alice", "\x06");
        run.closes("alice");
    };
    expect_hint(failure(ok_, in_the_middle), "in the middle of a packet");
}

TEST_F(Hint, an_echo_of_the_own_message_and_a_pseudo_the_wrong_way_round) {
    const auto echo = [](manual_run& run) { run.receives("alice", make_spm("alice-t", "hi")); };
    expect_hint(failure(ok_, echo), "echo of the actor's own message");
    expect_hint(failure(spm_, echo), "who sent it, not who receives it");
}

TEST_F(Hint, packets_that_only_clients_send) {
    expect_hint(failure(ok_, [](manual_run& run) { run.receives("alice", make_sma("hi")); }), "never sends SMA");
}

TEST_F(Hint, malformed_bytes) {
    const auto sends = [](const std::string& bytes) {
        return [bytes](manual_run& run) { run.receives_bytes("alice", bytes); };
    };
    expect_hint(failure(ok_, sends("\x09")), "longer or shorter than its sizes say");
    expect_hint(failure(ok_, sends(std::string{"\x03\xff\x00x", 4})), "network byte order");
    expect_hint(failure(ok_, sends("\x06\x63")), "explain WIRE-12");
}

TEST_F(Hint, codes) {
    const auto code = [](error_code which) {
        return [which](manual_run& run) { run.receives("alice", make_error(which)); };
    };
    expect_hint(failure(ok_, code(error_code::refused)), "refused what it must accept");
    expect_hint(failure(R"({"packet": "ERROR", "code": 4})", code(error_code::ok)), "agreed to what it must refuse");
    expect_hint(failure(R"({"packet": "ERROR", "code": 4})", code(error_code::refused)), "its code is not");
    expect_hint(failure(spm_, code(error_code::ok)), "one ERROR too many");
}

TEST_F(Hint, what_nobody_expected_and_too_much_of_it) {
    const auto two_answers = [](manual_run& run) {
        run.receives_all("alice", {make_error(error_code::ok), make_error(error_code::ok), make_error(error_code::ok)});
    };
    expect_hint(failure(ok_, two_answers), "one ERROR too many");
    const auto stray = [](manual_run& run) {
        run.receives_all("alice", {make_error(error_code::ok), make_spm("carol", "hi")});
    };
    expect_hint(failure(ok_, stray), "among the recipients");
}

TEST_F(Hint, a_connection_that_is_refused) {
    scenario scenario = make_scenario(R"([{"actor": "alice", "login": true},
                                      {"actor": "bob", "connect": true}])",
                                      R"("actors": ["alice", "bob"],)");
    manual_run run{scenario};
    run.fails_to_connect("bob", "no luck");
    ASSERT_TRUE(run.finished());
    expect_hint(run.result().failure.value(), "does the server still accept connections");
}

TEST_F(Hint, the_bytes_of_the_only_right_packet_and_the_offset_of_the_wrong_one) {
    const step_failure observed =
        failure(ok_, [](manual_run& run) { run.receives("alice", make_error(error_code::refused)); });
    EXPECT_EQ(observed.expected_hex, "06 00");
    EXPECT_EQ(observed.observed_hex, "06 05");
    EXPECT_EQ(observed.observed_offset, 2U) << "after the answer to the CR";
    EXPECT_EQ(failure(R"({"packet": "ERROR"})", [](manual_run& run) { run.closes("alice"); }).expected_hex, "");
    EXPECT_EQ(failure(R"({"packet": "SPM", "pseudo": "b"})", [](manual_run& run) { run.closes("alice"); }).expected_hex,
              "");
    EXPECT_EQ(failure(spm_, [](manual_run& run) { run.closes("alice"); }).expected_hex,
              "03 00 03 62 6f 62 00 00 00 02 68 69");
}

}  // namespace
}  // namespace chatos::conformance
