#include "runner/implementation.hpp"

#include "runner/command_words.hpp"

#include <algorithm>
#include <cstddef>
#include <netinet/in.h>
#include <sys/un.h>
#include <thread>
#include <utility>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;

/// A loopback port that nobody listens on at this moment; 0 when there is none.
std::uint16_t free_loopback_port() {
    const descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

/// Nobody else has it as long as it is open: Linux knows such names without a file, one for each network namespace, as
/// are ports.
descriptor mark_of(std::uint16_t port) {
    descriptor mark{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "chatos-conformance port " + std::to_string(port);
    std::copy(name.begin(), name.end(), &address.sun_path[1]);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::bind(mark.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
        mark.reset();
    }
    return mark;
}

std::string needs_option(const std::string& option) {
    return "needs the server to be started with " + option + "; say how under \"options\" in a profile";
}

}  // namespace

/// Between the choice of a port and the moment its server listens, another server of ours could be given the same one,
/// in this process or another; each would then be judged by what the other says.
std::uint16_t reserved_port::renew() {
    release();
    for (int attempt = 0; attempt < 100 && !mark_.is_open(); ++attempt) {
        const std::uint16_t candidate = free_loopback_port();
        mark_ = candidate == 0 ? descriptor{} : mark_of(candidate);
        number_ = mark_.is_open() ? candidate : std::uint16_t{0};
    }
    return number_;
}

void reserved_port::release() noexcept {
    mark_.reset();
    number_ = 0;
}

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

std::optional<std::string> running_target::lacks(const scenario& what) const {
    return what.needs.empty() ? std::nullopt : std::optional{needs_option(what.needs.begin()->first)};
}

std::optional<std::string> running_target::make_ready(const option_values& /*needs*/) {
    if (address_.size == 0) {
        const auto resolved = resolve(where_);
        if (const auto* error = std::get_if<std::string>(&resolved)) {
            return "the host of " + where_.text() + " cannot be found: " + *error;
        }
        address_ = std::get<socket_address>(resolved);
    }
    if (accepts_connections(address_, start_time_)) {
        return std::nullopt;
    }
    return "nobody accepts connections at " + where_.text() + "; start the server, or give another --target";
}

std::optional<std::string> started_command::lacks(const scenario& what) const {
    for (const auto& [option, value] : what.needs) {
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
        error = start_once(needs);  // somebody else may have taken the port in between
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
        // One that lives and answers nobody is no reason to wait so long every time.
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
    const auto resolved = resolve({"127.0.0.1", port});
    if (port == 0 || !std::holds_alternative<socket_address>(resolved)) {
        return "there is no free loopback port to start the server on";
    }
    address_ = std::get<socket_address>(resolved);
    const std::vector<std::string> words = words_for(port, needs);
    if (auto error = process_.start(words)) {
        return error;
    }
    options_ = needs;
    const auto until = std::chrono::steady_clock::now() + start_time_;
    while (!accepts_connections(address_, 200ms)) {
        if (const auto death = process_.death()) {
            return "the server ended before it accepted a connection: " + *death;
        }
        if (std::chrono::steady_clock::now() >= until) {
            return "the server did not accept a connection on 127.0.0.1:" + std::to_string(port) + " within " +
                   std::to_string(start_time_.count()) + " ms; does it listen on the {port} that it is given?";
        }
        std::this_thread::sleep_for(2ms);
    }
    return std::nullopt;
}

}  // namespace chatos::conformance
