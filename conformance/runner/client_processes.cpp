#include "runner/client_processes.hpp"

#include "runner/client_listener.hpp"
#include "runner/command_words.hpp"
#include "runner/process_streams.hpp"
#include "runner/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr std::size_t printed_bytes_max = 16'384;
constexpr std::size_t extra_connections_max = 16;

}  // namespace

struct client_processes::client {
    child_process process;
    client_listener listener;
    descriptor input;
    descriptor output;
    std::string pending;                        // for its input
    std::vector<descriptor> extra_connections;  // its further connections
    bool connected{false};
    std::size_t tunnel_ends{0};  // that have connected
    bool end_is_told{false};
    bool is_ended_by_us{false};
};

client_processes::client_processes(std::vector<std::string> command) : command_{std::move(command)} {}

client_processes::~client_processes() = default;

std::optional<std::string> client_processes::start(std::size_t actor, const std::string& pseudo) {
    clients_.resize(std::max(clients_.size(), actor + 1));
    refused_before_ += clients_[actor] ? clients_[actor]->listener.refused() : 0;
    clients_[actor] = std::make_unique<client>();
    client& peer = *clients_[actor];
    if (!peer.listener.open()) {
        return "no loopback port can be listened on: " + std::generic_category().message(errno);
    }
    const std::vector<std::string> words = filled_in(
        command_, {{"{host}", "127.0.0.1"}, {"{port}", std::to_string(peer.listener.port())}, {"{pseudo}", pseudo}});
    child_streams streams;
    peer.listener.refuse_waiting();
    auto error = peer.process.start(words, streams);
    peer.input = std::move(streams.input);
    peer.output = std::move(streams.output);
    peer.end_is_told = error.has_value();
    return error;
}

void client_processes::tell(std::size_t actor, const std::string& text) {
    clients_[actor]->pending += text;
    flush_input(*clients_[actor]);
}

void client_processes::flush_input(client& peer) {
    while (!peer.pending.empty()) {
        const ssize_t put = peer.input.is_open() ? write_without_signal(peer.input.get(), peer.pending) : -1;
        if (put < 0 && peer.input.is_open() && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        peer.pending.erase(0, put < 0 ? peer.pending.size() : static_cast<std::size_t>(put));
    }
}

void client_processes::add_polled(std::vector<pollfd>& polled) const {
    for (const auto& peer : clients_) {
        if (!peer) {
            continue;
        }
        const auto add = [&](const auto& source, short events) {
            if (source.get() >= 0) {
                polled.push_back({source.get(), events, 0});
            }
        };
        add(peer->listener, POLLIN);
        add(peer->output, POLLIN);
        if (!peer->pending.empty()) {
            add(peer->input, POLLOUT);
        }
        for (const descriptor& extra : peer->extra_connections) {
            add(extra, POLLIN);
        }
    }
}

bool client_processes::awaits_an_end() const {
    return std::any_of(clients_.begin(), clients_.end(),
                       [](const auto& peer) { return peer && !peer->end_is_told && !peer->output.is_open(); });
}

processor_use client_processes::use() const {
    processor_use sum;
    for (const auto& peer : clients_) {
        sum += peer ? peer->process.use() : processor_use{};
    }
    return sum;
}

void client_processes::serve(execution& run, moment now, const std::function<void(std::size_t, descriptor)>& accepted) {
    for (std::size_t actor = 0; actor < clients_.size(); ++actor) {
        if (!clients_[actor]) {
            continue;
        }
        client& peer = *clients_[actor];
        accept_connections(actor, peer, run.tunnel_ends_of(actor), accepted);
        refuse_extra_connections(peer);
        flush_input(peer);
        // Looked at first, so that whatever it wrote before its end is there to be read.
        const bool is_over = !peer.end_is_told && peer.process.end().has_value();
        read_output(actor, peer, run, now);
        if (is_over) {
            notice_end(actor, peer, run, now);
        }
    }
}

void client_processes::accept_connections(std::size_t actor, client& peer, const std::vector<std::size_t>& tunnel_ends,
                                          const std::function<void(std::size_t, descriptor)>& accepted) {
    for (;;) {
        descriptor socket = peer.listener.accept(peer.process.group());
        if (!socket.is_open()) {
            return;
        }
        if (!std::exchange(peer.connected, true)) {
            has_connected_ = true;
            accepted(actor, std::move(socket));
        } else if (peer.tunnel_ends < tunnel_ends.size()) {
            accepted(tunnel_ends[peer.tunnel_ends++], std::move(socket));
        } else if (peer.extra_connections.size() < extra_connections_max) {
            peer.extra_connections.push_back(std::move(socket));
        }
    }
}

/// A client's further connections want a tunnel, which a server without that extension refuses (CONN-8).
void client_processes::refuse_extra_connections(client& peer) {
    for (descriptor& extra : peer.extra_connections) {
        std::array<char, 256> bytes{};
        const ssize_t got = ::recv(extra.get(), bytes.data(), bytes.size(), 0);
        if (got > 0) {
            constexpr char refusal[] = {6, 5};
            (void)::send(extra.get(), refusal, sizeof refusal, MSG_NOSIGNAL);
            (void)::shutdown(extra.get(), SHUT_WR);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            extra.reset();
        }
    }
    std::erase_if(peer.extra_connections, [](const descriptor& extra) { return !extra.is_open(); });
}

void client_processes::read_output(std::size_t actor, client& peer, execution& run, moment now) {
    std::array<char, 16'384> buffer{};
    std::string text;
    // A bounded number of reads a turn, and one look at what they gave: one that floods must not starve the others.
    for (int turn = 0; turn < 2 && peer.output.is_open(); ++turn) {
        const ssize_t got = ::read(peer.output.get(), buffer.data(), buffer.size());
        if (got > 0) {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            peer.output.reset();
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

void client_processes::notice_end(std::size_t actor, client& peer, execution& run, moment now) {
    const process_end how = *peer.process.end();
    peer.end_is_told = true;
    if (!peer.connected) {
        peer.listener.stop_listening();
        run.connection_failed(actor, "the client ended before it connected: " + how.text, now);
    }
    run.process_ended(actor, how, now);
}

void client_processes::finish(std::chrono::milliseconds grace) {
    for (const auto& peer : clients_) {
        if (peer) {
            peer->input.reset();
            peer->listener.stop_listening();
            peer->extra_connections.clear();
        }
    }
    for (const auto& peer : clients_) {
        if (!peer || !peer->process.is_started()) {
            continue;
        }
        const bool was_over = peer->process.end().has_value();
        if (!peer->process.await_death(killed_any_ ? std::chrono::milliseconds{0} : grace)) {
            killed_any_ = true;
        } else if (const process_end how = *peer->process.end(); how.by_signal && !crash_) {
            // We have hung up: writing to us then is no crash of a client that does not ignore that signal.
            crash_ = !was_over && how.code == SIGPIPE ? std::nullopt : std::optional{how.text};
        }
        peer->process.stop();
    }
}

std::size_t client_processes::refused_connections() const noexcept {
    std::size_t sum = refused_before_;
    for (const auto& peer : clients_) {
        sum += peer ? peer->listener.refused() : 0;
    }
    return sum;
}

std::vector<std::string> client_processes::last_output(std::size_t lines_max) const {
    return last_lines(printed_, lines_max);
}

}  // namespace chatos::conformance
