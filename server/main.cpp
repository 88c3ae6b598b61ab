// chatos-server: flags and exit codes. Everything else is in core/, net/ and ops/.
#include "base/endpoint.hpp"
#include "base/system/http_responder.hpp"
#include "net/socket_server.hpp"
#include "ops/event_log.hpp"
#include "ops/limit_table.hpp"
#include "ops/limits_report.hpp"
#include "ops/process_figures.hpp"
#include "ops/scrape.hpp"
#include "ops/service_notifier.hpp"
#include "ops/service_options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace {

// A loop that takes longer than this to answer counts as stalled.
constexpr auto scrape_timeout = std::chrono::seconds{1};

enum exit_code : int { drained = 0, bad_usage = 2, cannot_listen = 3 };

constexpr auto examples = R"(Examples:
  chatos-server                                    serve 127.0.0.1:7777
  chatos-server --listen 127.0.0.1:0               let the system pick a port, and print it
  chatos-server --listen 0.0.0.0:7777 --listen '[::]:7777'
  chatos-server --listen unix:/run/chatos.sock --capacity 100
  chatos-server --capacity 100 --print-limits      show the limits and the memory they may take

Prints 'listening on HOST:PORT' for each listener once it accepts connections. SIGTERM and SIGINT stop the server:
accepted requests are still answered; a second signal ends it at once.
Exit: 0 stopped; 2 an invalid flag or value; 3 cannot listen.)";

int report_error(exit_code code, const std::string& message) {
    std::fprintf(stderr, "chatos-server: %s\n", message.c_str());
    return code;
}

// Ranges are checked by find_fault().
std::uint64_t parse_number(const std::string& flag, const std::string& text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most) {
        throw CLI::ValidationError(flag, "invalid value '" + text + "': expected an integer from 0 to " +
                                             std::to_string(most));
    }
    return value;
}

struct flags {
    std::vector<std::string> listen{"127.0.0.1:7777"};
    chatos::ops::service_options options{};
    std::string metrics;
    std::string log_level{"info"};
    std::string log_file;
    bool io_uring{true};
    bool print_limits{false};
    bool json{false};
};

// Refuses an empty value, which an unset shell variable gives: ignoring the flag would go unnoticed.
std::string is_given(const std::string& text) {
    return text.empty() ? "the value is empty; omit the flag to do without" : "";
}

std::string type_name_of(chatos::ops::unit unit) {
    switch (unit) {
    case chatos::ops::unit::number: return "N";
    case chatos::ops::unit::bytes: return "BYTES";
    case chatos::ops::unit::milliseconds: return "MS";
    }
    return "N";
}

void add_limit(CLI::App& app, const chatos::ops::limit& limit, chatos::ops::service_options& options) {
    app.add_option_function<std::string>(
           std::string{limit.flag},
           [&limit, &options](const std::string& text) {
               limit.set(options, parse_number(std::string{limit.flag}, text, limit.most));
           },
           std::string{limit.meaning})
        ->default_str(std::to_string(limit.get(options)))
        ->type_name(type_name_of(limit.counts_in));
}

void describe(CLI::App& app, flags& flags) {
    app.set_version_flag("--version", std::string{"chatos-server "} + CHATOS_VERSION);
    app.footer(examples);
    app.add_option("--listen", flags.listen, "HOST:PORT, [IPv6]:PORT or unix:PATH; repeatable; port 0 picks one")
        ->capture_default_str()
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    for (const chatos::ops::limit& limit : chatos::ops::limits()) {
        add_limit(app, limit, flags.options);
    }
    app.add_option("--metrics", flags.metrics, "Serve /metrics (Prometheus) and /healthz over HTTP; port 0 picks one")
        ->check(is_given)
        ->type_name("ADDRESS");
    app.add_option("--log-level", flags.log_level, "error, warning, info (start, stop, refused input) or debug")
        ->check(CLI::IsMember({"error", "warning", "info", "debug"}))
        ->capture_default_str()
        ->type_name("LEVEL");
    app.add_option("--log-file", flags.log_file, "Append the log to this file, opened again on SIGHUP; default stderr")
        ->check(is_given)
        ->type_name("PATH");
    app.add_option_function<std::string>(
           "--memory-max",
           [&flags](const std::string& text) {
               flags.options.memory_max = parse_number("--memory-max", text, UINT64_MAX);
           },
           "Refuse to start when the limits may take more than this (--print-limits)")
        ->type_name("BYTES");
    app.add_flag("--tunnel,!--no-tunnel", flags.options.core.tunnels,
                 "Carry accepted private connections (default: yes)");
    app.add_flag("--io-uring,!--no-io-uring", flags.io_uring,
                 "Use io_uring, where available, to read and write many sockets in one call (default: yes)");
    app.set_config("--config", "",
                   "Read flags from a file, one NAME=VALUE per line, without the dashes; the command line wins")
        ->type_name("PATH");
    app.allow_config_extras(CLI::config_extras_mode::error);
    app.add_flag("--print-limits", flags.print_limits, "Show every limit and the memory they may take, and exit")
        ->configurable(false);
    app.add_flag("--json", flags.json, "With --print-limits: as JSON")->needs("--print-limits")->configurable(false);
}

std::uint64_t machine_bytes() {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page = ::sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : UINT64_MAX;
}

// Returns large freed blocks to the system. By default the C library raises that threshold and keeps freed memory.
void return_freed_memory() {
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1'024);
    ::mallopt(M_TRIM_THRESHOLD, 1'024 * 1'024);
}

