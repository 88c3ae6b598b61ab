// chatos-conformance as users meet it: a process with flags, files, output and exit codes.
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"
#include "runner/reserved_port.hpp"
#include "testing/fake_server.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <unistd.h>

namespace chatos::conformance::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;
using base::testing::temporary_folder;

using json = nlohmann::json;

class ConformanceProgram : public ::testing::Test {
protected:
    program_result run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), CHATOS_CONFORMANCE);
        return run_program(arguments);
    }
    /// A server as a process that is started by chatos-conformance.
    static std::string fake(const std::string& mode) {
        return std::string{CHATOS_FAKE_SERVER} + ' ' + mode + " {port}";
    }

    /// Scenario files: alice logs in, sends this, and gets ERROR `code`.
    std::string scenario_file(const std::string& id, const std::string& send, int code, const std::string& keys = "") {
        return folder_.write(id + ".json", scenario_text(R"([{"actor": "alice", "login": true},
                                               {"actor": "alice", "send": )" +
                                                             send + R"(},
                                               {"actor": "alice", "expect": {"packet": "ERROR", "code": )" +
                                                             std::to_string(code) + "}}]",
                                                         R"("actors": ["alice"], "id": ")" + id + "\", " + keys));
    }
    std::string good_file(const std::string& id = "my.good", const std::string& keys = "") {
        return scenario_file(id, R"({"packet": "RPM", "pseudo": "nobody"})", 4, keys);
    }
    std::string bad_file(const std::string& id = "my.bad", const std::string& keys = "") {
        return scenario_file(id, R"({"packet": "RPM", "pseudo": "nobody"})", 0, keys);
    }
    [[nodiscard]] json report(const std::string& name = "report.json") const { return json::parse(folder_.read(name)); }

    temporary_folder folder_;
};

/// One line on standard error, and nothing on standard output.
void expect_error(const program_result& result, int exit_code, const std::string& line) {
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_EQ(result.err, "chatos-conformance: " + line + "\n");
    EXPECT_EQ(result.out, "");
}

std::string last_line(const std::string& text) {
    const std::string trimmed = text.substr(0, text.find_last_not_of('\n') + 1);
    return trimmed.substr(trimmed.rfind('\n') + 1);
}

void expect_no_control_characters(const std::string& text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        EXPECT_TRUE((byte >= 0x20 && byte != 0x7F) || byte == '\n') << "byte " << unsigned{byte} << " at " << at;
        const bool is_c1 = byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0;
        EXPECT_FALSE(is_c1) << "a C1 control at " << at;
    }
    EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST_F(ConformanceProgram, ends_with_0_when_everything_holds) {
    const program_result result = run({"run", good_file(), "--server-command", fake("polite")});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(last_line(result.out).starts_with("1 scenario, 1 rule: 1 passed, 0 failed (")) << result.out;
}

TEST_F(ConformanceProgram, ends_with_1_when_a_scenario_fails_and_says_why_and_how_to_repeat_it) {
    const std::string bad = bad_file();
    const program_result result = run({"run", good_file(), bad, "--server-command", fake("polite")});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(last_line(result.out).starts_with("2 scenarios, 1 rule: 1 passed, 1 failed (")) << result.out;
    for (const std::string& wanted :
         {std::string{"FAIL  my.bad"}, std::string{"PM-4 (MUST, text)"}, std::string{"alice receives ERROR 0 OK"},
          std::string{"alice received ERROR 4 UNREACHABLE"}, std::string{"hex 06 00\n"},
          std::string{"hex 06 04, from offset 2 of what"}, std::string{"/steps/2"},
          std::string{"---------->|  ERROR 4 UNREACHABLE"}, std::string{"@2 06 04  <== this"},
          std::string{"  hint            the server refused what it must accept"},
          "chatos-conformance run " + bad + " --server-command '" + fake("polite") + "'"}) {
        EXPECT_NE(result.out.find(wanted), std::string::npos) << wanted << "\n" << result.out;
    }
}

TEST_F(ConformanceProgram, a_warning_ends_with_0_and_with_1_under_strict) {
    const std::string file = bad_file("my.should", R"("rules": ["CONN-5"], )");
    EXPECT_EQ(run({"run", file, "--server-command", fake("polite")}).exit_code, 0);
    EXPECT_EQ(run({"run", file, "--server-command", fake("polite"), "--strict"}).exit_code, 1);
}

