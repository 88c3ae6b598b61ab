// chatos-conformance model as users meet it.

#include "base/testing/run_program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace chatos::conformance::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;

using json = nlohmann::json;

program_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CHATOS_CONFORMANCE);
    return run_program(arguments);
}

program_result judge_model(const std::string& flags, const std::string& ids) {
    return run({"run", ids, "--server-command", std::string{CHATOS_CONFORMANCE} + " model --port {port} " + flags});
}

TEST(ModelProgram, serves_what_the_suite_asks_for) {
    const program_result result = judge_model("", "server.pm.relay-*");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST(ModelProgram, breaks_the_rule_that_it_is_told_to_break) {
    const program_result result = judge_model("--fault rpm-to-nobody-gets-ok", "server.pm.rpm-nobody");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.out.find("PM-2 (MUST, text)"), std::string::npos) << result.out;
}

TEST(ModelProgram, dies_where_a_fault_says_so_and_says_why) {
    const program_result result = judge_model("--fault dies-of-size-zero", "server.err.survives-size-zero");
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.out.find("exit status 3"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("model: a fault made the server die"), std::string::npos) << result.out;
}

TEST(ModelProgram, follows_a_variant_that_the_suite_then_records) {
    const program_result result = judge_model("--variant rpm-serves-once", "server.pm.rpm-serves");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_NE(result.out.find("PM-6 one-spm"), std::string::npos) << result.out;
}

TEST(ModelProgram, lists_faults_and_variants_for_people_and_for_programs) {
    const program_result text = run({"model", "--list-faults"});
    EXPECT_EQ(text.exit_code, 0);
    EXPECT_NE(text.out.find("rpm-to-nobody-gets-ok"), std::string::npos);
    const json faults = json::parse(run({"model", "--list-faults", "--json"}).out);
    EXPECT_GE(faults.at("faults").size(), 90U);
    EXPECT_EQ(faults.at("faults").at(0).at("rule"), "WIRE-1");
    const json variants = json::parse(run({"model", "--list-variants", "--json"}).out);
    EXPECT_EQ(variants.at("variants").at(0).at("name"), "taken-closes");
    EXPECT_NE(text.out.find("client  sends-without-asking"), std::string::npos) << text.out;
    const json of_clients = json::parse(run({"model", "--role", "client", "--list-faults", "--json"}).out);
    EXPECT_GE(of_clients.at("faults").size(), 30U);
    EXPECT_EQ(of_clients.at("faults").at(0).at("role"), "client");
}

TEST(ModelProgram, refuses_what_it_does_not_know_and_says_where_to_look) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"model"},
         "model: where is it to listen? Give --port N (0 picks a free port), --list-faults or --list-variants"},
        {{"model", "--port", "0", "--fault", "x"},
         "model --fault x: there is no such fault of a server; `chatos-conformance model --role server --list-faults` "
         "shows them"},
        {{"model", "--port", "0", "--variant", "x"},
         "model --variant x: there is no such variant of a server; `chatos-conformance model --role server "
         "--list-variants` shows them"},
        {{"model", "--role", "client"},
         "model: where is its server? Give --connect HOST:PORT and --pseudo NAME, --list-faults or --list-variants"},
        {{"model", "--role", "client", "--connect", "somewhere", "--pseudo", "alice"},
         "model --connect: invalid address 'somewhere': the port is missing; expected HOST:PORT, [IPv6]:PORT or unix:PATH, "
         "for example 127.0.0.1:7777"},
        {{"model", "--role", "client", "--connect", "127.0.0.1:1"}, "model --pseudo : expected a name, in UTF-8"},
        {{"model", "--role", "client", "--connect", "127.0.0.1:1", "--pseudo", "a", "--fault", "mute"},
         "model --fault mute: there is no such fault of a client; `chatos-conformance model --role client "
         "--list-faults` shows them"},
        {{"model", "--role", "client", "--port", "1", "--connect", "127.0.0.1:1"},
         "model --port: a client listens nowhere; give --connect HOST:PORT"},
        {{"model", "--connect", "127.0.0.1:1", "--port", "0"},
         "model --connect: only a client connects; give --role client as well"},
    };
    for (const auto& [arguments, message] : cases) {
        const program_result result = run(arguments);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_EQ(result.err, "chatos-conformance: " + message + "\n");
    }
    EXPECT_EQ(run({"model", "--port", "70000"}).exit_code, 2);
    EXPECT_EQ(run({"model", "--port", "0", "--capacity", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace chatos::conformance::testing
