// chatos-conformance judging clients, as users meet it: the profile starts them, reports tell of them.
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"
#include "runner/reserved_port.hpp"
#include "runner/sockets.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <thread>

namespace chatos::conformance::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;
using base::testing::temporary_folder;

using json = nlohmann::json;

class ClientRole : public ::testing::Test {
protected:
    static json profile(const std::vector<std::string>& more_words = {}) {
        json profile = json::parse(source_file("profiles/model-client.json"));
        profile["command"][0] = CHATOS_CONFORMANCE;
        for (const std::string& word : more_words) {
            profile["command"].push_back(word);
        }
        return profile;
    }
    /// Judges the client that the profile describes.
    program_result judge(const json& with, std::vector<std::string> arguments) {
        const std::string path = folder_.write("profile.json", with.dump());
        arguments.insert(arguments.begin(), {CHATOS_CONFORMANCE, "run"});
        arguments.insert(arguments.end(), {"--profile", path, "--json", folder_.path("report.json")});
        return run_program(arguments);
    }
    program_result judge_with(const std::string& flag, const std::string& name, const std::string& ids) {
        return judge(profile({flag, name}), {ids});
    }
    [[nodiscard]] json report() const { return json::parse(folder_.read("report.json")); }
    [[nodiscard]] json scenario_report(const std::string& id) const {
        const json all = report();
        for (const json& scenario : all.at("scenarios")) {
            if (scenario.at("id") == id) {
                return scenario;
            }
        }
        return {};
    }

    temporary_folder folder_;
};

