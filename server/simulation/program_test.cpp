// core_simulation as a program: its output and its exit codes.
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <sys/wait.h>

namespace chatos::core::simulation {
namespace {

struct result {
    int exit_code{-1};
    std::string text{};  // both streams
};

result call(const std::string& arguments) {
    result done{};
    FILE* pipe = ::popen((CORE_SIMULATION " " + arguments + " 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        return done;
    }
    std::array<char, 4'096> part{};
    while (const std::size_t bytes = std::fread(part.data(), 1, part.size(), pipe)) {
        done.text.append(part.data(), bytes);
    }
    const int status = ::pclose(pipe);
    done.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return done;
}

TEST(SimulationProgram, exit_0_and_its_figures_when_nothing_is_found) {
    const result done = call("--seeds 1-2 --events 2000 --users 6");
    EXPECT_EQ(done.exit_code, 0) << done.text;
    for (const char* expected : {"seed 1 users 6: ", "seed 2 users 6: ", " events, ", " CPU seconds, ",
                                 " events per CPU second\n", "found nothing\n"}) {
        EXPECT_NE(done.text.find(expected), std::string::npos) << expected << "\n" << done.text;
    }
}

TEST(SimulationProgram, exit_1_with_a_list_that_fails_again_when_it_is_replayed) {
    const base::testing::temporary_folder folder;
    const std::string file = folder.path("list");
    const result done = call("--fault changes_a_message --users 6 --events 3000 --save " + file);
    EXPECT_EQ(done.exit_code, 1) << done.text;
    EXPECT_NE(done.text.find("again: core_simulation --seed 1 --users 6 --events 3000"), std::string::npos)
        << done.text;
    EXPECT_NE(done.text.find("# actor "), std::string::npos) << done.text;
    const std::string text = "found: PM-3: the message or its sender is not what was sent";
    EXPECT_NE(done.text.find(text), std::string::npos) << done.text;
    const result again = call("--fault changes_a_message --replay " + file);
    EXPECT_EQ(again.exit_code, 1) << again.text;
    EXPECT_NE(again.text.find(text), std::string::npos) << again.text;
    EXPECT_EQ(call("--replay " + file).exit_code, 0) << "without the fault";
}

TEST(SimulationProgram, exit_2_and_what_to_do_when_it_is_called_wrongly) {
    const base::testing::temporary_folder folder;
    const std::string file = folder.path("bad");
    std::ofstream{file} << "seed 1 users 2\njump actor=1\n";
    for (const std::string& arguments : {std::string{"--seeds 5-1"}, std::string{"--seeds x"}, std::string{"--users 0"},
                                         std::string{"--fault none_such"}, std::string{"--replay /does/not/exist"},
                                         "--replay " + file, std::string{"--seed"}, std::string{"--jump"}}) {
        const result done = call(arguments);
        EXPECT_EQ(done.exit_code, 2) << arguments << "\n" << done.text;
        EXPECT_NE(done.text, "") << arguments;
    }
    EXPECT_NE(call("--replay " + file).text.find("line 2 is no operation: jump actor=1"), std::string::npos);
    EXPECT_EQ(call("--help").exit_code, 0);
}

}  // namespace
}  // namespace chatos::core::simulation
