// chatos-bench: the command line, and nothing else. The work is done by run_benchmark().
#include "base/system/error_text.hpp"
#include "base/usage_text.hpp"
#include "bench/benchmarks.hpp"
#include "bench/dialect.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace chatos::bench;

enum exit_code : int { done = 0, bad_usage = 2, misbehaved = 3 };

constexpr auto examples = R"(Examples:
  chatos-bench fanout --target 127.0.0.1:7777 --pid $(pidof chatos-server)
  chatos-bench fanout --target 127.0.0.1:7777 --receivers 2000 --in-flight 4 --seconds 10
  chatos-bench personal --target 127.0.0.1:7777 --pairs 50 --in-flight 1
  chatos-bench connect --target 127.0.0.1:7777 --users 20000 --at-once 100
  chatos-bench idle --target 127.0.0.1:7777 --users 9000 --pid $(pidof chatos-server)
  chatos-bench redis-fanout --target 127.0.0.1:6379 --json -

Times and rates are measured after a warm-up. --json - writes nothing but the JSON object on standard output.
Exit: 0 done; 2 an invalid flag or value; 3 the server cannot be reached or misbehaved.)";

int report_error(exit_code code, std::string_view problem) {
    const std::string line = "chatos-bench: " + std::string{problem} + "\n";
    std::fputs(line.c_str(), stderr);
    return code;
}

struct command_line {
    request requested{};
    std::string json{};
    std::string pid{};
};

CLI::Validator integer_from(std::uint64_t least, std::uint64_t most) {
    return CLI::Validator{[least, most](const std::string& text) {
                              std::uint64_t value = 0;
                              const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
                              const bool is_whole = error == std::errc{} && end == text.data() + text.size();
                              return is_whole && value >= least && value <= most
                                         ? std::string{}
                                         : "invalid value '" + text + "': expected an integer from " +
                                               std::to_string(least) + " to " + std::to_string(most);
                          },
                          ""};
}

template <typename Number>
CLI::Option* add_number(CLI::App& app, const std::string& name, Number& target, std::uint64_t least, std::uint64_t most,
                        const std::string& description) {
    return app.add_option(name, target, description)
        ->check(integer_from(least, most))
        ->capture_default_str()
        ->type_name("N");
}

constexpr std::uint64_t users_max = 1'000'000;
constexpr std::uint64_t process_number_max = std::uint64_t{1} << 22U;
constexpr std::uint64_t in_flight_max = 2'000;
constexpr std::uint64_t message_bytes_max = 65'536;

CLI::App* add_benchmark(CLI::App& app, command_line& line, const std::string& name, const std::string& description,
                        benchmark kind, protocol spoken) {
    CLI::App* command = app.add_subcommand(name, description);
    command
        ->add_option("--target", line.requested.target,
                     "The server, HOST:PORT (tries all addresses of HOST), [IPv6]:PORT or unix:PATH")
        ->required()
        ->type_name("ADDRESS");
    command->add_option("--pid", line.pid, "The server's process, to see its use of CPU and memory")
        ->check(integer_from(1, process_number_max))
        ->type_name("PID");
    command->add_option("--json", line.json, "Write the figures as one JSON object; - is standard output")
        ->type_name("FILE");
    command->callback([&line, kind, spoken] {
        line.requested.kind = kind;
        line.requested.spoken = spoken;
    });
    return command;
}

