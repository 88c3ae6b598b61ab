// chatos-bench as people run it, against the reference server on loopback: what it counts, what it says, how it exits.

#include "base/system/socket_address.hpp"
#include "base/testing/run_program.hpp"
#include "base/testing/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace chatos::bench::testing {
namespace {

using base::testing::program_result;

program_result bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CHATOS_BENCH_PROGRAM);
    return base::testing::run_program(arguments);
}

// A chatos-server on a free port.
class server {
public:
    explicit server(std::vector<std::string> flags = {})
        : program_{base::testing::start_program(command(std::move(flags)))} {
        constexpr std::string_view prefix = "listening on ";
        const std::string said = base::testing::read_line(program_.output());
        EXPECT_TRUE(said.starts_with(prefix)) << said;
        address_ = said.substr(std::min(said.size(), prefix.size()));
    }

    [[nodiscard]] program_result load(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--target", address_, "--pid", std::to_string(program_.id())});
        return bench(std::move(arguments));
    }
    [[nodiscard]] const std::string& address() const { return address_; }

private:
    static std::vector<std::string> command(std::vector<std::string> flags) {
        flags.insert(flags.begin(), {CHATOS_SERVER, "--listen", "127.0.0.1:0"});
        return flags;
    }

    base::process program_;
    std::string address_;
};

nlohmann::json figures_of(const program_result& result) {
    return nlohmann::json::parse(result.out, nullptr, false);
}

void expect_one_complaint(const program_result& result, std::string_view wanted) {
    EXPECT_EQ(result.err.rfind("chatos-bench: ", 0), 0U) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(wanted), std::string::npos) << result.err;
}

// Everything that is measured of time and of processes is there and is not 0.
void expect_measured(const nlohmann::json& figures, const std::string& unit) {
    for (const std::string key : {"elapsed_ns", "latency_p50_ns", "latency_p99_ns", "latency_p999_ns", "latency_max_ns",
                                  "client_cpu_ns", "server_cpu_ns", "server_resident_bytes"}) {
        EXPECT_GT(figures.at(key), 0) << key;
    }
    EXPECT_GT(figures.at("server_cpu_per_" + unit + "_us"), 0.0);
    EXPECT_LE(figures.at("latency_p50_ns"), figures.at("latency_p99_ns"));
    EXPECT_LE(figures.at("latency_p99_ns"), figures.at("latency_max_ns"));
    EXPECT_FALSE(figures.contains("fault"));
}

