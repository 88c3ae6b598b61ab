// Which of several steps that wait is to blame when nothing comes.
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::make_scenario;
using testing::manual_run;

const packet_view ok = make_error(error_code::ok);

/// A message that is not delivered leaves its sender without an answer, too.
manual_run message_run() {
    return manual_run{make_scenario(R"([
        {"actor": "alice", "connect": true},
        {"actor": "bob", "connect": true, "id": "bob-there"},
        {"actor": "alice", "send": {"packet": "SMA", "message": "hi"}, "after": ["bob-there"]},
        {"actor": "bob", "expect": {"packet": "SPM"}, "rule": "ALL-1"},
        {"actor": "bob", "send": {"packet": "ERROR", "code": 0}},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}, "rule": "ALL-4"}])",
                                    R"("closing_fence": false,)")};
}

TEST(ExecutionBlame, of_two_that_wait_in_vain_the_first_in_the_file_is_to_blame) {
    manual_run run = message_run();
    while (!run.finished()) {
        run.wait_for_deadline();
    }
    const outcome result = run.result();
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->rule, "ALL-1");
    EXPECT_LE(run.time(), 4s);
}

TEST(ExecutionBlame, the_clock_of_a_consequence_starts_again_when_its_cause_has_come) {
    manual_run run = message_run();
    run.wait(1'900ms);
    run.receives("bob", make_spm("alice-t", "hi"));
    run.wait(1'900ms);
    EXPECT_FALSE(run.finished());
    run.receives("alice", ok);
    run.closes("alice");
    run.closes("bob");
    ASSERT_TRUE(run.finished());
    EXPECT_FALSE(run.result().failure);
}

}  // namespace
}  // namespace chatos::conformance
