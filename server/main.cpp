// chatos-server: starts and ends the program, with its exit codes. Everything else is in core/, net/ and ops/.
#include "base/endpoint.hpp"
#include "base/system/http_responder.hpp"
#include "net/listen_plan.hpp"
#include "net/socket_server.hpp"
#include "ops/event_log.hpp"
#include "ops/flags.hpp"
#include "ops/limits_report.hpp"
#include "ops/memory_budget.hpp"
#include "ops/process_figures.hpp"
#include "ops/reload.hpp"
#include "ops/scrape.hpp"
#include "ops/service_notifier.hpp"
#include "ops/service_options.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <malloc.h>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

// A loop that takes longer than this to answer counts as stalled.
constexpr auto scrape_timeout = std::chrono::seconds{1};

enum exit_code : int { drained = 0, bad_usage = 2, cannot_listen = 3 };

int report_error(exit_code code, const std::string& message) {
    std::fprintf(stderr, "chatos-server: %s\n", message.c_str());
    return code;
}

// Returns large freed blocks to the system. By default the C library raises that threshold and keeps freed memory, and
// takes 64 MiB of addresses for each thread, which count where the address space is limited (ulimit -v).
void return_freed_memory() {
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1'024);
    ::mallopt(M_TRIM_THRESHOLD, 1'024 * 1'024);
}

// Without them a socket gets their number, and a client the log.
void open_standard_streams() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) == -1) {
            static_cast<void>(::open("/dev/null", O_RDWR));  // gets the lowest number, which is this one
        }
    }
}

// A signal that means nothing to this server must not end it, as it would by default. SIGXFSZ and SIGTTOU come from
// writing the log: a file at its size limit, a terminal in the background. SIGQUIT keeps its effect: a core dump.
void ignore_signals() {
    for (const int number : {SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXFSZ,
                             SIGTTIN, SIGTTOU}) {
        std::signal(number, SIG_IGN);
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
        std::signal(number, SIG_IGN);
    }
}

// Each connection takes a descriptor, and the usual soft limit of 1,024 is too low. Returns the limit; 0: unknown.
std::uint64_t raise_descriptor_limit() {
    ::rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        const ::rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &raised));
    }
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

chatos::ops::log_line started(const std::string& announcement, std::string_view io,
                              const chatos::ops::service_options& options) {
    using chatos::ops::log_level;
    const std::uint64_t ceiling = chatos::ops::memory_ceiling_bytes(options);
    const std::uint64_t wanted = chatos::ops::descriptors_wanted(options);
    const chatos::ops::memory_budget budget = chatos::ops::find_memory_budget();
    const bool too_much = ceiling > budget.bytes();
    const bool too_few = options.descriptors_max != 0 && options.descriptors_max < wanted;
    auto line = chatos::ops::event_log::line(too_much || too_few ? log_level::warning : log_level::info, "started");
    line.add("version", CHATOS_VERSION).add("where", announcement).add("io", io).add("memory_bytes_max", ceiling);
    if (too_much) {
        line.add("memory_bytes_available", budget.bytes()).add("memory_bound_by", budget.bound_by());
    }
    if (too_few) {  // limits then promise what cannot be
        line.add("descriptors_max", options.descriptors_max).add("descriptors_wanted", wanted);
    }
    if (too_much || too_few) {
        line.add("advice", too_much ? "these limits may take more memory than there is, see --print-limits"
                                    : "raise the limit of open files, or lower --capacity, --unregistered-max or "
                                      "--tunnels-max");
    }
    return line;
}

chatos::net::admission_rules rules_for(const chatos::ops::service_options& options,
                                       const chatos::net::listen_plan& plan) {
    return {.per_address_max = options.per_address_max.value_or(chatos::ops::per_address_default(options)),
            .connections_per_second = options.connections_per_second_max,
            .local_excepted = !options.per_address_max,
            .local_excepted_in_core =
                options.core.users_per_address_max == 0 && options.core.tunnels_per_address_max == 0,
            .trusted_proxies = plan.trusted_proxies,
            .ipv6_prefix = options.ipv6_prefix};
}

struct command_line {
    int count;
    char** arguments;
    chatos::ops::memory_budget memory;  // at the start
};

