// The real program: options, files, exit statuses, and what it says when something is wrong.
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"
#include "dump/testing/dump_testing.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace chatos::dump::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;
using base::testing::stdout_kind;

program_result dump(std::vector<std::string> arguments, std::string_view input = {},
                    stdout_kind destination = stdout_kind::pipe,
                    std::vector<std::string> environment = {"TERM=xterm"}) {
    arguments.insert(arguments.begin(), CHATOS_DUMP_PROGRAM);
    return run_program({.command = std::move(arguments),
                        .input = input,
                        .destination = destination,
                        .environment = std::move(environment)});
}

bool contains(std::string_view text, std::string_view wanted) {
    return text.find(wanted) != std::string_view::npos;
}

/// One line that starts with the program's name.
void expect_one_error(const program_result& result, std::string_view wanted) {
    EXPECT_EQ(result.err.rfind("chatos-dump: ", 0), 0U) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_TRUE(contains(result.err, wanted)) << result.err;
}

/// A folder of its own for each test.
class dump_program : public ::testing::Test {
protected:
    std::string write_file(const std::string& name, std::string_view content) { return folder_.write(name, content); }

    base::testing::temporary_folder folder_;
};

const std::string_view cr_bob = "\x01\x00\x03"
                                "bob"sv;
const std::string_view error_ok = "\x06\x00"sv;

TEST_F(dump_program, reads_binary_from_standard_input_with_and_without_a_dash) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--raw"}, std::vector<std::string>{"--raw", "-"}}) {
        const program_result result = dump(arguments, cr_bob);
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_EQ(result.err, "");
        EXPECT_EQ(result.out, "       0  c2s  CR     pseudo=\"bob\"\n"
                              "1 packet in 1 stream; 6 bytes read = 6 in packets + 0 malformed + 0 incomplete\n");
    }
}

TEST_F(dump_program, tells_hex_from_binary_and_can_be_told) {
    const std::string binary = dump({"--raw"}, cr_bob).out;
    EXPECT_EQ(dump({"--raw"}, "01 0003 626f62\n").out, binary);
    EXPECT_EQ(dump({"--raw", "--hex"}, "01 0003 626f62").out, binary);
    EXPECT_EQ(dump({"--raw", "--binary"}, cr_bob).out, binary);
    EXPECT_TRUE(contains(dump({"--raw", "--binary"}, "01 0003").out, "opcode is 48"));
    const program_result forced = dump({"--raw", "--hex"}, cr_bob);
    EXPECT_EQ(forced.exit_code, 3);
    expect_one_error(forced, "line 1, column 1: '\\x01' is not a hex digit");
}

TEST_F(dump_program, each_file_is_a_stream_of_its_own) {
    const std::string first = write_file("first", "\x01\x00\x03"
                                                  "bo"sv);
    const std::string second = write_file("second", "06 00");
    const program_result json = dump({"--raw", "--json", first, second, "-"}, error_ok);
    EXPECT_EQ(json.exit_code, 0);
    EXPECT_TRUE(
        contains(json.out, R"({"type":"event","event":"incomplete","stream":0,"dir":"c2s","offset":0,"bytes":5)"));
    EXPECT_TRUE(contains(json.out, R"({"type":"packet","stream":1,"dir":"c2s","offset":0,"length":2)"));
    EXPECT_TRUE(contains(json.out, R"({"type":"packet","stream":2,"dir":"c2s","offset":0,"length":2)"));
    EXPECT_TRUE(contains(json.out, R"("packets":2,"streams":3,)"));
    const program_result text = dump({"--raw", first, second});
    EXPECT_TRUE(contains(text.out, "stream 0: \"" + first + "\"\n"));
    EXPECT_TRUE(contains(text.out, "stream 1: \"" + second + "\"\n"));
}

