#include "attack/innocents.hpp"

#include "attack/crowd.hpp"
#include "base/system/error_text.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace chatos::attack {

namespace {

using steady = std::chrono::steady_clock;

constexpr auto pause_between = std::chrono::milliseconds{5};
constexpr int login_timeout_ms = 60'000;

base::descriptor connect_from(const base::socket_address& target, const base::socket_address& source) {
    base::descriptor socket{::socket(target.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (source.size != 0 && ::bind(socket.get(), source.get(), source.size) != 0) {
        throw std::runtime_error{"no innocent from " + source.text() + ": " + base::error_text()};
    }
    if (::connect(socket.get(), target.get(), target.size) != 0 && errno != EINPROGRESS) {
        throw std::runtime_error{"an innocent cannot connect: " + base::error_text()};
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void request(int socket, const packet_view& packet) {
    const std::string bytes = bytes_of(packet);
    ::pollfd ready{.fd = socket, .events = POLLOUT, .revents = 0};
    std::array<char, 2> answer{};
    if (::poll(&ready, 1, login_timeout_ms) != 1 ||
        ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<::ssize_t>(bytes.size()) ||
        (ready.events = POLLIN, ::poll(&ready, 1, login_timeout_ms)) != 1 ||
        ::recv(socket, answer.data(), answer.size(), 0) != 2 || answer != std::array<char, 2>{6, 0}) {
        throw std::runtime_error{"an innocent does not get in"};
    }
}

}  // namespace

void raise_priority_of_thread() {
    constexpr int priority_raised = -15;
    const ::sched_param lowest{.sched_priority = ::sched_get_priority_min(SCHED_RR)};
    if (::sched_setscheduler(0, SCHED_RR, &lowest) != 0) {
        static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<::id_t>(::gettid()), priority_raised));
    }
}

innocents::innocents(const base::socket_address& target, std::size_t pairs, const base::socket_address& source)
    : pairs_(pairs) {
    for (std::size_t i = 0; i < pairs; ++i) {
        for (user_state* user : {&pairs_[i].sender, &pairs_[i].recipient}) {
            const char* role = user == &pairs_[i].sender ? "-writes" : "-reads";
            user->pseudo = "innocent" + std::to_string(i) + role;
            user->socket = connect_from(target, source);
            request(user->socket.get(), make_cr(user->pseudo));
        }
        request(pairs_[i].sender.socket.get(), make_rpm(pairs_[i].recipient.pseudo));
    }
    thread_ = std::thread{[this] { run(); }};
}

innocents::~innocents() {
    stop(std::chrono::milliseconds{0});
}

void innocents::begin() {
    const std::lock_guard guard{lock_};
    figures_.round_trips.clear();
    figures_.answered_ok = figures_.answered_unreachable = figures_.answered_otherwise = 0;
    figures_.longest_wait = {};
}

innocent_figures innocents::figures() const {
    const std::lock_guard guard{lock_};
    innocent_figures result = figures_;
    for (const pair_state& pair : pairs_) {
        if (pair.waits && !pair.closed) {
            result.longest_wait = std::max<std::chrono::nanoseconds>(result.longest_wait, steady::now() - pair.sent_at);
        }
    }
    return result;
}

void innocents::stop(std::chrono::milliseconds timeout) {
    stopping_ = true;
    const time_point until = steady::now() + timeout;
    const auto any_waits = [this] {
        const std::lock_guard guard{lock_};
        return std::any_of(pairs_.begin(), pairs_.end(),
                           [](const pair_state& pair) { return pair.waits && !pair.closed; });
    };
    while (thread_.joinable() && any_waits() && steady::now() < until) {
        std::this_thread::sleep_for(pause_between);
    }
    {
        const std::lock_guard guard{lock_};
        for (pair_state& pair : pairs_) {
            pair.closed = true;  // ends the thread
        }
    }
    if (thread_.joinable()) {
        thread_.join();
    }
    pairs_.clear();
}

void innocents::run() {
    raise_priority_of_thread();
    std::vector<::pollfd> watched(connections());
    for (;;) {
        int wait_ms = 0;
        {
            const std::lock_guard guard{lock_};
            if (std::all_of(pairs_.begin(), pairs_.end(), [](const pair_state& pair) { return pair.closed; })) {
                return;
            }
            const time_point now = steady::now();
            send_due(now);
            for (std::size_t i = 0; i < pairs_.size(); ++i) {
                const bool watches = !pairs_[i].closed;
                watched[2 * i] = {.fd = watches ? pairs_[i].sender.socket.get() : -1, .events = POLLIN, .revents = 0};
                watched[2 * i + 1] = {
                    .fd = watches ? pairs_[i].recipient.socket.get() : -1, .events = POLLIN, .revents = 0};
            }
            wait_ms = milliseconds_to_next(now);
        }
        if (::poll(watched.data(), watched.size(), wait_ms) <= 0) {
            continue;
        }
        const std::lock_guard guard{lock_};
        for (std::size_t i = 0; i < watched.size(); ++i) {
            pair_state& pair = pairs_[i / 2];
            if (watched[i].revents != 0 && !pair.closed) {
                take(pair, i % 2 == 0 ? pair.sender : pair.recipient);
            }
        }
    }
}

int innocents::milliseconds_to_next(time_point now) const {
    constexpr std::chrono::milliseconds look_again{50};  // whether it has been stopped
    std::chrono::nanoseconds wait = look_again;
    for (const pair_state& pair : pairs_) {
        if (!pair.waits && !pair.closed) {
            wait = std::min<std::chrono::nanoseconds>(wait, pair.next_at - now);
        }
    }
    return static_cast<int>(std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(wait).count(), 0));
}

void innocents::send_due(time_point now) {
    for (pair_state& pair : pairs_) {
        if (pair.waits || pair.closed || now < pair.next_at || stopping_) {
            continue;
        }
        ++pair.sent;
        pair.waits = true;
        pair.sent_at = steady::now();
        const std::string message = std::to_string(pair.sent);
        send(pair, pair.sender, bytes_of(make_spm(pair.recipient.pseudo, message)));
    }
}

// So little waits that it always fits, unless the connection is broken.
void innocents::send(pair_state& pair, user_state& from, std::string_view bytes) {
    if (::send(from.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<::ssize_t>(bytes.size())) {
        close(pair);
    }
}

void innocents::close(pair_state& pair) {
    if (!pair.closed) {
        pair.closed = true;
        ++figures_.closed;
    }
}

void innocents::take(pair_state& pair, user_state& at) {
    std::array<char, 65'536> buffer{};
    const ::ssize_t count = ::recv(at.socket.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(pair);
        }
        return;
    }
    at.unfinished.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t used = 0;
    std::string answers;
    for (;;) {
        const auto remaining = std::as_bytes(std::span{at.unfinished}).subspan(used);
        const decode_result result = decode(remaining);
        if (result.status != decode_status::complete) {
            figures_.wrong += result.status == decode_status::malformed ? 1 : 0;
            break;
        }
        used += result.consumed;
        if (result.packet.op == opcode::error) {
            note_answer(pair, static_cast<std::uint8_t>(result.packet.code));
            continue;
        }
        note_message(pair, at, result.packet.pseudo, result.packet.message);
        answers += bytes_of(make_error(result.packet.op == opcode::pc ? error_code::refused : error_code::ok));
    }
    at.unfinished.erase(0, used);
    if (!answers.empty()) {
        send(pair, at, answers);
    }
}

// Messages of others, which go to everybody, are only answered.
void innocents::note_message(pair_state& pair, const user_state& at, std::string_view from, std::string_view message) {
    if (&at != &pair.recipient || from != pair.sender.pseudo) {
        figures_.wrong += from.starts_with("innocent") ? 1 : 0;
        return;
    }
    std::uint64_t number = 0;
    static_cast<void>(std::from_chars(message.data(), message.data() + message.size(), number));
    figures_.wrong += number <= pair.delivered || number != pair.sent || std::to_string(number) != message ? 1 : 0;
    pair.delivered = number;
}

void innocents::note_answer(pair_state& pair, std::uint8_t code) {
    if (!pair.waits) {
        ++figures_.wrong;  // answered twice
        return;
    }
    const time_point now = steady::now();
    const std::chrono::nanoseconds time = now - pair.sent_at;
    pair.waits = false;
    pair.next_at = now + pause_between;
    figures_.longest_wait = std::max(figures_.longest_wait, time);
    figures_.round_trips.add(static_cast<std::uint64_t>(time.count()));
    if (code == static_cast<std::uint8_t>(error_code::ok)) {
        ++figures_.answered_ok;
        figures_.wrong += pair.delivered != pair.sent ? 1 : 0;
    } else {
        ++(code == static_cast<std::uint8_t>(error_code::unreachable) ? figures_.answered_unreachable
                                                                      : figures_.answered_otherwise);
    }
}

}  // namespace chatos::attack