void add_traffic(CLI::App& command, request& request) {
    add_number(command, "--size", request.message_bytes, message_bytes_min, message_bytes_max, "Bytes of a message");
    add_number(command, "--in-flight", request.in_flight, 1, in_flight_max, "Messages of a sender that are not done");
    CLI::Option* messages = command.add_option("--messages", request.messages, "Measure so many messages, not a time")
                                ->check(integer_from(1, std::numeric_limits<std::uint32_t>::max()))
                                ->type_name("N");
    add_number(command, "--seconds", request.seconds, 1, 86'400, "Measure for so long")->excludes(messages);
}

void describe(CLI::App& app, command_line& line) {
    request& request = line.requested;
    app.set_version_flag("--version", std::string{"chatos-bench "} + CHATOS_VERSION);
    app.footer(examples);
    app.require_subcommand(1);
    const auto add_fanout = [&](const std::string& name, const std::string& description, protocol spoken) {
        CLI::App* command = add_benchmark(app, line, name, description, benchmark::fanout, spoken);
        add_number(*command, "--receivers", request.receivers, 1, users_max, "Users that only receive");
        add_number(*command, "--senders", request.senders, 1, senders_max, "Users that send");
        add_traffic(*command, request);
    };
    const auto add_idle = [&](const std::string& name, const std::string& description, protocol spoken) {
        CLI::App* command = add_benchmark(app, line, name, description, benchmark::idle, spoken);
        add_number(*command, "--users", request.users, 2, users_max, "Users that are connected at once");
    };
    add_fanout("fanout", "Messages to everybody (SMA), which everybody acknowledges", protocol::chatos);
    CLI::App* personal = add_benchmark(app, line, "personal", "Messages between pairs of users (RPM, then SPMs)",
                                       benchmark::personal, protocol::chatos);
    add_number(*personal, "--pairs", request.pairs, 1, senders_max, "Pairs, of which one writes to the other");
    add_traffic(*personal, request);
    CLI::App* connect =
        add_benchmark(app, line, "connect", "Users connect, register and leave", benchmark::connect, protocol::chatos);
    add_number(*connect, "--users", request.users, 1, users_max, "Users in all");
    add_number(*connect, "--at-once", request.at_once, 1, users_max, "Users at a time");
    add_idle("idle", "Users that do nothing: the server's memory for each", protocol::chatos);
    add_fanout("redis-fanout", "The same fan-out with Redis pub/sub", protocol::redis);
    add_idle("redis-idle", "The same idle users as subscribers of Redis", protocol::redis);
    add_fanout("mqtt-fanout", "The same fan-out with an MQTT 3.1.1 broker, QoS 1", protocol::mqtt);
    add_idle("mqtt-idle", "The same idle users as subscribers of an MQTT broker", protocol::mqtt);
}

/// False: it cannot be written.
bool write_json(const std::string& file, const std::string& text) {
    const bool is_stdout = file == "-";
    std::FILE* out = is_stdout ? stdout : std::fopen(file.c_str(), "w");
    if (out == nullptr) {
        return false;
    }
    const bool is_written = std::fputs(text.c_str(), out) >= 0 && std::fflush(out) == 0;
    return (is_stdout || std::fclose(out) == 0) && is_written;
}

int run(command_line& line) {
    if (!line.pid.empty()) {
        line.requested.server = static_cast<::pid_t>(std::stol(line.pid));
    }
    const outcome result = run_benchmark(line.requested);
    if (!result.usage_fault.empty()) {
        return report_error(bad_usage, result.usage_fault);
    }
    if (line.json != "-") {
        std::fputs((result.title + "\n" + result.figures.as_table()).c_str(), stdout);
        std::fflush(stdout);
    }
    if (!line.json.empty() && !write_json(line.json, result.figures.as_json())) {
        return report_error(misbehaved, "cannot write " + line.json + ": " + chatos::base::error_text());
    }
    return result.server_fault.empty() ? done
                                       : report_error(misbehaved, line.requested.target + ": " + result.server_fault);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    command_line line;
    CLI::App app{"Load generator for ChatOS 1.0 servers, with the same load for Redis and MQTT.", "chatos-bench"};
    describe(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {
        return app.exit(wish);
    } catch (const CLI::ParseError& error) {
        return report_error(bad_usage, chatos::base::usage_text(app, error) + "; see chatos-bench --help");
    }
    return run(line);
}