// Each connection takes a descriptor, and the usual soft limit of 1,024 is too low.
void raise_descriptor_limit() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

chatos::ops::log_line started(const std::string& announcement, const chatos::ops::service_options& options) {
    using chatos::ops::log_level;
    const std::uint64_t ceiling = chatos::ops::memory_ceiling_bytes(options);
    const bool too_much = ceiling > machine_bytes();
    auto line = chatos::ops::event_log::line(too_much ? log_level::warning : log_level::info, "started");
    line.add("version", CHATOS_VERSION).add("where", announcement).add("memory_bytes_max", ceiling);
    if (too_much) {
        line.add("advice", "these limits may take more memory than there is, see --print-limits");
    }
    return line;
}

// All values are valid; only the system can fail now.
int serve_at(const flags& flags, const std::vector<chatos::base::endpoint>& addresses,
             const chatos::base::endpoint& metrics_address) {
    chatos::ops::log_writer writer{flags.log_file, STDERR_FILENO, flags.options.log_queue_bytes_max};
    if (const std::string fault = writer.fault(); !fault.empty()) {
        return report_error(cannot_listen, "cannot write to --log-file " + flags.log_file + ": " + fault +
                                               "; give a file that can be written");
    }
    chatos::ops::event_log log{*chatos::ops::parse_log_level(flags.log_level), writer};
    raise_descriptor_limit();
    const char* notify_socket = std::getenv("NOTIFY_SOCKET");
    const chatos::ops::service_notifier notifier{notify_socket == nullptr ? "" : notify_socket};
    chatos::net::socket_server server{
        flags.options.core,
        {.per_address_max = flags.options.per_address_max,
         .log = &log,
         .io_uring = flags.io_uring,
         .on_stopping = [&notifier] { static_cast<void>(notifier.notify("STOPPING=1\nSTATUS=draining\n")); }}};
    server.stop_on_signals();
    std::string announcement;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto result = server.listen(addresses[i]);
        if (!result.fault.empty()) {
            return report_error(cannot_listen, "cannot listen on " + flags.listen[i] + ": " + result.fault +
                                                   "; choose another address");
        }
        for (const std::string& bound : result.bound) {
            announcement += "listening on " + bound + "\n";
        }
    }
    chatos::base::http_responder metrics{[&server](std::string_view head) {
        return chatos::ops::answer_scrape(head, server.request_snapshot(scrape_timeout),
                                          chatos::ops::read_process_figures(), CHATOS_VERSION);
    }};
    if (!flags.metrics.empty()) {
        const auto result = metrics.listen(metrics_address);
        if (!result.fault.empty()) {
            return report_error(cannot_listen, "cannot serve metrics on " + flags.metrics + ": " + result.fault +
                                                   "; choose another address");
        }
        for (const std::string& bound : result.bound) {
            announcement += "metrics on " + bound + "\n";
        }
    }
    std::fputs(announcement.c_str(), stdout);
    std::fflush(stdout);
    std::replace(announcement.begin(), announcement.end() - 1, '\n', ' ');
    if (!notifier.notify("READY=1\nSTATUS=" + announcement)) {
        auto line = chatos::ops::event_log::line(chatos::ops::log_level::warning, "service_manager");
        log.write(line.add("advice", "not notified: NOTIFY_SOCKET does not name a listening socket"));
    }
    announcement.pop_back();
    log.write(started(announcement, flags.options));
    server.run();
    log.write(chatos::ops::event_log::line(chatos::ops::log_level::info, "stopped"));
    return drained;
}

int serve(const flags& flags) {
    if (const std::string fault = chatos::ops::find_fault(flags.options, machine_bytes()); !fault.empty()) {
        return report_error(bad_usage, fault);
    }
    if (flags.print_limits) {
        const std::string report =
            flags.json ? chatos::ops::limits_json(flags.options) : chatos::ops::limits_text(flags.options);
        std::fputs(report.c_str(), stdout);
        return drained;
    }
    std::vector<chatos::base::endpoint> addresses;
    for (const std::string& text : flags.listen) {
        auto parsed = chatos::base::parse_listen_endpoint(text);
        if (!parsed.fault.empty()) {
            return report_error(bad_usage, "--listen: " + parsed.fault);
        }
        addresses.push_back(std::move(parsed.value));
    }
    const auto metrics_address = chatos::base::parse_listen_endpoint(flags.metrics);
    if (!flags.metrics.empty() && !metrics_address.fault.empty()) {
        return report_error(bad_usage, "--metrics: " + metrics_address.fault);
    }
    return serve_at(flags, addresses, metrics_address.value);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    return_freed_memory();
    flags flags;
    flags.options = chatos::ops::defaults_for(machine_bytes());
    CLI::App app{"Reference server of the ChatOS 1.0 chat protocol.", "chatos-server"};
    describe(app, flags);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {
        return app.exit(wish);  // --help, --version
    } catch (const CLI::ConfigError& error) {
        return report_error(bad_usage, "the --config file: " + std::string{error.what()} +
                                           "; a line is the name of a flag without its dashes, =, and its value");
    } catch (const CLI::FileError& error) {
        return report_error(bad_usage, "--config: " + std::string{error.what()} + "; give a file that can be read");
    } catch (const CLI::ParseError& error) {
        return report_error(bad_usage, std::string{error.what()} + "; see chatos-server --help");
    }
    return serve(flags);
}