TEST_F(ConformanceProgram, ends_with_2_when_nothing_was_checked) {
    const program_result filtered =
        run({"run", good_file(), "--area", "pc", "--server-command", fake("polite"), "--json", folder_.path("r.json")});
    expect_error(filtered, 2,
                 "no scenario that judges a server is left to run: the filters exclude all; `chatos-conformance "
                 "list` takes the same filters");
    EXPECT_EQ(folder_.read("r.json"), "");
    const program_result unsupported =
        run({"run", good_file("my.needy", R"("needs": {"capacity": 2}, )"), "--server-command", fake("polite")});
    expect_error(unsupported, 2,
                 "not one scenario could run, so nothing was checked: my.needy needs the server to be started with "
                 "capacity; say how under \"options\" in a profile");
}

TEST_F(ConformanceProgram, wrong_usage_ends_with_2_and_one_line) {
    expect_error(run({"run"}), 2,
                 "run: what is to be judged? Give --target HOST:PORT, --server-command \"CMD {port}\" or --profile "
                 "FILE.json");
    expect_error(run({"run", "server.ghost", "--server-command", "x {port}"}), 2,
                 "server.ghost: no scenario has this id; `chatos-conformance list` shows them");
    expect_error(run({"run", "--server-command", "./my-server"}), 2,
                 "--server-command: {port} is missing, so the server cannot be told where to listen; give for "
                 "example \"./my-server {port}\"");
    for (const char* target : {"7777", "host:", "host:99999", "::1:7777", "unix:"}) {
        const program_result result = run({"run", "--target", target});
        EXPECT_EQ(result.exit_code, 2) << target;
        EXPECT_TRUE(
            result.err.starts_with("chatos-conformance: --target: invalid address '" + std::string{target} + "': "))
            << result.err;
    }
    expect_error(run({"rnu", "--target", "x"}), 2,
                 "unknown command 'rnu'; did you mean 'run'?; try `chatos-conformance --help`");
    expect_error(run({"run", "--tarpet", "x"}), 2,
                 "run: unknown flag '--tarpet'; did you mean '--target'?; try `chatos-conformance --help`");
    for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                  {"juggle"},
                                                  {"run", "--tarpet", "x"},
                                                  {"run", "--time-factor", "0"},
                                                  {"run", "--target", "a:1", "--server-command", "x {port}"},
                                                  {"schema", "poem"},
                                                  {"explain", "PM-99"}}) {
        const program_result result = run(words);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_TRUE(result.err.starts_with("chatos-conformance: ")) << result.err;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
}

TEST_F(ConformanceProgram, ways_that_do_not_exist_end_with_2_and_say_what_does) {
    const std::string good = good_file();
    const auto refused = [&](std::vector<std::string> flags, const std::string& line) {
        flags.insert(flags.begin(), {"run", good, "--server-command", fake("polite")});
        expect_error(run(flags), 2, line);
    };
    refused({"--segment", "whole,bits"},
            "--segment bits: expected whole, bytes or boundaries, or several of them with commas between");
    refused({"--schedule", "zoe"}, "--schedule zoe: my.good has no actor \"zoe\"; expected its actors in the order of "
                                   "their turns, for example alice*2");
    refused({"--schedule", "alice", "--interleave", "3"},
            "--schedule alice: expected one selected scenario and no --interleave; there are 1 scenarios");
    refused({"--schedule", "alice", bad_file()},
            "--schedule alice: expected one selected scenario and no --interleave; there are 2 scenarios");
    expect_error(run({"run", good, "--target", "127.0.0.1:7777", "--jobs", "2"}), 2,
                 "--jobs 2: each job needs a server of its own, and --target names one; give --server-command \"CMD "
                 "{port}\" or a profile with a \"command\"");
    for (const std::vector<std::string>& flags :
         {std::vector<std::string>{"--interleave", "0"}, {"--interleave", "x"}, {"--jobs", "0"}, {"--jobs", "65"}}) {
        std::vector<std::string> words{"run", good, "--server-command", fake("polite")};
        words.insert(words.end(), flags.begin(), flags.end());
        const program_result result = run(words);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_NE(result.err.find(flags[0]), std::string::npos) << result.err;
    }
}

