#include "runner/client_processes.hpp"

#include "runner/client_listener.hpp"
#include "runner/command_words.hpp"
#include "runner/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t printed_bytes_max = 16'384;
constexpr std::size_t strangers_max = 16;

/// write() to a pipe whose reader may be gone: that is an error then, and no signal.
ssize_t write_without_signal(int pipe, std::string_view text) {
    sigset_t broken_pipe;
    sigset_t before;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    const ssize_t put = ::write(pipe, text.data(), text.size());
    const int error = errno;
    if (put < 0 && error == EPIPE) {
        const timespec at_once{};
        (void)::sigtimedwait(&broken_pipe, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return put;
}

}  // namespace

struct client_processes::client {
    child_process process;
    client_listener listener;
    descriptor input;
    descriptor output;
    std::string pending;                // for its input
    std::vector<descriptor> strangers;  // its further connections
    bool connected{false};
    bool end_is_told{false};
    bool is_ended_by_us{false};
};

client_processes::client_processes(std::vector<std::string> command) : command_{std::move(command)} {}

client_processes::~client_processes() = default;

std::optional<std::string> client_processes::start(std::size_t actor, const std::string& pseudo) {
    clients_.resize(std::max(clients_.size(), actor + 1));
    refused_before_ += clients_[actor] ? clients_[actor]->listener.refused() : 0;
    clients_[actor] = std::make_unique<client>();
    client& one = *clients_[actor];
    if (!one.listener.open()) {
        return "no loopback port can be listened on: " + std::generic_category().message(errno);
    }
    const std::vector<std::string> words = filled_in(
        command_, {{"{host}", "127.0.0.1"}, {"{port}", std::to_string(one.listener.port())}, {"{pseudo}", pseudo}});
    child_streams streams;
    one.listener.refuse_waiting();
    auto error = one.process.start(words, streams);
    one.input = std::move(streams.input);
    one.output = std::move(streams.output);
    one.end_is_told = error.has_value();
    return error;
}

void client_processes::tell(std::size_t actor, const std::string& text) {
    clients_[actor]->pending += text;
    flush_input(*clients_[actor]);
}

void client_processes::flush_input(client& one) {
    while (!one.pending.empty()) {
        const ssize_t put = one.input.is_open() ? write_without_signal(one.input.get(), one.pending) : -1;
        if (put < 0 && one.input.is_open() && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        one.pending.erase(0, put < 0 ? one.pending.size() : static_cast<std::size_t>(put));
    }
}

void client_processes::add_polled(std::vector<pollfd>& polled) const {
    for (const auto& one : clients_) {
        if (!one) {
            continue;
        }
        const auto add = [&](const auto& source, short events) {
            if (source.get() >= 0) {
                polled.push_back({source.get(), events, 0});
            }
        };
        add(one->listener, POLLIN);
        add(one->output, POLLIN);
        if (!one->pending.empty()) {
            add(one->input, POLLOUT);
        }
        for (const descriptor& stranger : one->strangers) {
            add(stranger, POLLIN);
        }
    }
}

bool client_processes::awaits_an_end() const {
    return std::any_of(clients_.begin(), clients_.end(),
                       [](const auto& one) { return one && !one->end_is_told && !one->output.is_open(); });
}

processor_use client_processes::use() const {
    processor_use sum;
    for (const auto& one : clients_) {
        sum += one ? one->process.use() : processor_use{};
    }
    return sum;
}

void client_processes::serve(execution& run, moment now, const std::function<void(std::size_t, descriptor)>& accepted) {
    for (std::size_t actor = 0; actor < clients_.size(); ++actor) {
        if (!clients_[actor]) {
            continue;
        }
        client& one = *clients_[actor];
        accept_connections(actor, one, accepted);
        answer_strangers(one);
        flush_input(one);
        // Looked at first, so that whatever it wrote before its end is there to be read.
        const bool is_over = !one.end_is_told && one.process.end().has_value();
        read_output(actor, one, run, now);
        if (is_over) {
            notice_end(actor, one, run, now);
        }
    }
}

void client_processes::accept_connections(std::size_t actor, client& one,
                                          const std::function<void(std::size_t, descriptor)>& accepted) {
    for (;;) {
        descriptor socket = one.listener.accept(one.process.group());
        if (!socket.is_open()) {
            return;
        }
        if (!std::exchange(one.connected, true)) {
            has_connected_ = true;
            accepted(actor, std::move(socket));
        } else if (one.strangers.size() < strangers_max) {
            one.strangers.push_back(std::move(socket));
        }
    }
}

/// A client's further connections want a tunnel, which a server without that extension refuses (CONN-8).
void client_processes::answer_strangers(client& one) {
    for (descriptor& stranger : one.strangers) {
        std::array<char, 256> bytes{};
        const ssize_t got = ::recv(stranger.get(), bytes.data(), bytes.size(), 0);
        if (got > 0) {
            constexpr char refusal[] = {6, 5};
            (void)::send(stranger.get(), refusal, sizeof refusal, MSG_NOSIGNAL);
            (void)::shutdown(stranger.get(), SHUT_WR);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            stranger.reset();
        }
    }
    std::erase_if(one.strangers, [](const descriptor& stranger) { return !stranger.is_open(); });
}

void client_processes::read_output(std::size_t actor, client& one, execution& run, moment now) {
    std::array<char, 16'384> buffer{};
    std::string text;
    // A bounded number of reads a turn, and one look at what they gave: one that floods must not starve the others.
    for (int turn = 0; turn < 2 && one.output.is_open(); ++turn) {
        const ssize_t got = ::read(one.output.get(), buffer.data(), buffer.size());
        if (got > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            one.output.reset();
        } else {
            break;
        }
    }
    if (text.empty()) {
        return;
    }
    run.printed(actor, text, now);
    printed_ += text;
    printed_.erase(0, printed_.size() - std::min(printed_.size(), printed_bytes_max));
}

void client_processes::notice_end(std::size_t actor, client& one, execution& run, moment now) {
    const process_end how = *one.process.end();
    one.end_is_told = true;
    if (!one.connected) {
        one.listener.stop_listening();
        run.connection_failed(actor, "the client ended before it connected: " + how.text, now);
    }
    run.process_ended(actor, how, now);
}

void client_processes::finish(std::chrono::milliseconds grace) {
    for (const auto& one : clients_) {
        if (one) {
            one->input.reset();
            one->listener.stop_listening();
            one->strangers.clear();
        }
    }
    for (const auto& one : clients_) {
        if (!one || !one->process.is_started()) {
            continue;
        }
        const bool was_over = one->process.end().has_value();
        if (!one->process.await_death(had_to_end_one_ ? std::chrono::milliseconds{0} : grace)) {
            had_to_end_one_ = true;
        } else if (const process_end how = *one->process.end(); how.by_signal && !crash_) {
            // We have hung up: writing to us then is no crash of a client that does not ignore that signal.
            crash_ = !was_over && how.code == SIGPIPE ? std::nullopt : std::optional{how.text};
        }
        one->process.stop();
    }
}

std::size_t client_processes::refused_connections() const noexcept {
    std::size_t sum = refused_before_;
    for (const auto& one : clients_) {
        sum += one ? one->listener.refused() : 0;
    }
    return sum;
}

std::vector<std::string> client_processes::last_output(std::size_t lines_max) const {
    std::vector<std::string> lines;
    for (std::size_t start = 0; start < printed_.size();) {
        const std::size_t end = std::min(printed_.find('\n', start), printed_.size());
        lines.push_back(printed_.substr(start, end - start));
        start = end + 1;
    }
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(std::min(lines.size(), lines_max)));
    return lines;
}

}  // namespace chatos::conformance
