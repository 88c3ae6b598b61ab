// The real program on captures: files, standard input, compression, exit statuses, what it says of broken files.
#include "base/capture_builder.hpp"
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"
#include "dump/testing/dump_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace chatos::dump::testing {
namespace {

using base::testing::program_result;
using base::testing::run_program;

using namespace base::wire;
using namespace std::string_literals;
using namespace std::string_view_literals;

std::string text_of(const byte_string& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

constexpr std::string_view cr_bob = "\x01\x00\x03"
                                    "bob"sv;

byte_string conversation() {
    return pcap_builder{}
        .add(frame_of({.sequence = 9, .flags = syn}))
        .add(frame_of({.sequence = 99, .flags = syn | ack, .acknowledgement = 10, .from_server = true}),
             {.fraction = 500})
        .add(frame_of({.sequence = 10, .payload = cr_bob}), {.fraction = 1000})
        .add(frame_of({.sequence = 100, .payload = "\x06\x00"sv, .from_server = true}), {.fraction = 250'000})
        .add(frame_of({.sequence = 16,
                       .payload = "\x02\x00\x03"
                                  "eve"sv}),
             {.seconds = 1'700'000'061})
        .bytes();
}

class capture_program : public ::testing::Test {
protected:
    std::string write_file(const std::string& name, const byte_string& content) {
        return folder_.write(name, text_of(content));
    }
    static program_result dump(std::vector<std::string> arguments, std::string_view input = {}) {
        arguments.insert(arguments.begin(), CHATOS_DUMP_PROGRAM);
        return run_program(
            {.command = std::move(arguments), .input = input, .environment = {{"TERM=xterm", "PATH=/usr/bin:/bin"}}});
    }

    base::testing::temporary_folder folder_;
};

TEST_F(capture_program, prints_a_line_per_packet_from_files_and_standard_input) {
    const std::string wanted = R"(   0.001000  10.0.0.1:40000 > 10.0.0.2:7777                CR     pseudo="bob"
   0.250000  10.0.0.2:7777 > 10.0.0.1:40000                ERROR  code=0 OK
  61.000000  10.0.0.1:40000 "bob" > 10.0.0.2:7777          RPM    pseudo="eve"
3 packets in 1 stream; 5 frames = 5 decoded + 0 skipped
14 bytes read = 14 in packets + 0 malformed + 0 incomplete + 0 unframed; 0 missing, 0 repeated
)";
    const std::string file = write_file("a.pcap", conversation());
    const std::string bytes = text_of(conversation());
    for (const program_result& result : {dump({file}), dump({"-"}, bytes), dump({}, bytes)}) {
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_EQ(result.err, "");
        EXPECT_EQ(result.out, wanted);
    }
}

TEST_F(capture_program, times_have_the_chosen_form) {
    const std::string bytes = text_of(conversation());
    const auto times = [&bytes](const char* form) {
        const std::string out = dump({"--time", form}, bytes).out;
        std::string all;
        for (std::size_t at = 0; at < out.size() && all.size() < 1000; at = out.find('\n', at) + 1) {
            all += out.substr(at, out.find("  10.", at) - at) + "|";
        }
        return all.substr(0, all.find("|3 packets") + 1);
    };
    EXPECT_EQ(times("epoch"), "1700000000.001000|1700000000.250000|1700000061.000000|");
    EXPECT_EQ(times("absolute"),
              "2023-11-14T22:13:20.001000Z|2023-11-14T22:13:20.250000Z|2023-11-14T22:14:21.000000Z|");
    EXPECT_EQ(times("relative"), "   0.001000|   0.250000|  61.000000|");
    EXPECT_EQ(times("delta"), "   0.001000|   0.249000|  60.750000|");
}

TEST_F(capture_program, tree_has_the_place_in_the_capture) {
    const std::string out = dump({"-v"}, text_of(conversation())).out;
    EXPECT_NE(out.find("CR     pseudo=\"bob\"  [stream 0, c2s, frame 3, offset 0]\n"
                       "       0       opcode        01 "),
              std::string::npos)
        << out;
}

TEST_F(capture_program, another_port_is_followed_when_asked) {
    const std::string bytes = text_of(conversation());
    EXPECT_NE(dump({"--port", "9000"}, bytes).out.find("5 skipped (5 other_port)"), std::string::npos);
    EXPECT_NE(dump({"--port", "9000-9999"}, bytes).out.find("5 skipped (5 other_port)"), std::string::npos);
    EXPECT_NE(dump({"--port", "9000", "--port", "7000-7777"}, bytes).out.find("3 packets in 1 stream"),
              std::string::npos);
    EXPECT_NE(dump({"--port", "9000", "--port", "7777"}, bytes).out.find("3 packets in 1 stream"), std::string::npos);
}

TEST_F(capture_program, several_captures_are_conversations_of_their_own) {
    const std::string first = write_file("first", conversation());
    const std::string second = write_file("second", conversation());
    const program_result json = dump({"--json", first, second});
    EXPECT_EQ(json.exit_code, 0);
    EXPECT_EQ(last_number(json.out, "streams"), 2);
    EXPECT_EQ(last_number(json.out, "frames"), 10);
    EXPECT_NE(json.out.find(R"("stream":1,"dir":"c2s","file":")" + second + "\""), std::string::npos) << json.out;
    EXPECT_EQ(dump({first, second}).out.find("capture \"" + first + "\"\n"), 0U);
}

TEST_F(capture_program, one_stream_can_be_followed_and_the_account_is_that_of_all) {
    const std::string first = write_file("first", conversation());
    const program_result followed = dump({"--json", "--follow", "1", first, first});
    EXPECT_EQ(followed.exit_code, 0) << followed.err;
    EXPECT_EQ(std::count(followed.out.begin(), followed.out.end(), '\n'), 4);
    EXPECT_EQ(followed.out.find(R"("stream":0)"), std::string::npos);
    EXPECT_EQ(last_number(followed.out, "packets"), 28);
    EXPECT_NE(followed.out.find(R"("packets":6,"streams":2)"), std::string::npos);
    EXPECT_EQ(dump({"--follow", "first", first}).exit_code, 2);
}

TEST_F(capture_program, cut_and_broken_captures_print_what_came_before_and_exit_with_3) {
    byte_string cut = conversation();
    cut.resize(cut.size() - 3);
    const std::string file = write_file("cut", cut);
    const program_result result = dump({"--json", file});
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(last_number(result.out, "packets"), 8);
    EXPECT_EQ(last_number(result.out, "frames"), 4);
    EXPECT_EQ(result.err, "chatos-dump: cannot read \"" + file +
                              "\" to its end: the file ends inside a packet, at byte " +
                              std::to_string(conversation().size() - 76) + "; 4 frames before that were read\n");
    const program_result empty = dump({"-"});
    EXPECT_EQ(empty.exit_code, 3);
    EXPECT_EQ(empty.err, "chatos-dump: cannot read standard input: the file is empty, at byte 0; no frame was read\n");
    const program_result other = dump({"-"}, "no capture");
    EXPECT_EQ(other.exit_code, 3);
    EXPECT_NE(other.err.find("it is not a pcap or pcapng file"), std::string::npos);
    const program_result missing = dump({folder_.path("missing"), file});
    EXPECT_EQ(missing.exit_code, 3);
    EXPECT_NE(missing.out.find("CR "), std::string::npos);
}

TEST_F(capture_program, a_capture_without_packets_is_whole) {
    const program_result result = dump({"--json"}, text_of(pcap_builder{}.bytes()));
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1);
}

TEST_F(capture_program, ends_after_so_many_frames_of_all_files_or_so_much_time_of_each) {
    const std::string file = write_file("a.pcap", conversation());
    const auto frames = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "--json");
        const program_result result = dump(std::move(arguments));
        EXPECT_EQ(result.exit_code, 0) << result.err;
        EXPECT_EQ(result.err, "");
        return last_number(result.out, "frames");
    };
    EXPECT_EQ(frames({"-c", "3", file}), 3);
    EXPECT_EQ(frames({"-c", "7", file, file}), 7);
    EXPECT_EQ(frames({"-c", "5", file, "/nowhere"}), 5) << "what is not wanted is not opened";
    EXPECT_EQ(frames({"-c", "99", file}), 5);
    EXPECT_EQ(frames({"-a", "duration:0.249999", file}), 3);
    EXPECT_EQ(frames({"-a", "duration:0.25", file}), 4);
    EXPECT_EQ(frames({"-a", "duration:1", file, file}), 8);
    EXPECT_EQ(frames({"-a", "duration:1000000000", "-c", "4", file}), 4);
    EXPECT_EQ(last_number(dump({"-c", "1", "--json", "-f", "tcp[tcpflags] & tcp-push != 0", file}).out, "packets"), 0);
}

TEST_F(capture_program, refuses_ends_that_make_no_sense) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"-c", "0"},
                                               {"-c", "-1"},
                                               {"-c", "many"},
                                               {"-a", "duration:0"},
                                               {"-a", "duration:"},
                                               {"-a", "60"},
                                               {"-a", "duration:-1"},
                                               {"-a", "duration:nan"},
                                               {"-a", "duration:1e9"},
                                               {"-a", "duration:1000000001"},
                                               {"-a", "filesize:1"},
                                               {"-c", "1", "--raw"},
                                               {"-a", "duration:1", "--raw"}}) {
        const program_result result = dump(arguments);
        EXPECT_EQ(result.exit_code, 2) << arguments[1];
        EXPECT_NE(result.err.find(arguments[0]), std::string::npos) << result.err;
    }
    EXPECT_EQ(dump({"-a", "duration:1\x1b"}).err,
              "chatos-dump: -a: invalid value 'duration:1\\x1b': expected duration: and seconds up to 1000000000, for "
              "example duration:60 or duration:0.5\n");
}