TEST_F(ConformanceProgram, runs_in_every_way_that_is_wanted) {
    const program_result result =
        run({"run", good_file(), "--server-command", fake("polite"), "--segment", "whole,bytes,boundaries",
             "--interleave", "5", "--jobs", "2", "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    const json scenario = report()["scenarios"][0];
    EXPECT_EQ(scenario["ways"].size(), 4U);
    EXPECT_EQ(scenario["ways"][3]["schedule"], "alice*2");
    EXPECT_EQ(scenario["orders"], json::parse(R"({"open": 1, "open_is_lower_bound": false, "ran": 1, "given_up": 0})"));
    EXPECT_NE(result.out.find("orders: 1 of 1 that the scenarios leave open ran"), std::string::npos) << result.out;
    EXPECT_EQ(run({"run", good_file(), "--server-command", fake("polite"), "--schedule", "alice*2"}).exit_code, 0);
}

TEST_F(ConformanceProgram, files_that_are_wrong_end_with_2_and_say_where) {
    const std::string broken = folder_.write("broken.json", "{\n  \"schema\": 1,\n}");
    expect_error(run({"run", broken, "--target", "127.0.0.1:1"}), 2,
                 broken + ":3: column 1: invalid JSON: syntax error while parsing object key - unexpected '}'; "
                          "expected string literal");
    const std::string unknown = folder_.write("unknown.json", R"({"schema": 1, "title": "x", "id": "a", "actors": ["b"],
"rules": ["PM-99"], "steps": [{"actor": "b", "connect": true}]})");
    expect_error(
        run({"list", unknown}), 2,
        unknown +
            ":2: /rules/0: unknown rule \"PM-99\"; `chatos-conformance rules` lists them; did you mean \"PM-9\"?");
    expect_error(run({"run", "/proc/self/mem", "--target", "127.0.0.1:1"}), 2,
                 "/proc/self/mem: the file cannot be read: Input/output error");
    expect_error(run({"run", "--profile", folder_.path("missing.json")}), 2,
                 folder_.path("missing.json") + ": the file cannot be read: No such file or directory");
    expect_error(run({"run", "--profile", folder_.path()}), 2,
                 folder_.path() + ": the file cannot be read: Is a directory");
    const std::string empty = folder_.write("profile.json", R"({"schema": 1, "name": "x"})");
    expect_error(run({"run", "--profile", empty}), 2,
                 empty + ": the profile has no \"command\"; add one, or give --target HOST:PORT as well");
    if (::geteuid() != 0) {
        const std::string locked = good_file("my.locked");
        std::filesystem::permissions(locked, std::filesystem::perms::none);
        expect_error(run({"list", locked}), 2, locked + ": the file cannot be read: Permission denied");
    }
}

TEST_F(ConformanceProgram, a_report_that_cannot_be_written_ends_with_2_before_anything_runs) {
    expect_error(run({"run", good_file(), "--server-command", fake("polite"), "--json", "/no/such/folder/r.json"}), 2,
                 "--json /no/such/folder/r.json: the file cannot be written; does its folder exist?");
}

TEST_F(ConformanceProgram, two_reports_do_not_share_standard_output) {
    expect_error(run({"run", good_file(), "--server-command", fake("polite"), "--json", "-", "--tap"}), 2,
                 "--tap: another report goes to standard output already; write one of them into a file");
    expect_error(run({"run", good_file(), "--server-command", fake("polite"), "--junit", "/no/such/r.xml"}), 2,
                 "--junit /no/such/r.xml: the file cannot be written; does its folder exist?");
}

TEST_F(ConformanceProgram, a_full_disk_behind_the_report_ends_with_3) {
    const program_result result = run({"run", good_file(), "--server-command", fake("polite"), "--json", "/dev/full"});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.err, "chatos-conformance: --json /dev/full: the report could not be written; is the disk full?\n");
}