TEST_F(dump_program, whatever_the_traffic_the_exit_code_is_0) {
    EXPECT_EQ(dump({"--raw"}).exit_code, 0);
    EXPECT_EQ(dump({"--raw"}, "\x07"sv).exit_code, 0);
    EXPECT_EQ(dump({"--raw"}, "\x01"sv).exit_code, 0);
    EXPECT_EQ(dump({"--raw", "--dir", "s2c"}, cr_bob).exit_code, 0);
}

TEST_F(dump_program, takes_direction_limits_and_detail) {
    const program_result server = dump({"--raw", "--dir", "s2c", "-v"}, cr_bob);
    EXPECT_TRUE(contains(server.out, "s2c  CR     pseudo=\"bob\"  <- no server sends this\n"));
    EXPECT_TRUE(contains(server.out, "       3       pseudo        62 6f 62 "));
    EXPECT_TRUE(contains(dump({"--raw", "--pseudo-bytes-max", "2"}, cr_bob).out, "WIRE-14, pseudo_size"));
    EXPECT_TRUE(
        contains(dump({"--raw", "--message-bytes-max", "0"}, "\x04\x00\x00\x00\x01"sv).out, "WIRE-14, message_size"));
    EXPECT_TRUE(
        contains(dump({"--raw", "--message-bytes-max", "2147483647"}, "\x04\x7f\xff\xff\xff"sv).out, "INCOMPLETE"));
}

TEST_F(dump_program, a_file_that_cannot_be_read_is_told_and_the_next_one_is_read) {
    const std::string good = write_file("good", error_ok);
    const std::string missing = folder_.path("missing\x1b[31m");
    const program_result result = dump({"--raw", missing, good});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_TRUE(contains(result.out, "ERROR  code=0 OK"));
    expect_one_error(result, "cannot open \"");
    EXPECT_TRUE(contains(result.err, "missing\\x1b[31m\": No such file or directory")) << result.err;

    const program_result folder = dump({"--raw", folder_.path()});
    EXPECT_EQ(folder.exit_code, 3);
    expect_one_error(folder, "cannot read \"" + folder_.path() + "\": Is a directory");
}

TEST_F(dump_program, broken_hex_prints_what_came_before_and_fails) {
    const program_result result = dump({"--raw"}, "06 00\n01 00 03 6x\n");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_TRUE(contains(result.out, "ERROR  code=0 OK\n"));
    EXPECT_TRUE(contains(result.out, "INCOMPLETE  the input ends inside a CR, in pseudo (0 of 3 bytes)"));
    EXPECT_TRUE(contains(result.out, "5 bytes read = 2 in packets + 0 malformed + 3 incomplete\n"));
    expect_one_error(result, "bad hex text in standard input, line 2, column 11: 'x' is not a hex digit; correct it");
}

