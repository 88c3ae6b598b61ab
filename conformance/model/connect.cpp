#include "model/connect.hpp"

#include "base/system/descriptor.hpp"
#include "runner/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace chatos::conformance {
namespace {

using base::descriptor;

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::size_t line_bytes_max = 1U << 20U;

[[noreturn]] void crash_now() {
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
    (void)std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

class client_program {
public:
    explicit client_program(connect_settings settings) : settings_{std::move(settings)}, model_{settings_.client} {}

    std::variant<int, std::string> run() {
        if (std::string error = connect(); !error.empty()) {
            return error;
        }
        model_.connected();
        take_output();
        while (!exit_) {
            wait();
            take_output();
            write_due();
        }
        return *exit_;
    }

private:
    std::string connect() {
        base::resolve_result resolved = base::resolve(settings_.server);
        if (!resolved.fault.empty()) {
            return "cannot resolve the host of " + settings_.server.text() + ": " + resolved.fault;
        }
        for (const base::socket_address& candidate : resolved.addresses) {
            address_ = candidate;
            socket_ = open_connection();
            if (socket_.is_open()) {
                return "";
            }
        }
        return "cannot connect to " + settings_.server.text() + ": " + std::generic_category().message(errno) +
               "; is a server running there?";
    }

    [[nodiscard]] descriptor open_connection() const {
        descriptor socket{::socket(address_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
        const int on = 1;
        (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket.get(), address_.get(), address_.size) != 0) {
            socket.reset();
        }
        return socket;
    }

    void wait() {
        std::array<pollfd, 3> polled{
            {{input_ended_ ? -1 : STDIN_FILENO, POLLIN, 0}, {socket_.get(), POLLIN, 0}, {tunnel_.get(), POLLIN, 0}}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_ - steady::now());
        const int timeout = due_bytes_.empty() ? -1 : static_cast<int>(std::max<std::int64_t>(0, left.count()));
        if (::poll(polled.data(), polled.size(), timeout) < 0) {
            return;
        }
        std::array<char, 16'384> buffer{};
        if (polled[1].revents != 0) {
            const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
            if (size > 0) {
                model_.receive({buffer.data(), static_cast<std::size_t>(size)});
            } else {
                model_.server_ended();
                socket_.reset();
            }
        }
        if (polled[2].revents != 0) {
            const ssize_t size = ::recv(tunnel_.get(), buffer.data(), buffer.size(), 0);
            if (size > 0) {
                model_.tunnel_received({buffer.data(), static_cast<std::size_t>(size)});
            } else {
                tunnel_.reset();
                model_.tunnel_ended();
            }
        }
        if (polled[0].revents != 0) {
            read_commands(buffer);
        }
    }

    void read_commands(std::span<char> buffer) {
        const ssize_t size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (size <= 0) {
            input_ended_ = true;
            model_.input_ended();
            return;
        }
        line_.append(buffer.data(), static_cast<std::size_t>(size));
        for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
            model_.command(std::string_view{line_}.substr(0, end));
            line_.erase(0, end + 1);
        }
        line_.erase(0, line_.size() > line_bytes_max ? line_.size() : 0);
    }

    void take_output() {
        using kind = client_output::kind;
        for (const client_output& output : model_.take_output()) {
            switch (output.action) {
            case kind::send: send(output.text); break;
            case kind::show:
                (void)std::printf("%s\n", output.text.c_str());
                (void)std::fflush(stdout);
                break;
            case kind::close: close(); break;
            case kind::tunnel: tunnel_ = open_connection(); break;
            case kind::tunnel_send: send_to_tunnel(output.text); break;
            case kind::tunnel_end: tunnel_.reset(); break;
            case kind::exit: exit_ = static_cast<int>(output.code); break;
            case kind::crash: crash_now();
            }
        }
    }

    void send(const std::string& bytes) {
        const client_variant_set& variants = settings_.client.variants;
        if (variants.has(client_variant::answers_late) || variants.has(client_variant::joins_its_writes)) {
            // Later output is sent with it.
            due_ =
                due_bytes_.empty() ? steady::now() + (variants.has(client_variant::answers_late) ? 10ms : 5ms) : due_;
            due_bytes_ += bytes;
            return;
        }
        write_all(bytes);
    }

    void write_due() {
        if (!due_bytes_.empty() && steady::now() >= due_) {
            write_all(std::exchange(due_bytes_, {}));
        }
    }

    void write_all(const std::string& bytes) {
        const bool byte_by_byte = settings_.client.variants.has(client_variant::writes_byte_by_byte);
        for (std::size_t sent = 0; sent < bytes.size() && socket_.is_open();) {
            const std::size_t size = byte_by_byte ? 1 : bytes.size() - sent;
            const ssize_t written = ::send(socket_.get(), bytes.data() + sent, size, MSG_NOSIGNAL);
            if (written < 0 && errno != EINTR) {
                return;  // the server is gone; recv() reports how
            }
            sent += written < 0 ? 0 : static_cast<std::size_t>(written);
        }
    }

    /// Reads pending input first: otherwise closing would reset the connection and could destroy what was sent.
    void close() {
        write_all(std::exchange(due_bytes_, {}));
        if (socket_.is_open()) {
            (void)::shutdown(socket_.get(), SHUT_WR);
            std::array<char, 4'096> buffer{};
            while (::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
            }
            socket_.reset();
        }
    }

    void send_to_tunnel(const std::string& bytes) const {
        const bool byte_by_byte = settings_.client.variants.has(client_variant::tunnel_byte_by_byte);
        for (std::size_t sent = 0; sent < bytes.size() && tunnel_.is_open();) {
            const std::size_t size = byte_by_byte ? 1 : bytes.size() - sent;
            const ssize_t written = ::send(tunnel_.get(), bytes.data() + sent, size, MSG_NOSIGNAL);
            if (written < 0 && errno != EINTR) {
                return;
            }
            sent += written < 0 ? 0 : static_cast<std::size_t>(written);
        }
    }

    connect_settings settings_;
    client_model model_;
    socket_address address_;
    descriptor socket_;
    descriptor tunnel_;
    std::string line_;
    bool input_ended_{false};
    std::string due_bytes_;
    steady::time_point due_;
    std::optional<int> exit_;
};

}  // namespace

std::variant<int, std::string> connect_model(connect_settings settings) {
    return client_program{std::move(settings)}.run();
}

}  // namespace chatos::conformance