TEST_F(capture_program, writes_the_frames_of_what_it_shows_to_a_capture) {
    const std::string file = write_file("a.pcap", conversation());
    const std::string kept = folder_.path("kept.pcapng");
    const program_result result = dump({"-w", kept, "-Y", "packet==CR", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("CR     pseudo=\"bob\""), std::string::npos);
    const program_result read = dump({"--json", kept});
    EXPECT_EQ(last_number(read.out, "frames"), 1);
    EXPECT_NE(read.out.find(R"("packet":"CR","pseudo":"bob")"), std::string::npos) << read.out;
    // The whole capture, through pipes.
    const program_result piped = dump({"-w", "-", file});
    EXPECT_EQ(dump({"--json"}, piped.out).out, dump({"--json", file}).out);
    EXPECT_EQ(piped.exit_code, 0);

    EXPECT_EQ(dump({"-w", folder_.path("nowhere/a"), file}).exit_code, 3);
    EXPECT_EQ(dump({"-w", "/dev/full", file}).err,
              "chatos-dump: cannot write the capture to \"/dev/full\": No space left on device\n");
    EXPECT_NE(dump({"-w", file, file}).err.find("would overwrite the input"), std::string::npos);
    for (const char* other : {"--json", "--csv", "-v", "--stats", "--ladder"}) {
        EXPECT_EQ(dump({"-w", "-", other, file}).exit_code, 2) << other;
    }
}

TEST_F(capture_program, prints_the_bytes_of_a_stream) {
    const std::string file = write_file("a.pcap", conversation());
    EXPECT_EQ(dump({"--follow-raw", "0", file}).out, "010003626f62\n\t0600\n020003657665\n");
    EXPECT_EQ(dump({"--follow-raw", "0", "--dir", "s2c", file}).out, "\x06\x00"sv);
    const program_result none = dump({"--follow-raw", "1", file});
    EXPECT_EQ(none.exit_code, 3);
    EXPECT_EQ(none.err, "chatos-dump: there is no stream 1; the last one is 0\n");
    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
             {"--json"}, {"--raw"}, {"-w", "x"}, {"-Y", "code"}, {"--check"}, {"--follow", "0"}, {"--dir", "up"}}) {
        std::vector<std::string> arguments{"--follow-raw", "0", file};
        arguments.insert(arguments.begin(), wrong.begin(), wrong.end());
        EXPECT_EQ(dump(arguments).exit_code, 2) << wrong[0];
    }
    EXPECT_EQ(dump({"--dir", "c2s", file}).exit_code, 2);
}

