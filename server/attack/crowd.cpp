#include "attack/crowd.hpp"

#include "base/system/error_text.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <numeric>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace chatos::attack {

namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t read_bytes_max = std::size_t{256} << 10U;
constexpr int events_max = 16'384;  // all that are ready, so that none waits for the turn after
constexpr auto join_timeout = std::chrono::minutes{1};

constexpr std::string_view ok_answer{"\x06\x00", 2};

// Some addresses may not be configured on an interface although they are routed to it.
void bind_to(int socket, const base::socket_address& source) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (::bind(socket, source.get(), source.size) != 0) {
        throw std::runtime_error{"cannot connect from " + source.text() + ": " + base::error_text()};
    }
}

}  // namespace

std::string bytes_of(const packet_view& packet) {
    std::string bytes(encoded_size(packet), '\0');
    const encode_result result = encode(packet, std::as_writable_bytes(std::span{bytes}));
    if (result.status != encode_status::ok) {
        throw std::logic_error{"an attack wants to send what is not a packet"};
    }
    return bytes;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

std::uint64_t crowd::member::answers_received() const noexcept {
    return std::accumulate(by_code.begin(), by_code.end(), std::uint64_t{0});
}

crowd::crowd(const base::socket_address& target)
    : target_{target}, epoll_{::epoll_create1(EPOLL_CLOEXEC)}, buffer_(read_bytes_max), ready_(events_max) {
    if (!epoll_.is_open()) {
        throw std::runtime_error{"no epoll: " + base::error_text()};
    }
}

crowd::~crowd() {
    close_all();
}

crowd::member& crowd::connect(std::string pseudo, const base::socket_address& source) {
    member& newcomer = members_.emplace_back();
    newcomer.number = members_.size() - 1;
    newcomer.pseudo = std::move(pseudo);
    open(newcomer, source);
    return newcomer;
}

void crowd::connect_again(member& client, const base::socket_address& source) {
    close(client);
    client.ended = client.registered = false;
    client.unfinished.clear();
    client.unsent.clear();
    client.unsent_at = 0;
    open(client, source);
}

void crowd::open(member& client, const base::socket_address& source) {
    client.socket = base::descriptor{::socket(target_.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!client.socket.is_open()) {
        throw std::runtime_error{"no socket for an attacker: " + base::error_text()};
    }
    const int on = 1;
    ::setsockopt(client.socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer_bytes != 0) {
        ::setsockopt(client.socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    if (source.size != 0) {
        bind_to(client.socket.get(), source);
    }
    if (::connect(client.socket.get(), target_.get(), target_.size) != 0 && errno != EINPROGRESS) {
        throw std::runtime_error{"cannot connect to " + target_.text() + ": " + base::error_text()};
    }
    if (!client.pseudo.empty()) {
        client.unsent = bytes_of(make_cr(client.pseudo));
    }
    watch(client, EPOLL_CTL_ADD);
}

std::vector<crowd::member*> crowd::join(const std::string& prefix, std::size_t count) {
    constexpr std::size_t connecting_max = 500;  // below the backlog of a listener
    const std::size_t wanted = registered_ + count;
    std::vector<member*> joined;
    const bool are_in = run_until(
        [&] {
            while (joined.size() < count && registered_ + connecting_max > wanted - count + joined.size()) {
                joined.push_back(&connect(prefix + std::to_string(joined.size())));
            }
            return joined.size() == count &&
                   std::all_of(joined.begin(), joined.end(), [](const member* user) { return user->registered; });
        },
        join_timeout);
    if (!are_in) {
        throw std::runtime_error{"the attackers do not get in"};
    }
    return joined;
}

void crowd::send(member& from, std::string_view bytes) {
    if (from.ended || !from.socket.is_open()) {
        return;
    }
    from.unsent += bytes;
    flush(from);
}

std::size_t crowd::send_what_fits(member& from, std::string_view bytes) {
    if (from.ended || !from.socket.is_open()) {
        return 0;
    }
    const ::ssize_t sent = ::send(from.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        end(from);
    }
    return static_cast<std::size_t>(std::max<::ssize_t>(sent, 0));
}

void crowd::set_reading(member& client, bool reads) {
    client.reads = reads;
    watch(client, EPOLL_CTL_MOD);
}

void crowd::close(member& client) {
    if (!client.socket.is_open()) {
        return;
    }
    const ::linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(client.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client.socket.reset();
    registered_ -= client.registered ? 1 : 0;
    client.registered = false;
    client.unsent.clear();
    client.unsent_at = 0;
}

void crowd::close_all() {
    for (member& client : members_) {
        close(client);
    }
}

void crowd::turn(std::chrono::milliseconds timeout) {
    if (busy_since_ != steady::time_point{}) {
        slowest_turn_ = std::max<std::chrono::nanoseconds>(slowest_turn_, steady::now() - busy_since_);
    }
    const int count = ::epoll_wait(epoll_.get(), ready_.data(), events_max, static_cast<int>(timeout.count()));
    busy_since_ = steady::now();
    for (int i = 0; i < count; ++i) {
        const ::epoll_event event = ready_[static_cast<std::size_t>(i)];
        member& awake = members_[event.data.u64];
        if (!awake.socket.is_open() || awake.ended) {
            continue;
        }
        const bool broken = (event.events & (EPOLLHUP | EPOLLERR)) != 0;
        if (awake.reads ? (event.events & EPOLLIN) != 0 || broken : broken) {
            read(awake);
        }
        if (awake.socket.is_open() && !awake.ended) {
            flush(awake);
        }
    }
}

bool crowd::run_until(const std::function<bool()>& done, std::chrono::milliseconds timeout) {
    constexpr std::chrono::milliseconds look_again{10};  // what `done` asks about may be elsewhere
    const steady::time_point until = steady::now() + timeout;
    while (!done()) {
        if (steady::now() > until) {
            return false;
        }
        turn(look_again);
    }
    return true;
}

void crowd::run_for(std::chrono::milliseconds time) {
    const steady::time_point until = steady::now() + time;
    static_cast<void>(run_until([until] { return steady::now() >= until; }, time + std::chrono::minutes{1}));
}

void crowd::read(member& client) {
    const std::size_t kept = client.unfinished.size();
    if (kept != 0) {
        std::copy(client.unfinished.begin(), client.unfinished.end(), buffer_.begin());
    }
    const ::ssize_t count = ::recv(client.socket.get(), buffer_.data() + kept, buffer_.size() - kept, 0);
    if (count <= 0) {
        if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            end(client);
        }
        return;
    }
    client.received_bytes += static_cast<std::uint64_t>(count);
    const std::string_view bytes{buffer_.data(), kept + static_cast<std::size_t>(count)};
    if (!client.decodes) {
        if (on_bytes) {
            on_bytes(client, bytes);
        }
        return;
    }
    const std::size_t taken = take_packets(client, std::as_bytes(std::span{bytes}));
    client.unfinished.assign(bytes.substr(std::min(taken, bytes.size())));
}

// Returns how many bytes are packets.
std::size_t crowd::take_packets(member& client, std::span<const std::byte> bytes) {
    std::size_t at = 0;
    while (true) {
        const auto remaining = bytes.subspan(at);
        const decode_result result = decode(remaining);
        if (result.status == decode_status::malformed) {
            throw std::runtime_error{"the server sends what is not a packet"};
        }
        if (result.status != decode_status::complete) {
            return at;
        }
        at += result.consumed;
        if (result.packet.op == opcode::error && !client.registered && !client.pseudo.empty()) {
            client.registered = result.packet.code == error_code::ok;
            registered_ += client.registered ? 1 : 0;
            client.by_code[static_cast<std::size_t>(result.packet.code)] += client.registered ? 0 : 1;
            continue;
        }
        if (result.packet.op == opcode::error) {
            ++client.by_code[static_cast<std::size_t>(result.packet.code)];
        } else {
            ++client.deliveries;
            ++deliveries_;
            client.offers += result.packet.op == opcode::pc ? 1 : 0;
        }
        if (on_packet) {
            on_packet(client, result.packet);
        }
        if (result.packet.op != opcode::error && client.answers) {
            client.unsent += ok_answer;
        }
    }
}

void crowd::flush(member& client) {
    const bool waited = !client.unsent.empty();
    while (client.unsent_bytes() != 0) {
        const ::ssize_t sent =
            ::send(client.socket.get(), client.unsent.data() + client.unsent_at, client.unsent_bytes(), MSG_NOSIGNAL);
        if (sent <= 0) {
            break;  // the buffer is full, or the next read reports the error
        }
        client.unsent_at += static_cast<std::size_t>(sent);
    }
    if (client.unsent_bytes() == 0) {
        client.unsent.clear();
        client.unsent_at = 0;
    }
    if (waited) {
        watch(client, EPOLL_CTL_MOD);
    }
}

void crowd::watch(const member& client, int operation) const {
    const std::uint32_t events = (client.reads ? EPOLLIN : 0U) | (client.unsent_bytes() == 0 ? 0U : EPOLLOUT);
    ::epoll_event interest{.events = events, .data = {.u64 = client.number}};
    ::epoll_ctl(epoll_.get(), operation, client.socket.get(), &interest);
}

void crowd::end(member& client) {
    registered_ -= client.registered ? 1 : 0;
    client.registered = false;
    client.ended = true;
    ++ended_;
    client.socket.reset();
}

}  // namespace chatos::attack
