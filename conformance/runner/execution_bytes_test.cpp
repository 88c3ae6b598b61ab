// Bytes that are no packets: the far end of a tunnel.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::make_scenario;
using testing::manual_run;
using testing::wire;

/// Alice's end gets ERROR 0, then "hello", then `more`.
struct tunnel_run : manual_run {
    explicit tunnel_run(const std::string& more = "")
        : manual_run{make_scenario(R"([{"actor": "alice", "connect": true},
                                    {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
                                    {"actor": "alice", "expect": {"bytes": {"raw": "'hello'"}}})" +
                                   more + "]")} {}
};

std::string failure_of(manual_run& run) {
    if (!run.finished()) {
        return "not finished";
    }
    const outcome result = run.result();
    return result.failure ? result.failure->expected + "; " + result.failure->observed : "";
}

TEST(ExecutionBytes, come_in_any_pieces_also_with_the_packet_before_them) {
    for (const std::string& remaining : {std::string{"hello"}, std::string{"he"}, std::string{}}) {
        tunnel_run run;
        run.receives_bytes("alice", wire(make_error(error_code::ok)) + remaining);
        for (std::size_t at = remaining.size(); at < 5; ++at) {
            run.receives_bytes("alice", std::string{"hello"}.substr(at, 1));
        }
        run.closes("alice");
        EXPECT_EQ(failure_of(run), "") << remaining;
    }
}

TEST(ExecutionBytes, that_differ_or_are_missing_or_too_many_fail) {
    tunnel_run other;
    other.receives_bytes("alice", wire(make_error(error_code::ok)) + "help!");
    EXPECT_EQ(failure_of(other), "alice receives bytes \"hello\"; alice received 5 bytes \"help!\"");
    tunnel_run missing;
    missing.receives_bytes("alice", wire(make_error(error_code::ok)) + "hel");
    missing.wait(2s);
    EXPECT_EQ(failure_of(missing), "alice receives 2 more of the bytes \"hello\"; nothing came for 2000 ms");
    tunnel_run more;
    more.receives_bytes("alice", wire(make_error(error_code::ok)) + "hello!");
    EXPECT_EQ(failure_of(more), "alice receives nothing more; alice received 1 byte \"!\"");
    tunnel_run ended;
    ended.receives_bytes("alice", wire(make_error(error_code::ok)) + "hel");
    ended.closes("alice");
    EXPECT_EQ(failure_of(ended), "alice receives bytes \"hello\"; alice received the end of the connection (FIN)");
}

TEST(ExecutionBytes, that_look_like_packets_are_not_taken_for_any) {
    manual_run run{make_scenario(R"([{"actor": "alice", "connect": true},
                                   {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
                                   {"actor": "alice", "expect": {"bytes": [{"packet": "ERROR", "code": 4}, {"raw": "x:09"}]}}])")};
    run.receives_bytes("alice", wire(make_error(error_code::ok)) + wire(make_error(error_code::unreachable)) + "\x09");
    run.closes("alice");
    EXPECT_EQ(failure_of(run), "");
}

TEST(ExecutionBytes, an_actor_still_sends_after_the_end_of_its_input) {
    tunnel_run run{R"(, {"actor": "alice", "expect": {"closed": "fin"}},
                        {"actor": "alice", "send": {"raw": "'bye'"}},
                        {"actor": "alice", "close": "fin"})"};
    run.receives_bytes("alice", wire(make_error(error_code::ok)) + "hello");
    (void)run.log();
    run.closes("alice");
    EXPECT_EQ(run.log().front(), "alice sends 3 bytes");
    EXPECT_EQ(failure_of(run), "");
}

}  // namespace
}  // namespace chatos::conformance
