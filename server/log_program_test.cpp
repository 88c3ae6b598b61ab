// The log of a running chatos-server, blocked logs, and the bound per address.
#include "base/system/descriptor.hpp"
#include "net/test_connection.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace chatos::net::test {
namespace {

using error = error_code;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

// Limits that no machine has too few descriptors for.
std::vector<std::string> with_few(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--capacity", "100", "--unregistered-max", "100", "--tunnels-max", "10"});
    return arguments;
}

std::string stop(process& server) {
    server.signal(SIGTERM);
    std::string said = server.all_err();
    EXPECT_EQ(server.wait(), 0);
    return said;
}

// One connection that breaks the protocol and gets ERROR 5.
void break_protocol(const std::string& bound) {
    connection eve{bound};
    eve.send_bytes("\x09");
    EXPECT_TRUE(eve.receives(make_error(error::refused)));
}

TEST(Log, tells_start_stop_and_refused_input_and_no_message) {
    process server{with_few({"--listen", "127.0.0.1:0"})};
    const std::string bound = server.bound();
    connection alice = join(bound, "alice");
    alice.send(make_sma("secret"));
    EXPECT_TRUE(alice.receives(make_error(error::ok)));
    alice.send_bytes("\x09\xff\"\nlevel=error event=forged");
    EXPECT_TRUE(alice.receives(make_error(error::refused)));
    alice.end();
    EXPECT_EQ(alice.next_event(), "end");
    const std::string said = stop(server);
    EXPECT_TRUE(contains(said, " level=info event=started version=" CHATOS_VERSION " where=\"listening on " + bound));
    EXPECT_TRUE(contains(said, " level=info event=refused_input connection=0.1 peer=127.0.0.1:"));
    EXPECT_TRUE(contains(said, " rule=WIRE-1 offset=19 why=unknown_opcode "
                               "excerpt=\"\\t\\xff\\\"\\nlevel=error event=forged\"\n"))
        << said;
    EXPECT_TRUE(contains(said, " level=info event=stopping connections="));
    EXPECT_TRUE(said.ends_with(" level=info event=stopped\n")) << said;
    EXPECT_FALSE(contains(said, "secret"));
}

TEST(Log, as_json_is_one_object_per_line) {
    process server{with_few({"--listen", "127.0.0.1:0", "--log-format", "json", "--log-level", "debug"})};
    const std::string bound = server.bound();
    connection alice = join(bound, "al\"ice\xc3\xa9");
    alice.send_bytes("\x09\xff\"\n}{");
    EXPECT_TRUE(alice.receives(make_error(error::refused)));
    alice.end();
    std::istringstream said{stop(server)};
    std::size_t lines = 0;
    for (std::string line; std::getline(said, line); ++lines) {
        EXPECT_TRUE(line.starts_with("{\"time\":\"20")) << line;
        EXPECT_TRUE(line.ends_with("}")) << line;
        EXPECT_FALSE(contains(line, " event=")) << line;
    }
    EXPECT_GE(lines, 6U);
    EXPECT_TRUE(contains(said.str(), ",\"event\":\"registered\",\"connection\":\"0.1\",\"peer\":\"127.0.0.1:"));
    EXPECT_TRUE(contains(said.str(), "\"pseudo\":\"al\\\"ice"));
    EXPECT_TRUE(contains(said.str(), ",\"rule\":\"WIRE-1\",\"offset\":11,\"why\":\"unknown_opcode\",\"excerpt\":"
                                     "\"\\t\\ufffd\\\"\\n}{\"}\n"))
        << said.str();
    process wrong{{"--log-format", "xml"}};
    EXPECT_TRUE(contains(wrong.all_err(), "--log-format"));
    EXPECT_EQ(wrong.wait(), 2);
}

TEST(Log, debug_tells_pseudos_and_no_message_either_and_warning_keeps_still) {
    for (const std::string level : {"debug", "warning"}) {
        process server{with_few({"--listen", "127.0.0.1:0", "--log-level", level})};
        const std::string bound = server.bound();
        {
            connection alice = join(bound, "alice");
            alice.send({make_rpm("alice"), make_spm("alice", "secret")});
            EXPECT_TRUE(alice.receives(make_error(error::ok)));
        }
        const std::string said = stop(server);
        EXPECT_EQ(contains(said, "level=debug event=connected connection=0.1 peer=127.0.0.1:"), level == "debug");
        EXPECT_EQ(contains(said, "event=registered"), level == "debug");
        EXPECT_EQ(contains(said, " pseudo=alice\n"), level == "debug");
        EXPECT_FALSE(contains(said, "secret"));
        EXPECT_EQ(said.empty(), level == "warning") << said;
    }
    process wrong{{"--log-level", "loud"}};
    EXPECT_TRUE(contains(wrong.all_err(), "--log-level"));
    EXPECT_EQ(wrong.wait(), 2);
}

TEST(Log, a_file_that_was_moved_away_is_opened_again_on_sighup) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("log");
    process server{{"--listen", "127.0.0.1:0", "--log-file", path}};
    const std::string bound = server.bound();
    const auto await = [](const std::string& file, const std::string& event) {
        while (!contains(content(file), event)) {
            std::this_thread::yield();
        }
    };
    await(path, "event=started");
    std::filesystem::rename(path, path + ".1");
    server.signal(SIGHUP);
    await(path, "event=log_reopened");
    break_protocol(bound);
    EXPECT_EQ(stop(server), "");
    EXPECT_TRUE(contains(content(path), "event=refused_input"));
    EXPECT_FALSE(contains(content(path + ".1"), "event=refused_input"));
    process wrong{{"--listen", "127.0.0.1:0", "--log-file", folder.path("nowhere/log")}};
    EXPECT_EQ(wrong.all_err(), "chatos-server: cannot write to --log-file " + folder.path("nowhere/log") +
                                   ": No such file or directory; give a file that can be written\n");
    EXPECT_EQ(wrong.wait(), 3);
}