TEST_F(ConformanceProgram, a_target_where_nobody_listens_ends_with_3_and_a_report) {
    reserved_port nobodys;
    const std::string where = "127.0.0.1:" + std::to_string(nobodys.renew());
    const program_result result = run({"run", good_file(), "--target", where, "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.err, "chatos-conformance: nobody accepts connections at " + where +
                              "; start the server, or give another --target\n");
    EXPECT_EQ(report()["summary"]["not_testable"], 1);
    EXPECT_NE(report()["gone"], nullptr);
}

TEST_F(ConformanceProgram, a_target_whose_host_does_not_exist_ends_with_3_and_a_report) {
    const program_result result =
        run({"run", good_file(), "--target", "..:7777", "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_TRUE(result.err.starts_with("chatos-conformance: cannot find the host of ..:7777: ")) << result.err;
    EXPECT_EQ(report()["scenarios"].size(), 1U);
}

TEST_F(ConformanceProgram, a_target_that_goes_away_ends_with_3_and_a_report_of_every_scenario) {
    fake_server server{[](visitor& guest, fake_server& self) {
        if (self.visitors() == 4) {
            self.stop_listening();
        }
        answering(answer_politely)(guest, self);
    }};
    for (const char* id : {"my.a", "my.b", "my.c", "my.d"}) {
        good_file(id);
    }
    const program_result result =
        run({"run", folder_.path(), "--target", server.where().text(), "--json", folder_.path("report.out")});
    EXPECT_EQ(result.exit_code, 3);
    const json document = report("report.out");
    EXPECT_EQ(document["scenarios"].size(), 4U);
    EXPECT_EQ(document["summary"]["passed"], 2);
    EXPECT_EQ(document["summary"]["not_testable"], 2);
    EXPECT_NE(result.out.find("4 scenarios"), std::string::npos);
}

TEST_F(ConformanceProgram, a_command_that_does_not_start_ends_with_3_and_its_last_lines) {
    const program_result result =
        run({"run", good_file(), "--server-command", fake("refuses"), "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.err, "chatos-conformance: the server ended before it accepted a connection: exit status 4\n"
                          "  | reading the configuration\n"
                          "  | fatal: no \\x1b[1mconfiguration\n");
    EXPECT_EQ(report()["summary"]["not_testable"], 1);
    const program_result missing = run({"run", good_file(), "--server-command", "/no/such/server {port}"});
    EXPECT_EQ(missing.exit_code, 3);
    EXPECT_NE(missing.err.find("exit status 127"), std::string::npos) << missing.err;
    EXPECT_NE(missing.err.find("/no/such/server"), std::string::npos) << missing.err;
}

TEST_F(ConformanceProgram, a_profile_whose_program_does_not_exist_ends_with_3) {
    const std::string profile =
        folder_.write("profile.json", R"({"schema": 1, "name": "x", "command": ["/no/such/server", "{port}"]})");
    const program_result result = run({"run", good_file(), "--profile", profile});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.err, "chatos-conformance: \"/no/such/server\" could not be started: No such file or directory\n");
}

TEST_F(ConformanceProgram, a_server_that_dies_fails_that_scenario_and_is_started_again) {
    scenario_file("my.deadly", R"({"packet": "SMA", "message": "boo"})", 4, R"("rules": ["CONN-5"], )");
    good_file("my.afterwards");
    good_file("my.zero");
    const program_result result =
        run({"run", folder_.path(), "--server-command", fake("dies"), "--json", folder_.path("report.out")});
    EXPECT_EQ(result.exit_code, 1);
    const json document = report("report.out");
    EXPECT_EQ(document["summary"]["passed"], 2) << result.out;
    EXPECT_EQ(document["summary"]["failed"], 1);
    const auto deadly = std::find_if(document["scenarios"].begin(), document["scenarios"].end(),
                                     [](const json& scenario) { return scenario["id"] == "my.deadly"; });
    EXPECT_TRUE(std::string{(*deadly)["why"]}.starts_with("the server died during this scenario (exit status 7)"))
        << *deadly;
    EXPECT_EQ((*deadly)["failed_rules"], json({"CONN-5", "ERR-3"}));
    EXPECT_EQ((*deadly)["server_output"], json({"fatal: out of cheese"}));
    EXPECT_NE(result.out.find("| fatal: out of cheese"), std::string::npos) << result.out;
}

TEST_F(ConformanceProgram, a_server_that_dies_behind_the_last_answer_is_noticed) {
    folder_.write("a.json", scenario_text(R"([{"actor": "alice", "login": true},
                                              {"actor": "alice", "send": {"packet": "SMA", "message": "boo"}}])",
                                          R"("id": "my.deadly", "closing_fence": false, "actors": ["alice"], )"));
    good_file("my.next");
    const program_result result = run({"run", folder_.path(), "--server-command", fake("dies")});
    EXPECT_EQ(result.exit_code, 1) << result.out;
    EXPECT_NE(result.out.find("the server died"), std::string::npos) << result.out;
}

TEST_F(ConformanceProgram, what_a_server_says_never_moves_the_cursor) {
    const program_result result =
        run({"run", good_file(), "--server-command", fake("escapes"), "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.out.find(R"(pseudo="\x1b[2J\r\x07")"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find(R"(| \x1b[31mred\x07 \x9b)"), std::string::npos) << result.out;
    expect_no_control_characters(result.out);
    expect_no_control_characters(result.err);
    EXPECT_EQ(report()["summary"]["failed"], 1);
}

TEST_F(ConformanceProgram, what_stands_in_a_scenario_or_a_profile_never_moves_the_cursor) {
    std::string text = folder_.read(std::filesystem::path{bad_file()}.filename().string());
    text.replace(text.find("a test"), 6, R"(\u001b[2Jtitle)");
    text.replace(text.find(R"("expect")"), 0, R"("note": "\u001b[2Jnote", )");
    folder_.write("my.bad.json", text);
    const program_result failed = run({"run", folder_.path("my.bad.json"), "--server-command", fake("polite")});
    EXPECT_EQ(failed.exit_code, 1) << failed.err;
    expect_no_control_characters(failed.out);
    expect_no_control_characters(run({"list", folder_.path("my.bad.json")}).out);
    const std::string profile = folder_.write(
        "profile.out", R"({"schema": 1, "name": "\u001b[2Jname", "command": [")" + std::string{CHATOS_FAKE_SERVER} +
                           R"(", "polite", "{port}"], "known_failures": [{"rule": "CLI-2", "reason": "\u001b[2J"}]})");
    // A rule that no built-in scenario tests: this file is all there is to say on it.
    const std::string kept = good_file("my.kept", R"("rules": ["CLI-2"], )");
    const program_result stale = run({"run", kept, "--profile", profile});
    EXPECT_EQ(stale.exit_code, 1);
    EXPECT_NE(stale.out.find("STALE"), std::string::npos) << stale.out;
    expect_no_control_characters(stale.out);
    expect_no_control_characters(run({"list", "\x1b[2J"}).err);
}

TEST_F(ConformanceProgram, a_json_report_on_standard_output_stands_there_alone) {
    const program_result result = run({"run", good_file(), "--server-command", fake("polite"), "--json", "-"});
    EXPECT_EQ(result.exit_code, 0);
    const json document = json::parse(result.out);
    EXPECT_EQ(document["schema"], 1);
    EXPECT_EQ(document["scenarios"][0]["id"], "my.good");
    EXPECT_EQ(document["scenarios"][0]["verdict"], "pass");
    EXPECT_EQ(document["scenarios"][0]["rules"], json({"PM-4"}));
    EXPECT_EQ(document["gone"], nullptr);
    EXPECT_NE(result.err.find("1 passed"), std::string::npos);
}

TEST_F(ConformanceProgram, reports_are_written_before_somebody_may_stop_reading) {
    const std::string command = std::string{CHATOS_CONFORMANCE} + " run " + bad_file() + " --server-command '" +
                                fake("polite") + "' --json " + folder_.path("report.json") + " | true";
    (void)run_program({"/bin/sh", "-c", command});
    EXPECT_EQ(report()["summary"]["failed"], 1);
}

TEST_F(ConformanceProgram, known_failures_of_a_profile_do_not_fail_the_run) {
    const std::string profile = folder_.write(
        "profile.out", R"({"schema": 1, "name": "fake", "command": [")" + std::string{CHATOS_FAKE_SERVER} +
                           R"(", "polite", "{port}"], "known_failures": [{"rule": "PM-4", "reason": "not yet"}]})");
    const program_result result = run({"run", bad_file(), "--profile", profile});
    EXPECT_EQ(result.exit_code, 0) << result.out;
    EXPECT_NE(result.out.find("1 known failures"), std::string::npos) << result.out;
}