// All values are valid; only the system can fail now.
int serve_at(const command_line& command, const chatos::ops::flags& flags, const chatos::net::listen_plan& plan,
             const chatos::base::endpoint& metrics_address) {
    const std::uint64_t descriptors_max = flags.options.descriptors_max;
    const std::uint64_t descriptors_min = chatos::net::socket_server::descriptors_min(plan.listeners.size());
    if (descriptors_max != 0 && descriptors_max < descriptors_min) {
        return report_error(cannot_listen, "at most " + std::to_string(descriptors_max) +
                                               " files may be open, and connections need " +
                                               std::to_string(descriptors_min) +
                                               " or more; raise that limit (ulimit -n, LimitNOFILE=)");
    }
    chatos::ops::log_writer writer{flags.log_file, STDERR_FILENO, flags.options.log_queue_bytes_max,
                                   flags.log_format == "json" ? chatos::ops::log_format::json
                                                              : chatos::ops::log_format::logfmt};
    if (const std::string fault = writer.fault(); !fault.empty()) {
        return flags.log_file.empty()
                   ? report_error(cannot_listen, "cannot write the log: " + fault + "; raise the limits of the system")
                   : report_error(cannot_listen, "cannot write to --log-file " + flags.log_file + ": " + fault +
                                                     "; give a file that can be written");
    }
    chatos::ops::event_log log{*chatos::ops::parse_log_level(flags.log_level), writer,
                               flags.options.log_lines_per_second_max};
    const char* notify_socket = std::getenv("NOTIFY_SOCKET");
    const chatos::ops::service_notifier notifier{notify_socket == nullptr ? "" : notify_socket};
    chatos::ops::reloader reloader{command.count, command.arguments, command.memory, flags, log};
    const auto reload = [&reloader, &plan]() -> std::optional<chatos::net::running_limits> {
        const auto options = reloader.reload();
        return options ? std::optional{chatos::net::running_limits{options->core, rules_for(*options, plan)}}
                       : std::nullopt;
    };
    chatos::net::socket_server server{
        flags.options.core,
        {.admission = rules_for(flags.options, plan),
         .log = &log,
         .io_uring = flags.io_uring,
         .alive_interval =
             chatos::ops::watchdog_interval(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"), ::getpid()),
         .on_alive = [&notifier] { static_cast<void>(notifier.notify("WATCHDOG=1\n")); },
         .on_reload = reload,
         .on_stopping = [&notifier] { static_cast<void>(notifier.notify("STOPPING=1\nSTATUS=draining\n")); }}};
    server.stop_on_signals();
    std::string announcement;
    for (const chatos::net::planned_listener& listener : plan.listeners) {
        const auto result = server.listen(listener.where, listener.options);
        if (!result.fault.empty()) {
            return report_error(cannot_listen,
                                "cannot listen on " + listener.text + ": " + result.fault + "; choose another address");
        }
        for (const std::string& bound : result.bound) {
            announcement += "listening on " + bound + "\n";
        }
    }
    chatos::base::http_responder metrics{
        [sources = chatos::ops::scrape_sources{
             .snapshot = [&server] { return server.request_snapshot(scrape_timeout); },
             .process = chatos::ops::read_process_figures,
             .version = CHATOS_VERSION}](std::string_view head) { return chatos::ops::answer_scrape(head, sources); }};
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
    log.write(started(announcement, server.prepare_io(), flags.options));
    server.run();
    log.finish();
    log.write(chatos::ops::event_log::line(chatos::ops::log_level::info, "stopped"));
    return drained;
}

int serve(const command_line& command, const chatos::ops::flags& flags) {
    if (const std::string fault = chatos::ops::find_fault(flags.options, command.memory.machine); !fault.empty()) {
        return report_error(bad_usage, fault);
    }
    if (flags.print_limits) {
        const std::string report =
            flags.json ? chatos::ops::limits_json(flags.options) : chatos::ops::limits_text(flags.options);
        std::fputs(report.c_str(), stdout);
        return drained;
    }
    const chatos::net::listen_plan plan = chatos::net::plan_listeners(flags);
    if (!plan.fault.empty()) {
        return report_error(bad_usage, plan.fault);
    }
    const auto metrics_address = chatos::base::parse_listen_endpoint(flags.metrics);
    if (!flags.metrics.empty() && !metrics_address.fault.empty()) {
        return report_error(bad_usage, "--metrics: " + metrics_address.fault);
    }
    return serve_at(command, flags, plan, metrics_address.value);
}

int parse_and_serve(int argc, char** argv) {
    const command_line command{.count = argc, .arguments = argv, .memory = chatos::ops::find_memory_budget()};
    chatos::ops::refuse_beyond(command.memory);
    chatos::ops::parsed_flags parsed = chatos::ops::parse_flags(argc, argv, command.memory.bytes());
    parsed.value.options.descriptors_max = raise_descriptor_limit();
    if (!parsed.fault.empty()) {
        return report_error(bad_usage, parsed.fault);
    }
    return parsed.only_printed ? drained : serve(command, parsed.value);
}

}  // namespace

int main(int argc, char** argv) {
    open_standard_streams();
    ignore_signals();
    return_freed_memory();
    try {
        return parse_and_serve(argc, argv);
    } catch (const std::system_error& error) {  // what() is "eventfd: Too many open files"
        return report_error(cannot_listen, std::string{"the system refuses: "} + error.what() + "; raise its limits");
    } catch (const std::bad_alloc&) {
        return report_error(cannot_listen, "out of memory; raise the limit (ulimit -v, MemoryMax=) or lower the limits "
                                           "of this server (--print-limits)");
    }
}
