#include "base/system/http_responder.hpp"

#include "base/system/error_text.hpp"
#include "base/system/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <list>
#include <new>
#include <poll.h>
#include <system_error>
#include <thread>
#include <utility>

namespace chatos::base {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t exchanges_max = 16;
constexpr std::size_t request_bytes_max = 8'192;
constexpr std::chrono::seconds exchange_timeout{3};
constexpr std::chrono::milliseconds accept_pause{100};  // after an error of accept(), such as no descriptors

/// One request and its answer.
class exchange {
public:
    explicit exchange(descriptor socket) : socket_{std::move(socket)} {}

    [[nodiscard]] pollfd polled() const {
        return {socket_.get(), static_cast<short>(is_writing_ ? POLLOUT : POLLIN), 0};
    }
    [[nodiscard]] steady::time_point deadline() const { return deadline_; }
    [[nodiscard]] bool is_over() const { return !socket_.is_open(); }
    /// Whether this exchange is to be cut before `other` when another client waits for its place: requests that do not
    /// come before answers that are not taken, and what has stood still for longer first.
    [[nodiscard]] bool is_slower_than(const exchange& other) const {
        return is_writing_ != other.is_writing_ ? !is_writing_ : moved_ < other.moved_;
    }

    /// Takes the next step after poll().
    void proceed(const http_responder::handler& answer) {
        moved_ = steady::now();
        if (!is_writing_) {
            read(answer);
        }
        if (is_writing_) {
            write();
        }
    }

    void end() {
        (void)::shutdown(socket_.get(), SHUT_WR);
        socket_.reset();
    }

private:
    void read(const http_responder::handler& answer) {
        std::array<char, request_bytes_max> buffer{};
        const ssize_t count = ::read(socket_.get(), buffer.data(), buffer.size() - text_.size());
        if (count <= 0) {
            end_unless_later(count);
            return;
        }
        text_.append(buffer.data(), static_cast<std::size_t>(count));
        if (text_.find("\r\n\r\n") != std::string::npos) {
            text_ = answer(text_);
            is_writing_ = true;
        } else if (text_.size() >= request_bytes_max) {
            end();
        }
    }

    void write() {
        const ssize_t count = ::send(socket_.get(), text_.data() + sent_, text_.size() - sent_, MSG_NOSIGNAL);
        if (count < 0) {
            end_unless_later(count);
            return;
        }
        sent_ += static_cast<std::size_t>(count);
        if (sent_ == text_.size()) {
            end();
        }
    }

    void end_unless_later(ssize_t count) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            end();
        }
    }

    descriptor socket_;
    steady::time_point moved_{steady::now()};  // when the client last sent or took something
    steady::time_point deadline_{moved_ + exchange_timeout};
    std::string text_;  // the request, then the answer
    std::size_t sent_{0};
    bool is_writing_{false};
};

}  // namespace

class http_responder::service {
public:
    explicit service(handler answer) : answer_{std::move(answer)}, stop_{open_pipe()} {}
    service(const service&) = delete;
    service& operator=(const service&) = delete;
    ~service() {
        stop_.writer.reset();
        if (thread_.joinable()) {
            thread_.join();
        }
        for (listener& listening : listeners_) {
            listening.file.remove();
        }
    }

    listen_outcome listen(const endpoint& where) {
        if (!stop_.reader.is_open()) {
            return {.fault = error_text(EMFILE)};
        }
        listen_result result = listen_on(where);
        listen_outcome outcome{.fault = std::move(result.fault)};
        if (outcome.fault.empty()) {
            listeners_ = std::move(result.listeners);
            for (const listener& listening : listeners_) {
                outcome.bound.push_back(listening.address.text());
            }
            start();
        }
        return outcome;
    }

private:
    void start() {
        polled_.reserve(1 + exchanges_max + listeners_.size());  // so that the loop itself needs no memory
        try {
            thread_ = std::thread{[this] { run(); }};
        } catch (const std::system_error& error) {
            throw std::system_error{error.code(), "thread"};
        }
    }

    void run() {
        std::vector<pollfd>& polled = polled_;
        for (;;) {
            polled.assign(1, {stop_.reader.get(), POLLIN, 0});
            for (const exchange& current : exchanges_) {
                polled.push_back(current.polled());
            }
            const bool accepts = steady::now() >= paused_until_;
            for (const listener& listening : listeners_) {
                polled.push_back({accepts ? listening.socket.get() : -1, POLLIN, 0});
            }
            if (::poll(polled.data(), polled.size(), timeout_ms()) < 0 && errno != EINTR) {
                // It waits for fewer descriptors than there are; later it may again. One it can always wait for.
                (void)::poll(polled.data(), 1, static_cast<int>(accept_pause.count()));
            }
            if (polled.front().revents != 0) {
                return;
            }
            auto event = polled.begin() + 1;
            for (exchange& current : exchanges_) {
                if ((event++)->revents != 0) {
                    proceed(current);
                } else if (steady::now() >= current.deadline()) {
                    current.end();
                }
            }
            exchanges_.remove_if([](const exchange& e) { return e.is_over(); });
            for (const listener& listening : listeners_) {
                if ((event++)->revents != 0) {
                    accept_from(listening);
                }
            }
        }
    }

    void proceed(exchange& current) {
        try {
            current.proceed(answer_);
        } catch (const std::bad_alloc&) {
            current.end();  // refused; the next one may be served
        }
    }

    void accept_from(const listener& listening) {
        descriptor socket{::accept4(listening.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (!socket.is_open()) {
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
                paused_until_ = steady::now() + accept_pause;
            }
            return;
        }
        if (exchanges_.size() == exchanges_max) {
            // Otherwise a few clients that do nothing would keep all others away.
            exchanges_.erase(
                std::min_element(exchanges_.begin(), exchanges_.end(),
                                 [](const exchange& a, const exchange& b) { return a.is_slower_than(b); }));
        }
        try {
            exchanges_.emplace_back(std::move(socket));
        } catch (const std::bad_alloc&) {  // the client is refused
        }
    }

    /// Until something is due; -1: nothing is.
    [[nodiscard]] int timeout_ms() const {
        steady::time_point due = steady::time_point::max();
        if (paused_until_ > steady::now()) {
            due = paused_until_;
        }
        for (const exchange& current : exchanges_) {
            due = std::min(due, current.deadline());
        }
        if (due == steady::time_point::max()) {
            return -1;
        }
        const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(due - steady::now());
        return static_cast<int>(std::max<std::int64_t>(0, remaining.count()));
    }

    handler answer_;
    pipe_ends stop_;
    std::vector<listener> listeners_;
    std::list<exchange> exchanges_;
    steady::time_point paused_until_{};
    std::vector<pollfd> polled_;
    std::thread thread_;
};

http_responder::http_responder(handler answer) : service_{std::make_unique<service>(std::move(answer))} {}
http_responder::~http_responder() = default;
http_responder::listen_outcome http_responder::listen(const endpoint& where) {
    return service_->listen(where);
}

}  // namespace chatos::base
