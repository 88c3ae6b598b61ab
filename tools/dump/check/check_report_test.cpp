// --check --junit of the real program: whatever keeps it from exit status 0 or 1 is an error in the report.
#include "base/capture_builder.hpp"
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

namespace chatos::dump::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;
using base::testing::stdout_kind;

using namespace base::wire;
using namespace std::string_literals;
using namespace std::string_view_literals;

std::string text_of_login() {
    const byte_string capture =
        pcap_builder{}
            .add(frame_of({.sequence = 9, .flags = syn}))
            .add(frame_of({.sequence = 99, .flags = syn | ack, .acknowledgement = 10, .from_server = true}))
            .add(frame_of({.sequence = 10,
                           .payload = "\x01\x00\x03"
                                      "bob"sv}))
            .add(frame_of({.sequence = 100, .payload = "\x06\x00"sv, .from_server = true}))
            .bytes();
    return {reinterpret_cast<const char*>(capture.data()), capture.size()};
}

class check_report_program : public ::testing::Test {
protected:
    program_result check(std::vector<std::string> arguments, stdout_kind destination = stdout_kind::pipe,
                         std::string_view input = {}) {
        std::filesystem::remove(folder_.path("report.xml"));
        arguments.insert(arguments.begin(), {CHATOS_DUMP_PROGRAM, "--check", "--junit", folder_.path("report.xml")});
        return run_program({.command = std::move(arguments), .input = input, .destination = destination});
    }
    [[nodiscard]] std::string report() const { return folder_.read("report.xml"); }
    /// The names of the test cases that are errors.
    [[nodiscard]] std::vector<std::string> errors() const {
        static const std::regex pattern{
            "<testcase name=\"([^\"]*)\"[^>]*>\\s*<error message=\"[^\"]+\" type=\"input\">"};
        std::vector<std::string> names;
        const std::string text = report();
        for (std::sregex_iterator at{text.begin(), text.end(), pattern}; at != std::sregex_iterator{}; ++at) {
            names.push_back((*at)[1]);
        }
        return names;
    }

    base::testing::temporary_folder folder_;
};

std::string gzip_of(const base::testing::temporary_folder& folder, const std::string& content) {
    const std::string plain = folder.write("plain", content);
    const int status = std::system(("gzip -c '" + plain + "' > '" + folder.path("packed") + "'").c_str());
    return status == 0 ? folder.read("packed") : std::string{};
}

TEST_F(check_report_program, exit_status_3_is_never_green) {
    const std::string login = text_of_login();
    const std::string packed = gzip_of(folder_, login);
    ASSERT_FALSE(packed.empty());
    const std::string good = folder_.write("good", login);
    const std::string other_link = folder_.write("other_link", [&] {
        std::string bytes = login;
        bytes[20] = '\x93';  // link type 147, to which no expression applies
        return bytes;
    }());
    struct row {
        std::string title;
        std::vector<std::string> arguments;
        std::string error;  // the test case
    };
    const std::vector<row> rows{
        {"no such file", {folder_.path("none")}, folder_.path("none")},
        {"a folder", {folder_.path()}, folder_.path()},
        {"an empty file", {folder_.write("empty", "")}, folder_.path("empty")},
        {"no capture", {folder_.write("text", "hello, world")}, folder_.path("text")},
        {"a cut header", {folder_.write("header", login.substr(0, 20))}, folder_.path("header")},
        {"a cut frame", {folder_.write("cut", login.substr(0, login.size() - 3))}, folder_.path("cut")},
        {"a record of nonsense",
         {folder_.write("nonsense", login + std::string(16, '\xff'))},
         folder_.path("nonsense")},
        {"cut gzip", {folder_.write("packed", packed.substr(0, packed.size() - 9))}, folder_.path("packed")},
        {"broken gzip",
         {folder_.write("broken", packed.substr(0, 40) + std::string(20, '\xff'))},
         folder_.path("broken")},
        {"cut zstd", {folder_.write("zstd", "\x28\xb5\x2f\xfd\x04"s)}, folder_.path("zstd")},
        {"the first of two", {folder_.path("none"), good}, folder_.path("none")},
        {"the last of two", {good, folder_.path("none")}, folder_.path("none")},
        {"an expression that its link type refuses", {"-f", "tcp port 7777", other_link}, "-f tcp port 7777"},
        {"no such interface", {"-i", "no-such-if0"}, "-i no-such-if0"},
    };
    for (const row& each : rows) {
        const program_result result = check(each.arguments);
        EXPECT_EQ(result.exit_code, 3) << each.title << result.err;
        EXPECT_EQ(errors(), std::vector{each.error}) << each.title << report();
        EXPECT_NE(report().find("errors=\"1\""), std::string::npos) << each.title;
        EXPECT_NE(report().find("<testcase name=\"PM-4\""), std::string::npos) << each.title;
    }
}

