// chatos-server: flags in, exit code out. Everything else is in core/ and net/.
#include "core/options.hpp"
#include "net/listen_address.hpp"
#include "net/socket_server.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

enum exit_code : int { drained = 0, bad_usage = 2, cannot_listen = 3 };

constexpr auto examples = R"(Examples:
  chatos-server                                    serve 127.0.0.1:7777
  chatos-server --listen 127.0.0.1:0               let the system pick a port, and print it
  chatos-server --listen 0.0.0.0:7777 --listen '[::]:7777'
  chatos-server --listen unix:/run/chatos.sock --capacity 100

Prints 'listening on HOST:PORT' for each listener once it accepts connections. SIGTERM and SIGINT stop the server:
what it has accepted is still answered; a second signal ends it at once.
Exit: 0 stopped; 2 a flag or value that cannot be; 3 cannot listen.)";

int complain(exit_code code, const std::string& what) {
    std::fprintf(stderr, "chatos-server: %s\n", what.c_str());
    return code;
}

// Written by people, so every fault says what was expected. Ranges are the core's business (find_fault).
const CLI::Validator whole_number{
    [](const std::string& text) {
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool whole = error == std::errc{} && end == text.data() + text.size();
        return whole ? std::string{} : "'" + text + "' cannot be; give a whole number up to 4294967295";
    },
    ""};

struct flags {
    std::vector<std::string> listen{"127.0.0.1:7777"};
    chatos::core::options options{};
};

void add_number(CLI::App& app, const std::string& name, std::uint32_t& target, const std::string& description) {
    app.add_option(name, target, description)->check(whole_number)->capture_default_str()->type_name("N");
}

void add_bytes(CLI::App& app, const std::string& name, std::size_t& target, const std::string& description) {
    app.add_option(name, target, description)->check(whole_number)->capture_default_str()->type_name("BYTES");
}

void add_time(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
              const std::string& description) {
    app.add_option_function<std::uint32_t>(
           name, [&target](std::uint32_t value) { target = std::chrono::milliseconds{value}; }, description)
        ->check(whole_number)
        ->default_str(std::to_string(target.count()))
        ->type_name("MS");
}

void describe(CLI::App& app, flags& chosen) {
    chatos::core::options& options = chosen.options;
    app.set_version_flag("--version", std::string{"chatos-server "} + CHATOS_VERSION);
    app.footer(examples);
    app.add_option("--listen", chosen.listen, "HOST:PORT, [IPV6]:PORT or unix:PATH; repeatable; port 0 picks one")
        ->capture_default_str()
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    add_number(app, "--capacity", options.users_max, "Registered users; more are answered 2 and closed");
    add_time(app, "--answer-timeout-ms", options.answer_timeout, "Time to answer a message; then it counts as 4");
    add_time(app, "--pc-timeout-ms", options.pc_timeout, "Time to decide a private connection; then it counts as 4");
    add_time(app, "--login-timeout-ms", options.login_timeout, "Time to register, and to complete each packet");
    app.add_flag("--tunnel,!--no-tunnel", options.tunnels,
                 "Carry private connections that were accepted (default: yes)");
    add_number(app, "--tunnels-max", options.tunnels_max, "Tunnels, open or agreed on; more are not carried");
    add_time(app, "--tunnel-timeout-ms", options.tunnel_timeout, "Time for both ends to come; then answered 4");
    add_bytes(app, "--tunnel-buffer-bytes", options.tunnel_buffer_bytes_max,
              "Bytes that wait for one end; beyond, the other is not read");
    add_time(app, "--drain-timeout-ms", options.drain_timeout, "Time for outstanding answers once told to stop");
    add_time(app, "--flush-timeout-ms", options.flush_timeout, "Time to take what is left when closing");
    add_time(app, "--linger-timeout-ms", options.linger_timeout, "Time to read on after everything was sent");
    add_number(app, "--pseudo-bytes-max", options.packet_limits.pseudo_bytes_max, "Longest pseudo, in bytes");
    add_number(app, "--message-bytes-max", options.packet_limits.message_bytes_max, "Longest message, in bytes");
    add_number(app, "--unregistered-max", options.strangers_max, "Connections that are not registered; more wait");
    add_number(app, "--favours-max", options.favours_max, "Recipients remembered per user; the oldest is forgotten");
    add_number(app, "--answers-owed-max", options.answers_owed_max,
               "Answers a client may have coming; beyond, it is not read");
    add_number(app, "--deliveries-unanswered-max", options.deliveries_unanswered_max,
               "Messages a client may leave unanswered; more count as 4");
    add_bytes(app, "--output-bytes-max", options.output_bytes_max,
              "Bytes waiting for one client; further messages count as 4");
    add_number(app, "--timeouts-in-a-row-max", options.timeouts_in_a_row_max,
               "Messages in a row that run out of time before their recipient is closed");
}

// Each connection takes a descriptor, and the usual soft limit of 1,024 is below any useful capacity.
void raise_descriptor_limit() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

int serve(const flags& chosen) {
    if (const std::string fault = chatos::core::find_fault(chosen.options); !fault.empty()) {
        return complain(bad_usage, fault);
    }
    std::vector<chatos::net::listen_address> addresses;
    for (const std::string& text : chosen.listen) {
        auto parsed = chatos::net::parse_listen_address(text);
        if (!parsed.fault.empty()) {
            return complain(bad_usage, "--listen " + text + ": " + parsed.fault);
        }
        addresses.push_back(std::move(parsed.address));
    }
    raise_descriptor_limit();
    chatos::net::socket_server server{chosen.options};
    server.stop_on_signals();
    std::string announcement;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto result = server.listen(addresses[i]);
        if (!result.fault.empty()) {
            return complain(cannot_listen,
                            "cannot listen on " + chosen.listen[i] + ": " + result.fault + "; choose another address");
        }
        announcement += "listening on " + result.bound + "\n";
    }
    std::fputs(announcement.c_str(), stdout);
    std::fflush(stdout);
    server.run();
    return drained;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    flags chosen;
    CLI::App app{"Reference server of the ChatOS 1.0 chat protocol.", "chatos-server"};
    describe(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {
        return app.exit(wish);  // --help, --version
    } catch (const CLI::ParseError& error) {
        return complain(bad_usage, std::string{error.what()} + "; see chatos-server --help");
    }
    return serve(chosen);
}