TEST(bench_program, counts_a_fan_out_to_receivers_and_other_senders) {
    const server ours;
    const program_result result = ours.load(
        {"fanout", "--receivers", "5", "--senders", "3", "--in-flight", "8", "--messages", "300", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json figures = figures_of(result);
    EXPECT_EQ(figures.at("benchmark"), "fanout");
    EXPECT_EQ(figures.at("protocol"), "chatos");
    EXPECT_EQ(figures.at("target"), ours.address());
    EXPECT_EQ(figures.at("receivers"), 5);
    EXPECT_EQ(figures.at("senders"), 3);
    EXPECT_EQ(figures.at("in_flight"), 8);
    EXPECT_EQ(figures.at("message_bytes"), 64);
    EXPECT_EQ(figures.at("messages"), 300);
    EXPECT_EQ(figures.at("deliveries"), 300 * (5 + 2));
    expect_measured(figures, "delivery");
}

TEST(bench_program, sends_messages_of_any_size) {
    const server ours;
    for (const std::string size : {"4", "65536"}) {
        const program_result result =
            ours.load({"fanout", "--receivers", "2", "--size", size, "--messages", "50", "--json", "-"});
        ASSERT_EQ(result.exit_code, 0) << result.err;
        EXPECT_EQ(figures_of(result).at("deliveries"), 100);
    }
}

TEST(bench_program, counts_messages_between_pairs) {
    const server ours;
    const program_result result =
        ours.load({"personal", "--pairs", "10", "--in-flight", "4", "--messages", "400", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json figures = figures_of(result);
    EXPECT_EQ(figures.at("benchmark"), "personal");
    EXPECT_EQ(figures.at("messages"), 400);
    EXPECT_EQ(figures.at("deliveries"), 400);
    expect_measured(figures, "delivery");
}

TEST(bench_program, counts_registrations) {
    const server ours;
    const program_result result = ours.load({"connect", "--users", "300", "--at-once", "10", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json figures = figures_of(result);
    EXPECT_EQ(figures.at("benchmark"), "connect");
    EXPECT_EQ(figures.at("registrations"), 300);
    expect_measured(figures, "registration");
}

TEST(bench_program, reaches_all_idle_users) {
    const server ours;
    const program_result result = ours.load({"idle", "--users", "60", "--json", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const nlohmann::json figures = figures_of(result);
    EXPECT_EQ(figures.at("benchmark"), "idle");
    EXPECT_EQ(figures.at("users"), 60);
    EXPECT_EQ(figures.at("reached"), 59);
    EXPECT_GT(figures.at("server_resident_before_bytes"), 0);
    EXPECT_TRUE(figures.contains("server_bytes_per_user"));
}

TEST(bench_program, prints_a_table_and_writes_the_same_into_a_file) {
    const server ours;
    const base::testing::temporary_folder folder;
    const std::string file = folder.path("figures.json");
    const program_result result = ours.load({"fanout", "--receivers", "2", "--messages", "1000", "--json", file});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_NE(result.out.find("fanout on chatos at " + ours.address()), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("server CPU per delivery"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find(" 1,000\n"), std::string::npos) << result.out;
    EXPECT_EQ(nlohmann::json::parse(folder.read("figures.json")).at("messages"), 1'000);
}

TEST(bench_program, says_that_a_file_cannot_be_written) {
    const server ours;
    const program_result result =
        ours.load({"fanout", "--receivers", "1", "--messages", "1", "--json", "/nowhere/figures.json"});
    EXPECT_EQ(result.exit_code, 3);
    expect_one_complaint(result, "cannot write /nowhere/figures.json");
}

TEST(bench_program, says_what_the_server_answered) {
    const server full{{"--capacity", "3"}};
    const program_result result = full.load({"fanout", "--receivers", "9", "--messages", "9", "--json", "-"});
    EXPECT_EQ(result.exit_code, 3);
    expect_one_complaint(result, "an answer that is not 0: ERROR 2 OUT_OF_CAPACITY");
    EXPECT_NE(figures_of(result).at("fault"), "");
}

TEST(bench_program, a_fault_comes_after_what_was_measured) {
    // One unanswered message per user: of the warm-up's one it answers in time, of the four at once it cannot.
    const server strict{{"--deliveries-unanswered-max", "1"}};
    const program_result result =
        strict.load({"fanout", "--receivers", "1", "--in-flight", "4", "--messages", "19", "--json", "-"});
    EXPECT_EQ(result.exit_code, 3);
    expect_one_complaint(result, "ERROR 4 UNREACHABLE");
    const nlohmann::json figures = figures_of(result);
    EXPECT_LT(figures.at("messages"), 19);
    EXPECT_GT(figures.at("elapsed_ns"), 0);
    EXPECT_NE(figures.at("fault"), "");
}

TEST(bench_program, says_that_nobody_listens) {
    // Bound and not listening: nobody else can get that port.
    const base::descriptor taken{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const base::socket_address any = base::loopback_address(0);
    ASSERT_EQ(::bind(taken.get(), any.get(), any.size), 0);
    const std::string target = base::local_address(taken.get()).text();
    for (const std::string mode : {"fanout", "personal", "connect", "idle", "redis-fanout", "mqtt-fanout"}) {
        const program_result result = bench({mode, "--target", target});
        EXPECT_EQ(result.exit_code, 3) << mode;
        expect_one_complaint(result, "cannot connect to " + target + ": Connection refused");
    }
}

TEST(bench_program, says_what_is_wrong_with_the_command_line) {
    const std::string target = "127.0.0.1:1";
    const struct {
        std::vector<std::string> arguments;
        std::string_view complaint;
    } cases[] = {
        {{}, "subcommand is required"},
        {{"fan"}, "did you mean 'fanout'?"},
        {{"fanout"}, "--target is required"},
        {{"fanout", "--target", "1"}, "expected HOST:PORT"},
        {{"fanout", "--target", target, "--receivers", "0"}, "invalid value '0': expected an integer from 1 to"},
        {{"fanout", "--target", target, "--size", "3"}, "invalid value '3': expected an integer from 4 to 65536"},
        {{"fanout", "--target", target, "--in-flight", "x"}, "invalid value 'x': expected an integer"},
        {{"fanout", "--target", target, "--seconds", "1", "--messages", "1"}, "excludes"},
        {{"fanout", "--target", target, "--pid", "4194304"}, "--pid 4194304: there is no such process"},
        {{"idle", "--target", "192.0.2.1:1", "--users", "28001"}, "use a target in 127.0.0.0/8"},
        {{"idle", "--target", target, "--users", "1"}, "invalid value '1': expected an integer from 2"},
        {{"connect", "--target", target, "--pairs", "1"}, "--pairs"},
    };
    for (const auto& test_case : cases) {
        const program_result result = bench(test_case.arguments);
        EXPECT_EQ(result.exit_code, 2) << test_case.complaint;
        EXPECT_EQ(result.out, "") << test_case.complaint;
        expect_one_complaint(result, test_case.complaint);
    }
}

TEST(bench_program, help_and_version_are_no_errors) {
    const program_result version = bench({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_EQ(version.out, "chatos-bench " CHATOS_VERSION "\n");
    const program_result help = bench({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_NE(help.out.find("Examples:"), std::string::npos);
    EXPECT_EQ(bench({"fanout", "--help"}).exit_code, 0);
}

}  // namespace
}  // namespace chatos::bench::testing