TEST_F(check_report_program, output_that_cannot_be_written_is_an_error) {
    const std::string good = folder_.write("good", text_of_login());
    EXPECT_EQ(check({good}, stdout_kind::full_device).exit_code, 3);
    EXPECT_EQ(errors(), std::vector{"standard output"s});
}

TEST_F(check_report_program, an_input_that_was_read_is_a_test_case_that_passes) {
    const program_result result = check({folder_.write("good", text_of_login())});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_TRUE(std::regex_search(
        report(),
        std::regex{"<testcase name=\"[^\"]*/good\" classname=\"chatos.capture.input\" time=\"\\d+\\.\\d{3}\"/>"}))
        << report();
    EXPECT_EQ(check({}, stdout_kind::pipe, text_of_login()).exit_code, 0);
    EXPECT_NE(report().find("<testcase name=\"standard input\""), std::string::npos) << report();
}

TEST_F(check_report_program, a_capture_without_packets_says_that_nothing_was_judged) {
    EXPECT_EQ(check({folder_.write("silent", text_of_login().substr(0, 24))}).exit_code, 0);
    EXPECT_NE(report().find("<system-out>no packet of the protocol is in it: nothing was judged</system-out>"),
              std::string::npos)
        << report();
    EXPECT_EQ(errors(), std::vector<std::string>{});
}

TEST_F(check_report_program, watching_needs_an_address_and_a_folder) {
    const std::string good = folder_.write("good", text_of_login());
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"--metrics", "9778"}, {"--metrics", "127.0.0.1:http"}, {"--metrics", ":70000"}}) {
        const program_result result = check({wrong[0], wrong[1], good});
        EXPECT_EQ(result.exit_code, 2) << wrong[1];
        EXPECT_NE(result.err.find("--metrics: "), std::string::npos) << result.err;
        EXPECT_NE(result.err.find("expected"), std::string::npos) << result.err;
    }
    EXPECT_EQ(run_program({CHATOS_DUMP_PROGRAM, "--metrics", "127.0.0.1:0", good}).exit_code, 2);
    EXPECT_EQ(run_program({CHATOS_DUMP_PROGRAM, "--keep", folder_.path("kept"), good}).exit_code, 2);
    for (const std::vector<std::string>& failing :
         {std::vector<std::string>{"--keep", "/dev/null/x"}, {"--metrics", "192.0.2.1:9778"}}) {
        const program_result result = check({failing[0], failing[1], good});
        EXPECT_EQ(result.exit_code, 3) << failing[1];
        EXPECT_NE(result.err.find(failing[1]), std::string::npos) << result.err;
        EXPECT_EQ(errors().size(), 1U) << report();
    }
}

TEST_F(check_report_program, a_pipe_can_be_watched) {
    const program_result result =
        check({"--metrics", "127.0.0.1:0", "--keep", folder_.path("kept")}, stdout_kind::pipe, text_of_login());
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(result.err.starts_with("chatos-dump: metrics on 127.0.0.1:")) << result.err;
    EXPECT_TRUE(std::filesystem::is_directory(folder_.path("kept")));
}

/// What Jenkins's junit-10.xsd asks of times, and what its users read there.
TEST_F(check_report_program, has_the_times_of_the_run) {
    ASSERT_EQ(check({folder_.write("good", text_of_login())}).exit_code, 0);
    const std::string text = report();
    EXPECT_TRUE(std::regex_search(
        text,
        std::regex{
            "<testsuites name=\"ChatOS capture\" tests=\"\\d+\" failures=\"0\" errors=\"0\" time=\"\\d+\\.\\d{3}\">"}))
        << text;
    EXPECT_TRUE(std::regex_search(
        text,
        std::regex{
            "<testsuite [^>]*time=\"\\d+\\.\\d{3}\" timestamp=\"2\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\" hostname=\"localhost\">"}))
        << text;
    EXPECT_FALSE(std::regex_search(text, std::regex{"<testcase name=\"[^\"]*\" classname=\"[^\"]*\"/?>"}))
        << "a test case without a time";
}

}  // namespace
}  // namespace chatos::dump::testing