TEST_F(capture_program, prints_a_table) {
    const program_result table = dump({"--csv", "-Y", "code", "-"}, text_of(conversation()));
    EXPECT_EQ(table.out.substr(table.out.find("\r\n") + 2),
              "packet,0,s2c,,10.0.0.2:7777,10.0.0.1:40000,1700000000.250000,4,0,2,ERROR,,,0,OK,,,,\r\n");
    EXPECT_EQ(dump({"--raw", "--csv"}, cr_bob).out.substr(0, 5), "type,");
    EXPECT_EQ(dump({"--csv", "--json"}).exit_code, 2);
}

TEST_F(capture_program, reads_compressed_captures) {
    const std::string file = write_file("plain", conversation());
    const std::string wanted = dump({"--json", file}).out;
    for (const std::string command : {"gzip -c", "zstd -q -c"}) {
        const std::string packed = folder_.path("packed");
        if (std::system((command + " '" + file + "' > '" + packed + "' 2>/dev/null").c_str()) != 0) {
            continue;  // the sources themselves are tested without these programs
        }
        const program_result result = dump({"--json", packed});
        EXPECT_EQ(result.exit_code, 0) << command << result.err;
        EXPECT_EQ(result.out, wanted) << command;
        std::filesystem::resize_file(packed, std::filesystem::file_size(packed) - 5);
        const program_result cut = dump({"--json", packed});
        EXPECT_EQ(cut.exit_code, 3) << command;
        EXPECT_NE(cut.err.find("ends early"), std::string::npos) << cut.err;
    }
}

TEST_F(capture_program, network_text_cannot_act_on_a_terminal) {
    const std::string nasty = "\x04\x00\x00\x00\x0b\x1b[2J\n\r\x7f\xe2\x80\xaeX"s;
    const byte_string capture = pcap_builder{}
                                    .add(frame_of({.sequence = 9, .flags = syn}))
                                    .add(frame_of({.sequence = 10, .payload = nasty}))
                                    .bytes();
    const program_result text = dump({"-"}, text_of(capture));
    EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.out.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_NE(text.out.find("\\x1b[2J\\n\\r"), std::string::npos) << text.out;
}

}  // namespace
}  // namespace chatos::dump::testing
