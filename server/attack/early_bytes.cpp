// Row A: a tunnel end sends as much as the server keeps before the tunnel opens, and more in the very turn in which the
// other end's two packets open it. The server is stopped meanwhile, so that all of that is one turn.
#include "attack/attack_table.hpp"

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace chatos::attack {

namespace {

using member = crowd::member;

constexpr std::size_t early_bytes_min = 262'014;  // with what a read costs, just below --tunnel-buffer-bytes
constexpr std::size_t early_bytes_max = 262'143;
constexpr std::size_t late_bytes = 1'000;

// Every byte depends on its position, so that lost bytes show wherever they were.
std::string pattern(std::size_t from, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = from + i;
        bytes[i] = static_cast<char>((at * 31 + at / 251) & 0xffU);
    }
    return bytes;
}

/// Whether the server has read all that the client at `local_port` has sent, by the system's table of sockets.
bool is_all_read(std::uint16_t local_port, std::uint16_t server_port) {
    std::ifstream table{"/proc/net/tcp"};
    std::string line;
    std::getline(table, line);
    bool is_read = true;
    while (std::getline(table, line)) {
        std::istringstream fields{line};
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        std::string queues;
        fields >> number >> local >> remote >> state >> queues;
        const auto port_of = [](const std::string& address) {
            return std::strtoul(address.c_str() + address.find(':') + 1, nullptr, 16);
        };
        const auto send_queue = std::strtoul(queues.c_str(), nullptr, 16);
        const auto receive_queue = std::strtoul(queues.c_str() + queues.find(':') + 1, nullptr, 16);
        if (port_of(local) == server_port && port_of(remote) == local_port) {
            is_read = is_read && receive_queue == 0;
        } else if (port_of(local) == local_port && port_of(remote) == server_port) {
            is_read = is_read && send_queue == 0;
        }
    }
    return is_read;
}

void wait_until_stopped(const server_process& server) {
    const std::string path = "/proc/" + std::to_string(server.id()) + "/stat";
    for (;;) {
        std::ifstream file{path};
        std::string text;
        std::getline(file, text);
        const std::size_t state = text.rfind(") ");
        if (!file || state == std::string::npos || text[state + 2] == 'T') {
            return;
        }
        std::this_thread::yield();
    }
}

struct losses {
    std::uint64_t tries{0};
    std::uint64_t bytes{0};
    std::string first{};
};

class early_end {
public:
    explicit early_end(trial& on) : trial_{on}, crowd_{on.attackers} {
        users_ = crowd_.join("early", 2);
        crowd_.on_bytes = [this](member& from, std::string_view bytes) {
            (from.number == early_ ? at_early_ : at_other_).append(bytes);
        };
    }

    // One tunnel. Both ends connect before the server stops; `other_first` says whose bytes arrive first meanwhile.
    void run(std::size_t early_size, bool other_first, losses& to) {
        agree();
        at_early_.clear();
        at_other_.clear();
        member& other = connect_end();
        member& early = connect_end();
        early_ = early.number;
        const std::string early_bytes = pattern(0, early_size);
        crowd_.send(early, packets_of(0) + early_bytes);
        wait_until_read(early);
        trial_.server.signal(SIGSTOP);
        wait_until_stopped(trial_.server);
        const std::string late = pattern(early_size, late_bytes);
        if (other_first) {
            crowd_.send(other, packets_of(1));
            crowd_.send(early, late);
        } else {
            crowd_.send(early, late);
            crowd_.send(other, packets_of(1));
        }
        trial_.server.signal(SIGCONT);
        const std::string last = pattern(early_size + late_bytes, late_bytes);
        static_cast<void>(crowd_.run_until([this] { return at_early_.size() >= 2; }));
        crowd_.send(early, last);
        const std::string expected = ok_ + early_bytes + late + last;
        static_cast<void>(
            crowd_.run_until([&] { return at_other_.size() >= expected.size() || ends_with(last) || other.ended; },
                             std::chrono::seconds{20}));
        ++to.tries;
        if (at_other_ != expected) {
            to.bytes += expected.size() - std::min(expected.size(), at_other_.size());
            if (to.first.empty()) {
                to.first = std::to_string(early_size) + (other_first ? " early bytes, PCs first" : " early bytes");
            }
        }
        crowd_.close(early);
        crowd_.close(other);
    }

private:
    void agree() {
        const std::uint64_t before = users_[0]->by_code[0];
        crowd_.send(*users_[0], make_pc(users_[1]->pseudo));
        if (!crowd_.run_until([&] { return users_[0]->by_code[0] == before + 2; })) {
            throw std::runtime_error{"no tunnel is agreed on"};
        }
    }

    member& connect_end() {
        member& end = crowd_.connect();
        end.decodes = false;
        const double before = sample_of(trial_.server.scrape(), "chatos_connections");
        static_cast<void>(
            crowd_.run_until([&] { return sample_of(trial_.server.scrape(), "chatos_connections") >= before; }));
        return end;
    }

    std::string packets_of(std::size_t own) {
        return bytes_of(make_pc(users_[own]->pseudo)) + bytes_of(make_pc(users_[1 - own]->pseudo));
    }

    void wait_until_read(const member& early) {
        const std::uint16_t port = base::local_address(early.socket.get()).port();
        const std::uint16_t server_port = trial_.server.address().port();
        static_cast<void>(crowd_.run_until([&] { return early.unsent_bytes() == 0 && is_all_read(port, server_port); },
                                           std::chrono::seconds{20}));
    }

    // Bytes that were lost on the way: the last ones come nevertheless.
    [[nodiscard]] bool ends_with(const std::string& last) const { return at_other_.ends_with(last); }

    trial& trial_;
    crowd& crowd_;
    std::vector<member*> users_;
    std::size_t early_{0};
    std::string at_early_;
    std::string at_other_;
    const std::string ok_{bytes_of(make_error(error_code::ok))};
};

void run_sizes(findings& to, const setting& how, const std::string& label, std::vector<std::string> flags) {
    trial attacked{to, how, {.label = label, .flags = std::move(flags), .pairs = 2}};
    early_end end{attacked};
    losses lost;
    const std::size_t step = how.quick ? 43 : 3;
    for (std::size_t size = early_bytes_min; size <= early_bytes_max; size += step) {
        end.run(size, true, lost);
        end.run(size, false, lost);
    }
    to.check(attacked.label("bytes lost"), "none",
             lost.first.empty() ? "none in " + count_text(lost.tries) + " tunnels"
                                : count_text(lost.bytes) + ", first with " + lost.first,
             lost.first.empty());
    attacked.end();
}

}  // namespace

void send_early_bytes(findings& to, const setting& how) {
    run_sizes(to, how, "with io_uring", {});
    run_sizes(to, how, "without io_uring", {"--no-io-uring"});
}

}  // namespace chatos::attack