TEST(Log, a_file_that_cannot_be_opened_again_is_told_in_the_old_one_which_continues) {
    const base::testing::temporary_folder folder;
    const std::string path = folder.path("log");
    const std::string old = folder.path("old");
    process server{{"--listen", "127.0.0.1:0", "--log-file", path}};
    const std::string bound = server.bound();
    while (!contains(content(path), "event=started")) {
        std::this_thread::yield();
    }
    std::filesystem::rename(path, old);
    std::filesystem::create_directory(path);
    server.signal(SIGHUP);
    while (!contains(content(old), "event=log_not_reopened")) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(contains(content(old), " level=warning event=log_not_reopened why=\"Is a directory\" advice="));
    EXPECT_FALSE(contains(content(old), "event=log_reopened"));
    break_protocol(bound);
    EXPECT_EQ(stop(server), "");
    EXPECT_TRUE(contains(content(old), "event=refused_input"));
    EXPECT_TRUE(contains(content(old), "event=stopped"));
}

// The sum of what lines of that kind report as left out.
std::size_t left_out(const std::string& text) {
    constexpr std::string_view key = " left_out=";
    std::size_t all = 0;
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
        all += std::stoul(text.substr(at + key.size()));
    }
    return all;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

TEST(Log, lines_of_one_kind_have_a_rate_and_what_is_left_out_is_counted) {
    constexpr std::size_t attacks = 400;
    const auto began = std::chrono::steady_clock::now();
    monitored_server all{{"--log-lines-per-second-max", "5"}};
    for (std::size_t i = 0; i < attacks; ++i) {
        break_protocol(all.bound);
    }
    const std::size_t missing = all.scrape()["chatos_log_lines_left_out_total"];
    const std::string said = stop(all.server);
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
    const std::size_t written = count_of(said, "event=refused_input");
    EXPECT_EQ(written + missing, attacks);
    EXPECT_LE(written, 5 * (static_cast<std::size_t>(seconds.count()) + 1));
    EXPECT_EQ(left_out(said), missing) << "each is reported, at the latest when the server stops";
    for (const char* event : {"event=started", "event=stopping", "event=stopped"}) {
        EXPECT_EQ(count_of(said, event), 1U) << event;
    }
}

TEST(Log, a_rate_of_zero_leaves_nothing_out) {
    process server{{"--listen", "127.0.0.1:0", "--log-lines-per-second-max", "0"}};
    const std::string bound = server.bound();
    for (int i = 0; i < 200; ++i) {
        break_protocol(bound);
    }
    EXPECT_EQ(count_of(stop(server), "event=refused_input"), 200U);
}