TEST_F(ConformanceProgram, writes_a_profile_under_which_the_same_run_fails_nothing) {
    const std::string good = good_file();
    const std::string bad = bad_file();
    const std::string unsupported = good_file("my.needy", R"("needs": {"capacity": 2}, )");
    const std::string written = folder_.path("profile.out");
    const program_result first = run({"run", good, bad, unsupported, "--server-command", fake("polite"), "--skip",
                                      "my.good", "--write-profile", written, "--json", folder_.path("report.json")});
    EXPECT_EQ(first.exit_code, 1);
    EXPECT_NE(first.out.find("skipped\n  --skip my.good:\n    my.good\n"), std::string::npos) << first.out;
    EXPECT_EQ(report()["skipped"], json::parse(R"([{"id": "my.good", "reason": "--skip my.good"}])"));
    EXPECT_EQ(report()["summary"]["skipped"], 1);
    EXPECT_EQ(report()["suite_version"], "1.1");
    EXPECT_EQ(json::parse(folder_.read("profile.out"))["known_failures"][0]["scenario"], "my.bad");
    const program_result second = run({"run", good, bad, unsupported, "--profile", written});
    EXPECT_EQ(second.exit_code, 0) << second.out << second.err;
    const program_result third = run({"run", good, bad, unsupported, "--profile", written, "--require-supported"});
    EXPECT_EQ(third.exit_code, 1) << third.out << third.err;
}

