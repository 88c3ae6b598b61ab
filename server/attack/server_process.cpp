#include "attack/server_process.hpp"

#include "base/endpoint.hpp"
#include "base/system/process_usage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace chatos::attack {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds start_timeout{60};
constexpr std::chrono::seconds scrape_timeout{60};
constexpr std::chrono::seconds stop_timeout{60};
constexpr std::chrono::seconds log_timeout{5};

base::process_options options_for(const server_settings& settings, int log) {
    std::string script = "exec " + settings.command + " \"$@\"";
    if (settings.descriptors_max != 0) {
        script = "ulimit -n " + std::to_string(settings.descriptors_max) + " && " + script;
    }
    base::process_options options;
    options.command = {"/bin/sh", "-c", script, "sh", "--listen", settings.listen, "--metrics", "127.0.0.1:0"};
    options.command.insert(options.command.end(), settings.flags.begin(), settings.flags.end());
    options.output = base::stream::pipe;
    options.errors = log;
    return options;
}

int milliseconds_until(steady::time_point until) {
    const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(remaining.count(), 0));
}

/// Reads until `text` contains `wanted` and the end of that line. False: the end, or `until`, came first.
bool read_until(int from, std::string& text, std::string_view wanted, steady::time_point until) {
    for (;;) {
        const std::size_t at = text.find(wanted);
        if (at != std::string::npos && text.find('\n', at) != std::string::npos) {
            return true;
        }
        ::pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, milliseconds_until(until)) != 1) {
            return false;
        }
        std::array<char, 4'096> buffer{};
        const ::ssize_t count = ::read(from, buffer.data(), buffer.size());
        if (count <= 0) {
            return false;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

base::socket_address address_after(std::string_view prefix, const std::string& text) {
    const std::size_t begin = text.find(prefix) + prefix.size();
    const std::string printed = text.substr(begin, text.find('\n', begin) - begin);
    const base::resolve_result resolved = base::resolve(base::parse_endpoint(printed).value);
    if (!resolved.fault.empty()) {
        throw std::runtime_error{"the server listens on " + printed + ": " + resolved.fault};
    }
    return resolved.addresses.front();
}

std::optional<std::string> read_answer(int from, steady::time_point until) {
    std::string answer;
    std::array<char, 16'384> buffer{};
    for (;;) {
        ::pollfd ready{.fd = from, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, milliseconds_until(until)) != 1) {
            return std::nullopt;
        }
        const ::ssize_t count = ::recv(from, buffer.data(), buffer.size(), 0);
        if (count < 0 && errno != EAGAIN) {
            return std::nullopt;
        }
        if (count == 0) {
            break;
        }
        answer.append(buffer.data(), static_cast<std::size_t>(std::max<::ssize_t>(count, 0)));
    }
    const std::size_t body = answer.find("\r\n\r\n");
    return answer.starts_with("HTTP/1.1 200") && body != std::string::npos ? std::optional{answer.substr(body + 4)}
                                                                           : std::nullopt;
}

}  // namespace

server_process::server_process(const server_settings& settings)
    : log_{::open(folder_.path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)}, process_{options_for(
                                                                                                      settings,
                                                                                                      log_.get())} {
    if (!process_.fault().empty()) {
        throw std::runtime_error{process_.fault()};
    }
    std::string output;
    if (!read_until(process_.output().get(), output, "metrics on ", steady::now() + start_timeout)) {
        throw std::runtime_error{"the server does not start: " + settings.command + ": " + log()};
    }
    address_ = address_after("listening on ", output);
    metrics_address_ = address_after("metrics on ", output);
}

std::optional<std::string> server_process::get(std::string_view path, std::chrono::milliseconds timeout) const {
    const steady::time_point until = steady::now() + timeout;
    const base::descriptor socket = base::begin_connect(metrics_address_);
    if (!socket.is_open() || base::finish_connect(socket.get(), timeout) != 0) {
        return std::nullopt;
    }
    const std::string request = "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<::ssize_t>(request.size())) {
        return std::nullopt;
    }
    return read_answer(socket.get(), until);
}

// A loop that is busy for more than a second has the scraper answered 503.
samples server_process::scrape() const {
    const steady::time_point until = steady::now() + scrape_timeout;
    std::optional<std::string> page;
    while (!(page = get("/metrics", std::chrono::ceil<std::chrono::milliseconds>(until - steady::now())))) {
        if (steady::now() >= until) {
            throw std::runtime_error{"the server does not answer /metrics"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    std::istringstream text{*page};
    samples all;
    for (std::string row; std::getline(text, row);) {
        const std::size_t space = row.rfind(' ');
        if (!row.starts_with('#') && space != std::string::npos) {
            all[row.substr(0, space)] = std::strtod(row.c_str() + space, nullptr);
        }
    }
    return all;
}

std::chrono::nanoseconds server_process::cpu_time() const {
    return std::chrono::nanoseconds{base::cpu_time_ns(id()).value_or(0)};
}

double server_process::resident_bytes() const {
    return static_cast<double>(base::resident_bytes(id()).value_or(0));
}

double server_process::log_bytes() const {
    std::error_code ignored;
    return static_cast<double>(std::filesystem::file_size(folder_.path("log"), ignored));
}

std::size_t server_process::await_log_lines(std::string_view part, std::size_t wanted) const {
    const steady::time_point until = steady::now() + log_timeout;
    std::size_t count = count_lines_with(log(), part);
    while (count < wanted && steady::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        count = count_lines_with(log(), part);
    }
    return count;
}

std::string server_process::stop() {
    const bool in_time = process_.stop(stop_timeout);
    return in_time ? process_.wait().text : "no end within a minute of SIGTERM";
}

double sum_of(const samples& all, std::string_view prefix) {
    double sum = 0;
    for (auto at = all.lower_bound(std::string{prefix}); at != all.end() && at->first.starts_with(prefix); ++at) {
        sum += at->second;
    }
    return sum;
}

double sample_of(const samples& all, const std::string& name) {
    const auto position = all.find(name);
    return position == all.end() ? 0 : position->second;
}

std::size_t count_lines_with(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        count += line.find(part) != std::string_view::npos ? 1 : 0;
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return count;
}

}  // namespace chatos::attack
