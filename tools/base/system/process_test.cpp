#include "base/system/process.hpp"
#include "base/testing/run_program.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

namespace chatos::base {
namespace {

using namespace std::chrono_literals;
using testing::run_program;
using testing::stdout_kind;

process_options shell(const std::string& script) {
    return {.command = {"/bin/sh", "-c", script}, .output = stream::pipe, .errors = stream::pipe};
}

TEST(Process, SaysWhyItCannotBeStarted) {
    process program{{.command = {"/no/such/program"}}};
    EXPECT_EQ(program.fault(), "cannot start '/no/such/program': No such file or directory");
    EXPECT_EQ(program.id(), 0);
    EXPECT_FALSE(program.end());
    EXPECT_TRUE(program.stop(1s));
}

TEST(Process, TellsHowItEnded) {
    process exits{shell("exit 3")};
    EXPECT_EQ(exits.wait().text, "exit status 3");
    process crashes{shell("kill -SEGV $$")};
    EXPECT_TRUE(crashes.wait().by_signal);
    EXPECT_EQ(crashes.wait().text, "killed by signal 11 (Segmentation fault)");
}

TEST(Process, WaitsNoLongerThanAsked) {
    process sleeper{shell("sleep 60")};
    EXPECT_FALSE(sleeper.end());
    EXPECT_FALSE(sleeper.wait_for(20ms));
}

TEST(Process, ManyBytesBothWaysDoNotDeadlock) {
    process_options options = shell("tee /dev/stderr");
    options.input = stream::pipe;
    process program{options};
    const std::string text(1'000'000, 'x');
    const process_output output = communicate(program, text, 60s);
    EXPECT_TRUE(output.is_complete);
    EXPECT_EQ(output.output.size(), text.size());
    EXPECT_EQ(output.errors.size(), text.size());
    EXPECT_EQ(program.wait().code, 0);
}

TEST(Process, ReadingStopsAtTheTimeout) {
    process program{shell("echo begun; sleep 60")};
    const process_output output = communicate(program, {}, 200ms);
    EXPECT_FALSE(output.is_complete);
}

TEST(Process, InputThatIsNotReadIsNoSignalForUs) {
    process_options options = shell("exec <&-; exit 4");
    options.input = stream::pipe;
    process program{options};
    (void)communicate(program, std::string(1'000'000, 'x'), 60s);
    EXPECT_EQ(program.wait().code, 4);
}

TEST(Process, ErrorsMayGoWhereOutputGoes) {
    process program{
        {.command = {"/bin/sh", "-c", "echo a; echo b >&2"}, .output = stream::pipe, .errors = stream::output}};
    EXPECT_EQ(communicate(program, {}, 60s).output, "a\nb\n");
}

TEST(Process, TheEnvironmentIsReplacedWhole) {
    process_options options = shell("/usr/bin/env");
    options.environment = {"A=1"};
    process program{options};
    const std::string text = communicate(program, {}, 60s).output;
    EXPECT_NE(text.find("A=1\n"), std::string::npos);
    EXPECT_EQ(text.find("HOME="), std::string::npos);
}

TEST(Process, StopEndsTheWholeGroup) {
    process_options options = shell("trap '' TERM; sleep 60 & echo $!; wait; wait");
    options.own_group = true;
    process program{options};
    const pid_t child = std::stoi(testing::read_line(program.output()));
    EXPECT_FALSE(program.stop(20ms)) << "it ignores SIGTERM";
    EXPECT_TRUE(program.end()->by_signal);
    while (::kill(child, 0) == 0) {
    }
    EXPECT_EQ(program.end()->code, SIGKILL);
}

TEST(Process, IsKilledWithItsOwner) {
    pid_t id = 0;
    {
        const process program{shell("sleep 60")};
        id = program.id();
    }
    EXPECT_NE(::kill(id, 0), 0);
}

TEST(RunProgram, GivesOutputErrorsAndStatus) {
    const auto result = run_program({.command = {"/bin/sh", "-c", "cat; echo no >&2; exit 5"}, .input = "in"});
    EXPECT_EQ(result.out, "in");
    EXPECT_EQ(result.err, "no\n");
    EXPECT_EQ(result.exit_code, 5);
    EXPECT_THROW((void)run_program({"/no/such/program"}), std::runtime_error);
}

TEST(RunProgram, StandardOutputMayBeATerminalOrUseless) {
    EXPECT_EQ(
        run_program({.command = {"/bin/sh", "-c", "test -t 1 && echo yes"}, .destination = stdout_kind::terminal}).out,
        "yes\r\n");
    for (const stdout_kind kind : {stdout_kind::full_device, stdout_kind::closed_pipe}) {
        EXPECT_NE(run_program({.command = {"/bin/sh", "-c", "echo x"}, .destination = kind}).exit_code, 0);
    }
}

}  // namespace
}  // namespace chatos::base