TEST_F(ConformanceProgram, points_out_what_has_changed_since_a_baseline) {
    const std::string id = "my.moody";
    const std::string before = folder_.path("before.out");
    EXPECT_EQ(run({"run", good_file(id), "--server-command", fake("polite"), "--json", before}).exit_code, 0);
    const std::string file = bad_file(id);
    const program_result same = run({"run", good_file(id), "--server-command", fake("polite"), "--baseline", before,
                                     "--json", folder_.path("same.out")});
    EXPECT_NE(same.out.find("changed since " + before + "\n  no verdict and no choice\n"), std::string::npos)
        << same.out;
    EXPECT_EQ(report("same.out")["changes"]["verdicts"], json::array());
    const program_result changed = run({"run", bad_file(id), bad_file("my.new"), "--server-command", fake("polite"),
                                        "--baseline", before, "--json", folder_.path("changed.out")});
    EXPECT_EQ(changed.exit_code, 1);
    EXPECT_NE(changed.out.find("verdict was pass, is fail"), std::string::npos) << changed.out;
    EXPECT_NE(changed.out.find("1 scenario not in the baseline: my.new"), std::string::npos) << changed.out;
    const json changes = report("changed.out")["changes"];
    EXPECT_EQ(changes["baseline"], before);
    EXPECT_EQ(changes["verdicts"], json::parse(R"([{"id": "my.moody", "before": "pass", "now": "fail"}])"));
    EXPECT_EQ(changes["added"], json({"my.new"}));
    const std::string broken = folder_.write("broken.out", "{}");
    const program_result refused = run({"run", file, "--server-command", fake("polite"), "--baseline", broken});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.err.find("a baseline is a report that"), std::string::npos) << refused.err;
}

#ifdef CHATOS_SERVER
/// A profile of the reference server, with every option.
std::string server_profile(const temporary_folder& folder) {
    json profile = json::parse(source_file("profiles/chatos-server.json"));
    profile["command"][0] = CHATOS_SERVER;
    return folder.write("server.profile", profile.dump());
}

TEST_F(ConformanceProgram, the_reference_server_passes_everything_strictly) {
    const program_result result =
        run({"run", "--profile", server_profile(folder_), "--strict", "--json", folder_.path("report.json")});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    std::cout << last_line(result.out) << '\n';
    EXPECT_EQ(report()["summary"]["passed"], report()["scenarios"].size());
    EXPECT_GE(report()["silence"]["fenced_percent"], 90);
    EXPECT_GE(report()["silence"]["verdicts"].get<std::size_t>() * 10, report()["scenarios"].size() * 9);
    EXPECT_NE(result.out.find("that rest on silence are proved by a fence ("), std::string::npos) << result.out;
}

TEST_F(ConformanceProgram, the_reference_server_passes_in_every_way) {
    const program_result result = run({"run", "--profile", server_profile(folder_), "--strict", "--segment",
                                       "whole,bytes,boundaries", "--interleave", "3", "--jobs", "4"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST_F(ConformanceProgram, the_reference_server_passes_without_options_what_needs_none) {
    const program_result result =
        run({"run", "--server-command", std::string{CHATOS_SERVER} + " --listen 127.0.0.1:{port}", "--strict"});
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_NE(result.out.find("unsupported"), std::string::npos);
}
#endif

}  // namespace
}  // namespace chatos::conformance::testing
