// chatos_attack as a program: what it says, and that it sees when a server lets one client hurt others.
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::attack {
namespace {

base::testing::program_result run_attack(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CHATOS_ATTACK);
    return base::testing::run_program(arguments);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(AttackProgram, lists_its_rows_and_runs_nothing) {
    const auto result = run_attack({"--list", "--server", "/bin/false"});
    EXPECT_EQ(result.exit_code, 0);
    for (const char* row : {"A", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}) {
        EXPECT_TRUE(contains("\n" + result.out, "\n" + std::string{row} + " ")) << row << "\n" << result.out;
    }
}

TEST(AttackProgram, says_which_rows_there_are_when_one_is_unknown) {
    const auto result = run_attack({"--only", "12"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(contains(result.err, "invalid value '12': expected one of A, 1, 2, ")) << result.err;
}

TEST(AttackProgram, takes_a_server_that_does_not_start_for_a_failure) {
    const auto result = run_attack({"--quick", "--only", "4", "--server", "/bin/false"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(contains(result.out, "the server does not start: /bin/false")) << result.out;
}

TEST(AttackProgram, sees_that_a_server_lets_one_user_offer_to_everybody) {
    const auto result =
        run_attack({"--quick", "--only", "4", "--json", "-", "--server", CHATOS_SERVER " --offers-max 1000"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(contains(result.out, "\"row\": \"4\"")) << result.out;
    EXPECT_TRUE(contains(result.out, "\"seen\": \"100\", \"verdict\": \"not_as_wanted\"")) << result.out;
    EXPECT_TRUE(contains(result.err, "0 of 1 attacks: as wanted")) << result.err;
}

TEST(AttackProgram, writes_its_report_to_a_file) {
    const base::testing::temporary_folder folder;
    const auto result = run_attack({"--quick", "--only", "4", "--json", folder.path("report.json")});
    EXPECT_EQ(result.exit_code, 0) << result.out;
    EXPECT_TRUE(contains(folder.read("report.json"), "\"verdict\": \"as_wanted\"")) << folder.read("report.json");
}

}  // namespace
}  // namespace chatos::attack