void expect_part(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(ClientRole, the_model_client_keeps_every_rule_on_every_job) {
    const program_result result = judge(profile(), {"--role", "client", "--strict", "--jobs", "2"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_GE(report().at("summary").at("passed").get<int>(), 50);
    EXPECT_EQ(report().at("choices").at("PM-6"), "asks-again");
}

TEST_F(ClientRole, the_way_of_sending_makes_no_difference) {
    const program_result result =
        judge(profile(), {"client.cli.*", "--segment", "whole,bytes,boundaries", "--interleave", "3", "--jobs", "4"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(ClientRole, what_holds_only_in_one_piece_blames_CLI_7) {
    const program_result result = judge(profile({"--fault", "unfinished-packet-lost"}),
                                        {"client.cli.answers-message", "--segment", "whole,bytes"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(scenario_report("client.cli.answers-message").at("failed_rules"), json{"CLI-7"});
}

TEST_F(ClientRole, explains_what_a_client_did_wrong) {
    const program_result result = judge_with("--fault", "sends-without-asking", "client.cli.asks-first");
    EXPECT_EQ(result.exit_code, 1);
    expect_part(result.out, "CLI-4 (MUST, text)");
    expect_part(result.out, "expected        from alice comes RPM pseudo=\"bob-");
    expect_part(result.out, "seen            from alice came SPM pseudo=\"bob-");
    expect_part(result.out, "hint            an SPM needs an RPM for that recipient first");
    expect_part(result.out, "-|  SPM pseudo=\"bob-");
    expect_part(result.out, "client printed");
    expect_part(result.out, "repeat          chatos-conformance run client.cli.asks-first --profile");
}

TEST_F(ClientRole, a_crash_is_told_and_blamed_and_does_not_end_the_run) {
    const program_result result = judge_with("--fault", "crashes-of-unknown-opcode", "client.cli.opcode-*");
    EXPECT_EQ(result.exit_code, 1);
    const json zero = scenario_report("client.cli.opcode-zero");
    EXPECT_EQ(zero.at("verdict"), "fail");
    expect_part(zero.at("why"), "the client died during this scenario (killed by signal 6");
    const std::vector<std::string> rules = zero.at("failed_rules");
    EXPECT_NE(std::find(rules.begin(), rules.end(), "CLI-8"), rules.end());
    EXPECT_EQ(report().at("summary").at("failed"), 3);
}

TEST_F(ClientRole, what_the_profile_cannot_say_is_unsupported_and_named) {
    json without = profile();
    without.at("stdin").erase("msg");
    EXPECT_EQ(judge(without, {"client.cli.*"}).exit_code, 0);
    const json asks = scenario_report("client.cli.asks-first");
    EXPECT_EQ(asks.at("verdict"), "unsupported");
    EXPECT_EQ(asks.at("why"), "needs the command \"msg\" under \"stdin\" in the profile");
    // One that decides by itself has nothing to be told.
    without = profile({"--variant", "refuses-every-offer"});
    without.at("stdin").erase("accept");
    without.at("stdin").erase("refuse");
    without.at("screen").erase("offer");
    EXPECT_EQ(judge(without, {"client.flow.*"}).exit_code, 0);
    EXPECT_EQ(scenario_report("client.flow.late-decision").at("why"),
              "needs the pattern \"offer\" under \"screen\" in the profile");
}

TEST_F(ClientRole, an_exit_code_that_the_profile_promises_is_wanted) {
    json wrong = profile();
    wrong.at("exit")["taken"] = 9;
    EXPECT_EQ(judge(wrong, {"client.cli.taken"}).exit_code, 1);
    expect_part(scenario_report("client.cli.taken").at("why"), "its own end with exit status 9; seen: exit status 4");
}

TEST_F(ClientRole, a_known_failure_needs_a_reason_and_does_not_fail_the_run) {
    json known = profile({"--fault", "silent-about-malformed"});
    known["known_failures"] = json::array({{{"rule", "CLI-8"}, {"reason", "says nothing yet"}}});
    const program_result result = judge(known, {"client.cli.opcode-*"});
    EXPECT_EQ(result.exit_code, 0) << result.out;
    EXPECT_EQ(report().at("summary").at("known_failures"), 3);
}

TEST_F(ClientRole, a_client_that_never_connects_ends_the_run_with_3) {
    json broken = profile();
    broken["command"] = {"/bin/sh", "-c", "echo wrong flags >&2; exit 2 # {port} {pseudo}"};
    const program_result result = judge(broken, {"client.cli.*"});
    EXPECT_EQ(result.exit_code, 3);
    expect_part(result.err, "the client never connected; does the profile's \"command\" start it");
    expect_part(result.err, "| wrong flags");
}

TEST_F(ClientRole, a_client_that_cannot_be_started_ends_the_run_with_3) {
    json broken = profile();
    broken["command"] = {"/no/such/client", "{port}", "{pseudo}"};
    const program_result result = judge(broken, {"client.cli.register"});
    EXPECT_EQ(result.exit_code, 3);
    expect_part(result.err, "\"/no/such/client\" could not be started: No such file or directory");
}

TEST_F(ClientRole, another_runner_that_connects_is_refused_counted_and_not_judged) {
    // The client waits until this process, which has reserved a port as runners do, has tried in its place.
    json slow = profile();
    std::string script = "echo {port} > " + folder_.path("new") + "; mv " + folder_.path("new") + ' ' +
                         folder_.path("port") + "; while [ ! -e " + folder_.path("go") +
                         " ]; do sleep 0.01; done; exec";
    for (const std::string word : slow.at("command")) {
        script += ' ' + word;
    }
    slow["command"] = {"/bin/sh", "-c", script};
    auto judged = std::async(std::launch::async, [&] {
        return judge(slow, {"client.cli.register", "--time-factor", "50"});
    });
    while (folder_.read("port").empty()) {
        std::this_thread::yield();
    }
    reserved_port reservation;
    EXPECT_NE(reservation.renew(), 0);
    const auto address = base::loopback_address(static_cast<std::uint16_t>(std::stoul(folder_.read("port"))));
    EXPECT_FALSE(answers_anything(address, "probe", std::chrono::seconds{300}));
    folder_.write("go", "");
    const program_result result = judged.get();
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    expect_part(result.out,
                "note: 1 connection of other programs to the ports of clients under test refused; not judged");
}

TEST_F(ClientRole, captures_show_the_client_on_its_side) {
    const program_result result = judge(profile({"--fault", "sends-without-asking"}),
                                        {"client.cli.asks-first", "--pcap", folder_.path("captures")});
    EXPECT_EQ(result.exit_code, 1);
    const std::string capture = folder_.read("captures/client.cli.asks-first.pcap");
    // The client's CR, whose pseudo follows three bytes and a TCP header, goes to port 7777 (0x1E61).
    const std::size_t pseudo = capture.find("alice-");
    ASSERT_NE(pseudo, std::string::npos);
    EXPECT_EQ(capture.substr(pseudo - 3 - 20 + 2, 2), "\x1E\x61");
}

TEST_F(ClientRole, roles_are_not_mixed) {
    const std::string client = folder_.write("client.json", profile().dump());
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
        {{"--role", "client", "--target", "127.0.0.1:1"},
         "--role client: a client is started as a profile says; give --profile FILE.json with \"role\": \"client\""},
        {{"--role", "server", "--profile", client},
         "--role server: " + client + " describes a client; give --role client, or the profile of a server"},
        {{"--target", "127.0.0.1:1", "--profile", client},
         "--target 127.0.0.1:1: " + client + " describes a client, which connects to us; leave --target out"},
        {{"server.pm.*", "--profile", client},
         "no scenario that judges a client is left to run: the filters exclude all; `chatos-conformance list` takes "
         "the same filters"},
    };
    for (const auto& [arguments, message] : cases) {
        std::vector<std::string> words{CHATOS_CONFORMANCE, "run"};
        words.insert(words.end(), arguments.begin(), arguments.end());
        const program_result result = run_program(words);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_EQ(result.err, "chatos-conformance: " + message + "\n");
    }
}

TEST_F(ClientRole, list_and_explain_tell_whom_a_scenario_judges) {
    const program_result listed = run_program({CHATOS_CONFORMANCE, "list", "--role", "client"});
    EXPECT_EQ(listed.exit_code, 0);
    expect_part(listed.out, "client.cli.register");
    EXPECT_EQ(listed.out.find("server."), std::string::npos);
    const program_result explained = run_program({CHATOS_CONFORMANCE, "explain", "client.pc.refused"});
    expect_part(explained.out, "alice is told to refuse bob-run");
    expect_part(explained.out, "from alice comes on its screen offer of \"bob-run\"");
    expect_part(explained.out, "Run it: chatos-conformance run client.pc.refused --role client --profile FILE.json");
    expect_part(run_program({CHATOS_CONFORMANCE, "explain", "CLI-4"}).out, "client.cli.asks-first");
}

}  // namespace
}  // namespace chatos::conformance::testing