TEST_F(dump_program, refuses_what_makes_no_sense_with_status_2) {
    const std::vector<std::pair<std::vector<std::string>, std::string_view>> cases{
        {{"--dir", "s2c"}, "use it with --raw"},
        {{"--hex", "capture.pcap"}, "use them with --raw"},
        {{"--raw", "--port", "7777"}, "excludes"},
        {{"--raw", "--verify-checksums"}, "excludes"},
        {{"--link-type", "147=ether"}, "--link-type: invalid value \"147=ether\": expected one of these"},
        {{"--port", "0"}, "not in range"},
        {{"--port", "65536"}, "not in range"},
        {{"--port", "9-8"}, "--port: '9-8' is not in range: expected a port from 1 to 65535, or"},
        {{"--port", "7000-"}, "not in range"},
        {{"--port", "-7000"}, "not in range"},
        {{"--port", "7000-65536"}, "not in range"},
        {{"--port", "7777x"}, "not in range"},
        {{"--time", "soon"}, "soon"},
        {{"--json", "--time", "epoch"}, "excludes"},
        {{"--raw", "--nonsense"}, "--nonsense"},
        {{"--raw", "--dir", "up"}, "up not in {c2s,s2c}"},
        {{"--raw", "--hex", "--binary"}, "excludes"},
        {{"--raw", "--json", "-v"}, "excludes"},
        {{"--raw", "--stats", "-v"}, "excludes"},
        {{"--raw", "--ladder", "--json"}, "excludes"},
        {{"--raw", "--ladder", "--stats"}, "excludes"},
        {{"--raw", "-", "-"}, "name it once"},
        {{"--raw", "--pseudo-bytes-max", "32768"}, "32768"},
        {{"--raw", "--pseudo-bytes-max", "0"}, "not in range"},
        {{"--raw", "--message-bytes-max", "-1"}, "-1"},
        {{"--raw", "--message-bytes-max", "many"}, "many"},
        {{"--anonymize", "o.pcapng"}, "name one file"},
        {{"--anonymize", "o.pcapng", "a.pcap", "b.pcap"}, "name one file"},
        {{"--anonymize", "o.pcapng", "--json", "a.pcap"}, "prints only a count"},
        {{"--anonymize", "o.pcapng", "--time", "iso", "a.pcap"}, "prints only a count"},
        {{"--anonymize", "o.pcapng", "--stats", "a.pcap"}, "another run, without --stats in this one"},
        {{"--anonymize", "o.pcapng", "-i", "lo", "--port", "9000", "-c", "2"}, "name one file"},
        {{"--anonymize", "-", "a.pcap"}, "give it a file"},
        {{"--anonymize", "o.pcapng", "--raw", "a.pcap"}, "excludes"},
    };
    for (const auto& [arguments, wanted] : cases) {
        const program_result result = dump(arguments, error_ok);
        EXPECT_EQ(result.exit_code, 2) << wanted;
        EXPECT_EQ(result.out, "");
        expect_one_error(result, wanted);
    }
}

TEST_F(dump_program, filters_what_it_shows_in_every_form) {
    const std::string stream = std::string{cr_bob} + std::string{error_ok};
    EXPECT_EQ(dump({"--raw", "-Y", "packet==ERROR"}, stream).out,
              "       6  c2s  ERROR  code=0 OK\n"
              "2 packets in 1 stream; 8 bytes read = 8 in packets + 0 malformed + 0 incomplete\n");
    const std::string json = dump({"--raw", "--json", "-Y", "pseudo"}, stream).out;
    EXPECT_TRUE(contains(json, R"("packet":"CR")"));
    EXPECT_FALSE(contains(json, R"("packet":"ERROR")"));
    EXPECT_TRUE(contains(dump({"--raw", "-v", "-Y", "code==OK", "--follow", "0"}, stream).out, "error_code    00"));
    EXPECT_FALSE(contains(dump({"--raw", "-Y", "code==OK", "--follow", "1"}, stream).out, "ERROR"));
}