TEST(Log, a_pipe_that_nobody_reads_costs_lines_and_nothing_else) {
    base::pipe_ends pipe = base::open_pipe();
    ASSERT_TRUE(pipe.reader.is_open());
    ASSERT_GT(::fcntl(pipe.writer.get(), F_SETPIPE_SZ, 4'096), 0);
    monitored_server all{{"--log-level", "debug", "--log-queue-bytes-max", "4096"}, {.err = pipe.writer.get()}};
    for (int i = 0; i < 200; ++i) {
        break_protocol(all.bound);
    }
    EXPECT_GT(all.scrape()["chatos_log_lines_dropped_total"], 100U);
    static_cast<void>(join(all.bound, "alice"));
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0);
}

TEST(Log, a_file_at_its_size_limit_costs_lines_and_nothing_else) {
    const base::testing::temporary_folder folder;
    monitored_server all{{"--log-file", folder.path("log")}};
    const ::rlimit tiny{.rlim_cur = 1, .rlim_max = 1};
    ASSERT_EQ(::prlimit(all.server.id(), RLIMIT_FSIZE, &tiny, nullptr), 0);
    do {
        break_protocol(all.bound);
    } while (all.scrape()["chatos_log_lines_dropped_total"] == 0);
    static_cast<void>(join(all.bound, "alice"));
    all.server.signal(SIGTERM);
    EXPECT_EQ(all.server.wait(), 0) << "SIGXFSZ does not end it";
}

TEST(Log, a_full_disk_and_a_reader_that_is_gone_cost_lines_and_nothing_else) {
    base::pipe_ends pipe = base::open_pipe();
    ASSERT_TRUE(pipe.reader.is_open());
    pipe.reader.reset();
    const base::descriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    ASSERT_TRUE(full.is_open());
    for (const int err : {full.get(), pipe.writer.get()}) {
        monitored_server all{{}, {.err = err}};
        break_protocol(all.bound);
        auto samples = all.scrape();
        while (samples["chatos_log_lines_dropped_total"] < 2) {
            samples = all.scrape();
        }
        EXPECT_EQ(samples["chatos_log_lines_written_total"], 0U);
        all.server.signal(SIGTERM);
        EXPECT_EQ(all.server.wait(), 0);
    }
}

TEST(Log, limits_that_promise_more_than_the_descriptors_allow_are_a_warning_at_start) {
    process server{{"--listen", "127.0.0.1:0", "--capacity", "100", "--unregistered-max", "100", "--no-tunnel"},
                   {.descriptors_max = 200}};
    static_cast<void>(server.bound());
    const std::string said = server.err_line();
    EXPECT_TRUE(contains(said, " level=warning event=started ")) << said;
    EXPECT_TRUE(contains(said, " descriptors_max=200 descriptors_wanted=216 advice=\"raise the limit of open files, or "
                               "lower --capacity, "))
        << said;
}

TEST(AddressLimit, the_default_leaves_half_of_what_descriptors_allow_to_others) {
    const process_setup few{.descriptors_max = 64};
    process server{{"--listen", "127.0.0.1:0", "--print-limits"}, few};
    EXPECT_TRUE(contains(server.all_out(), "--per-address-max                     24 "));
    process explicit_limit{{"--listen", "127.0.0.1:0", "--per-address-max", "60", "--print-limits"}, few};
    EXPECT_TRUE(contains(explicit_limit.all_out(), "--per-address-max                     60 "));
}

TEST(AddressLimit, the_default_excepts_this_machine) {
    monitored_server all{{"--capacity", "2", "--unregistered-max", "4"}, {}};
    connection alice = join(all.bound, "alice");
    connection bob = join(all.bound, "bob");
    std::deque<connection> more;
    for (int i = 0; i < 4; ++i) {
        more.emplace_back(all.bound);
    }
    while (all.scrape()["chatos_connections"] != 6) {
        std::this_thread::yield();
    }
    EXPECT_EQ(all.scrape()["chatos_closed_total{cause=\"address_limit\"}"], 0U);
}

TEST(AddressLimit, a_rate_closes_what_comes_too_fast_and_is_counted) {
    monitored_server all{{"--connections-per-second-max", "1", "--log-level", "warning", "--capacity", "100",
                          "--unregistered-max", "100", "--tunnels-max", "10"},
                         {}};
    connection alice = join(all.bound, "alice");
    std::deque<connection> more;
    while (all.scrape()["chatos_closed_total{cause=\"address_rate\"}"] == 0) {
        more.emplace_back(all.bound);
    }
    EXPECT_TRUE(more.back().receives(make_error(error::out_of_capacity)));
    EXPECT_EQ(more.back().next_event(), "end");
    const std::string said = all.server.err_line();
    EXPECT_TRUE(contains(said, " level=warning event=address_rate peer=127.0.0.1:")) << said;
    EXPECT_TRUE(said.ends_with(" limit=1")) << said;
}

TEST(AddressLimit, beyond_it_connections_hear_2_and_are_closed_and_those_who_leave_make_room) {
    const base::testing::temporary_folder folder;
    const std::string path = "unix:" + folder.path("socket");
    monitored_server all{{"--per-address-max", "2", "--listen", path}, {}};
    connection alice = join(all.bound, "alice");
    {
        connection bob = join(all.bound, "bob");
        connection carol{all.bound};
        EXPECT_TRUE(carol.receives(make_error(error::out_of_capacity)));
        EXPECT_EQ(carol.next_event(), "end");
        static_cast<void>(join(path, "dora"));
        EXPECT_EQ(all.scrape()["chatos_closed_total{cause=\"address_limit\"}"], 1U);
        EXPECT_TRUE(contains(all.server.err_line(), "event=started"));
        const std::string said = all.server.err_line();
        EXPECT_TRUE(contains(said, " level=warning event=address_limit peer=127.0.0.1:")) << said;
        EXPECT_TRUE(said.ends_with(" limit=2")) << said;
    }
    // Bob's end of input is independent of Alice; once Bob has left there is room.
    while (all.scrape()["chatos_connections"] > 1) {
        std::this_thread::yield();
    }
    static_cast<void>(join(all.bound, "bob"));
}

}  // namespace
}  // namespace chatos::net::test
