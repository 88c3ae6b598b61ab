#include "runner/implementation.hpp"

#include "runner/command_words.hpp"
#include "runner/socket_owner.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;

constexpr int lost_ports_max = 3;

std::string needs_option(const std::string& option) {
    return "needs the server to be started with " + option + "; say how under \"options\" in a profile";
}

}  // namespace

std::optional<std::string> implementation::death_behind_failure(const std::string& /*pseudo*/,
                                                                std::chrono::milliseconds /*answer*/) {
    return death();
}

const client_dialogue& implementation::dialogue() const {
    static const client_dialogue none;
    return none;
}

void server_implementation::play(execution& run) {
    run_over_tcp(run, address(), process());
}

bool server_implementation::answers(const std::string& pseudo, std::chrono::milliseconds time) {
    return answers_anything(address(), pseudo, time);
}

bool server_implementation::accepts(std::chrono::milliseconds time) {
    return accepts_connections(address(), time);
}

std::vector<std::byte> implementation::reply_to(std::span<const std::byte> /*bytes*/,
                                                std::chrono::milliseconds /*time*/) {
    return {};
}

std::vector<std::byte> server_implementation::reply_to(std::span<const std::byte> bytes,
                                                       std::chrono::milliseconds time) {
    return first_reply(address(), bytes, time);
}

std::optional<std::string> running_target::lacks(const scenario& scenario) const {
    return scenario.needs.empty() ? std::nullopt : std::optional{needs_option(scenario.needs.begin()->first)};
}

std::optional<std::string> running_target::make_ready(const option_values& /*needs*/) {
    if (address_.size != 0 && accepts_connections(address_, start_time_)) {
        return std::nullopt;
    }
    // A name may have several addresses, and the server may listen on one of them only.
    const base::resolve_result resolved = base::resolve(where_);
    if (!resolved.fault.empty()) {
        return "cannot find the host of " + where_.text() + ": " + resolved.fault;
    }
    for (const socket_address& candidate : resolved.addresses) {
        if (accepts_connections(candidate, start_time_)) {
            address_ = candidate;
            return std::nullopt;
        }
    }
    return "nobody accepts connections at " + where_.text() + "; start the server, or give another --target";
}

std::optional<std::string> started_command::lacks(const scenario& scenario) const {
    for (const auto& [option, value] : scenario.needs) {
        if (!command_.options.contains(option)) {
            return needs_option(option);
        }
    }
    return std::nullopt;
}

std::optional<std::string> started_command::make_ready(const option_values& needs) {
    replaced_death_ = process_.death();
    if (process_.is_started() && !replaced_death_ && options_ == needs) {
        return std::nullopt;
    }
    std::optional<std::string> error = start_once(needs);
    if (error && process_.death()) {
        error = start_once(needs);  // one that failed by chance gets another try
    }
    for (int lost_ports = 1; has_lost_port(); ++lost_ports) {
        if (lost_ports == lost_ports_max) {
            return "the server did not get the port that it was given: another program listens on 127.0.0.1:" +
                   std::to_string(port_.number()) + "; does the server stay in the foreground?";
        }
        error = start_once(needs);
    }
    return error;
}

std::optional<std::string> started_command::death_behind_failure(const std::string& pseudo,
                                                                 std::chrono::milliseconds answer) {
    auto death = process_.death();
    if (death || answers_anything(address_, pseudo, answer)) {
        return death;
    }
    death = process_.await_death(death_wait_);
    if (!death) {
        // A server that lives but never answers is not waited for that long every time.
        death_wait_ = std::max(death_wait_ / 2, 20ms);
    }
    return death;
}

std::vector<std::string> started_command::words_for(std::uint16_t port, const option_values& needs) const {
    std::vector<std::string> words = command_.words;
    for (const auto& [option, value] : needs) {
        const auto more = filled_in(command_.options.at(option), {{"{value}", std::to_string(value)}});
        words.insert(words.end(), more.begin(), more.end());
    }
    return filled_in(std::move(words), {{"{port}", std::to_string(port)}});
}

std::optional<std::string> started_command::start_once(const option_values& needs) {
    process_.stop();
    const std::uint16_t port = port_.renew();
    if (port == 0) {
        return "there is no free loopback port to start the server on";
    }
    address_ = base::loopback_address(port);
    const std::vector<std::string> words = words_for(port, needs);
    if (auto error = process_.start(words)) {
        return error;
    }
    options_ = needs;
    ++starts_;
    return await_listening();
}

std::optional<std::string> started_command::await_listening() {
    const auto until = std::chrono::steady_clock::now() + start_time_;
    while (!accepts_connections(address_, 200ms)) {
        if (const auto death = process_.death()) {
            return "the server ended before it accepted a connection: " + *death;
        }
        if (std::chrono::steady_clock::now() >= until) {
            return "the server did not accept a connection on 127.0.0.1:" + std::to_string(port_.number()) +
                   " within " + std::to_string(start_time_.count()) +
                   " ms; does it listen on the {port} that it is given?";
        }
        std::this_thread::sleep_for(2ms);
    }
    return std::nullopt;
}

/// True when what listens on the port is not the server: another runner, or a program that took the port between the
/// check and the start, so that the server ends without it.
bool started_command::has_lost_port() {
    const socket_owner owner = owner_of_listener(port_.number(), process_.group());
    if (!process_.is_started() || owner != socket_owner::unknown) {
        return owner == socket_owner::runner;
    }
    if (process_.await_death(conflict_wait_)) {
        return accepts_connections(address_, 200ms);
    }
    conflict_wait_ = std::max(conflict_wait_ / 2, 20ms);  // it is in a container, for example
    return false;
}

}  // namespace chatos::conformance