TEST_F(dump_program, draws_charts_as_wide_as_the_terminal_and_into_files) {
    const std::string path = folder_.path("chart.svg");
    const program_result result =
        dump({"--raw", "--ladder", "--ladder-svg", path}, cr_bob, stdout_kind::pipe, {"COLUMNS=60"});
    EXPECT_TRUE(contains(result.out, "|  CR     pseudo=\"bob\"\n1 packet in")) << result.out;
    std::ifstream file{path};
    const std::string svg{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_TRUE(contains(dump({"--raw", "--json", "--ladder-svg", path}, cr_bob).out, "\"packet\":\"CR\""));
    const program_result nowhere = dump({"--raw", "--ladder-svg", "/nowhere/chart.svg"}, cr_bob);
    EXPECT_EQ(nowhere.exit_code, 3);
    expect_one_error(nowhere, "cannot write the drawing to \"/nowhere/chart.svg\": No such file or directory");
    const program_result full = dump({"--raw", "--ladder-svg", "/dev/full"}, cr_bob);
    EXPECT_EQ(full.exit_code, 3);
    expect_one_error(full, "No space left on device");
}

TEST_F(dump_program, shows_progress_on_stderr_only_and_when_told_so) {
    const std::string file = write_file("raw", cr_bob);
    const program_result event = dump({"--raw", "--progress", file});
    EXPECT_TRUE(contains(event.err, "\r100% [")) << event.err;
    EXPECT_TRUE(event.err.ends_with("\r\x1b[K"));
    EXPECT_EQ(event.out, dump({"--raw", "--no-progress", file}).out);
    EXPECT_EQ(dump({"--raw", file}).err, "");
    EXPECT_EQ(dump({"--raw", "--no-progress", file}).err, "");
    // Its line is gone before something else is printed.
    const program_result missing = dump({"--raw", "--progress", file, "/dev/null", "/nowhere"});
    EXPECT_EQ(missing.err.find('='), std::string::npos) << "without sizes there is no bar";
    const program_result broken = dump({"--raw", "--progress", "--hex", file});
    EXPECT_TRUE(contains(broken.err, "\r\x1b[Kchatos-dump: bad hex text")) << broken.err;
}

TEST_F(dump_program, points_at_what_is_wrong_with_a_filter) {
    const program_result result = dump({"--raw", "-Y", "packet==SPN"}, error_ok);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err,
              "chatos-dump: bad filter: at column 9 'SPN' is wrong; expected CR, RPM, SPM, SMA, PC or ERROR\n"
              "  packet==SPN\n"
              "          ^^^\n");
    EXPECT_EQ(dump({"--raw", "-Y", ""}, error_ok).exit_code, 2);
}

TEST_F(dump_program, helps_and_names_its_version) {
    const program_result help = dump({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_TRUE(contains(help.out, "chatos-dump --raw --json a.bin b.bin"));
    const program_result version = dump({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_EQ(version.out.rfind("chatos-dump ", 0), 0U);
}

TEST_F(dump_program, is_coloured_on_a_terminal_only_and_never_with_no_color) {
    const std::vector<std::string> raw{"--raw"};
    EXPECT_TRUE(contains(dump(raw, error_ok, stdout_kind::terminal).out, "\x1b[1m"));
    EXPECT_FALSE(contains(dump(raw, error_ok, stdout_kind::pipe).out, "\x1b"));
    for (const char* setting : {"NO_COLOR=1", "TERM=dumb"}) {
        const program_result result = dump(raw, error_ok, stdout_kind::terminal, {setting, "COLUMNS=80"});
        EXPECT_TRUE(contains(result.out, "ERROR")) << result.err;
        EXPECT_FALSE(contains(result.out, "\x1b")) << setting;
    }
}

TEST_F(dump_program, stops_quietly_when_nobody_reads_on_and_complains_when_the_disk_is_full) {
    std::string many;
    for (int count = 0; count < 100'000; ++count) {
        many += error_ok;
    }
    const program_result unread = dump({"--raw"}, many, stdout_kind::closed_pipe);
    EXPECT_EQ(unread.exit_code, 0);
    EXPECT_EQ(unread.err, "");
    const program_result full = dump({"--raw"}, many, stdout_kind::full_device);
    EXPECT_EQ(full.exit_code, 3);
    expect_one_error(full, "cannot write to standard output: No space left on device");
}

TEST_F(dump_program, reads_long_streams_in_either_encoding) {
    std::string binary;
    std::string hex;
    for (int count = 0; count < 200'000; ++count) {
        binary += cr_bob;
        hex += "01 00 03 62 6f 62\n";
    }
    const std::string account =
        "200000 packets in 1 stream; 1200000 bytes read = 1200000 in packets + 0 malformed + 0 incomplete\n";
    EXPECT_TRUE(dump({"--raw"}, binary).out.ends_with(account));
    EXPECT_TRUE(dump({"--raw"}, hex).out.ends_with(account));
}

}  // namespace
}  // namespace chatos::dump::testing
