#include "runner/child_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

/// Waits until it has ended; the time only bounds a test that has failed already.
std::string death_of(child_process& process) {
    return process.await_death(300s).value_or("still running");
}

/// Waits for a first line of output.
std::string first_line(child_process& process) {
    for (;;) {
        const lines output = process.last_output();
        if (!output.empty()) {
            return output.front();
        }
    }
}

/// A process that has ended and has not been waited for yet still has its number.
bool is_running(const std::string& process) {
    std::ifstream status{"/proc/" + process + "/stat"};
    std::string number;
    std::string name;
    std::string state = "gone";
    status >> number >> name >> state;
    return state != "gone" && state != "Z" && state != "X";
}

TEST(ChildProcess, the_way_it_ended_is_told_in_words) {
    child_process process;
    EXPECT_FALSE(process.is_started());
    EXPECT_EQ(process.death(), std::nullopt);
    ASSERT_EQ(process.start({"sh", "-c", "exit 3"}), std::nullopt);
    EXPECT_TRUE(process.is_started());
    EXPECT_EQ(death_of(process), "exit status 3");
    ASSERT_EQ(process.start({"sh", "-c", "kill -SEGV $$"}), std::nullopt);
    EXPECT_EQ(death_of(process), "killed by signal 11 (Segmentation fault)");
    EXPECT_EQ(process.death(), "killed by signal 11 (Segmentation fault)") << "asked again";
}

TEST(ChildProcess, one_that_cannot_be_started_is_told_at_once) {
    child_process process;
    EXPECT_EQ(process.start({"/no/such/program"}),
              "\"/no/such/program\" could not be started: No such file or directory");
    EXPECT_FALSE(process.is_started());
}

TEST(ChildProcess, last_words_are_kept_whichever_way_they_came) {
    child_process process;
    ASSERT_EQ(process.start({"sh", "-c", "echo one; echo two >&2; printf three"}), std::nullopt);
    EXPECT_EQ(death_of(process), "exit status 0");
    EXPECT_EQ(process.last_output(), (lines{"one", "two", "three"}));
    EXPECT_EQ(process.last_output(2), (lines{"two", "three"}));
}

TEST(ChildProcess, one_that_talks_without_end_is_never_blocked_and_only_its_last_words_are_kept) {
    child_process process;
    ASSERT_EQ(process.start({"sh", "-c", "seq 1 200000"}), std::nullopt);
    EXPECT_EQ(death_of(process), "exit status 0");
    EXPECT_EQ(process.last_output(2), (lines{"199999", "200000"}));
}

TEST(ChildProcess, standard_input_is_empty) {
    child_process process;
    ASSERT_EQ(process.start({"cat"}), std::nullopt);
    EXPECT_EQ(death_of(process), "exit status 0");
}

TEST(ChildProcess, stopping_ends_its_children_as_well) {
    child_process process;
    ASSERT_EQ(process.start({"sh", "-c", "sleep 1000 & echo $!; wait"}), std::nullopt);
    const std::string child = first_line(process);
    process.stop();
    EXPECT_FALSE(process.is_started());
    while (is_running(child)) {
    }
}

TEST(ChildProcess, one_that_does_not_want_to_end_is_killed) {
    child_process process;
    ASSERT_EQ(process.start({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"}), std::nullopt);
    EXPECT_EQ(first_line(process), "ready");
    process.stop();
    EXPECT_FALSE(process.is_started());
}

}  // namespace
}  // namespace chatos::conformance
