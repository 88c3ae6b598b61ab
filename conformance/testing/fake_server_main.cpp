// For tests: a server as a process of its own. fake_server MODE PORT
//   polite      ERROR 0 to a CR, 4 to anything else
//   dies        polite until it gets an SMA: then last words and an exit status
//   mute        accepts and says nothing
//   escapes     answers with pseudos and messages that would move a terminal's cursor, and prints such lines
//   refuses     prints two lines and ends at once
//   garbage     answers whatever comes with random bytes
//   floods      sends the largest messages without end, to any client that has sent something
//   chatters    the same with ERRORs
//   stalls      half of the answers end in mid-packet, and nothing more comes
//   hangs-up    polite, and closes or resets each connection at a random moment
//   crashes     polite, and ends as a process at a random moment
//   shouts      polite, and prints without end, and without a line's end
#include "testing/fake_server.hpp"
#include "testing/manual_run.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

using namespace chatos;
using namespace chatos::conformance::testing;

[[noreturn]] void die() {
    (void)std::fputs("fatal: out of cheese\n", stderr);
    std::_Exit(7);
}

/// The same numbers in every run.
unsigned random_below(unsigned limit) {
    static std::mutex mutex;
    static std::minstd_rand source{20'210'203};
    const std::scoped_lock lock{mutex};
    return static_cast<unsigned>(source()) % limit;
}

std::string random_bytes() {
    std::string bytes(1 + random_below(64), '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random_below(256));
    }
    return bytes;
}

server_behavior flooding(const std::string& packet) {
    std::string flood;
    while (flood.size() < 65'536) {
        flood += packet;
    }
    return [flood](visitor& guest, fake_server&) {
        (void)guest.receive();
        while (guest.send(flood)) {
        }
    };
}

/// Polite for a while, then `end`.
server_behavior polite_until(std::function<void(visitor&)> end) {
    return [end = std::move(end)](visitor& guest, fake_server&) {
        std::string unread;
        while (const auto bytes = guest.receive()) {
            unread += *bytes;
            for (decode_result result = decode(std::as_bytes(std::span{unread}));
                 result.status == decode_status::complete; result = decode(std::as_bytes(std::span{unread}))) {
                const bool ends = random_below(4) == 0;
                const std::string answer = answer_politely(result.packet);
                if (!guest.send(ends ? answer.substr(0, random_below(2)) : answer) || ends) {
                    end(guest);
                    return;
                }
                unread.erase(0, result.consumed);
            }
        }
    };
}

/// Fills the pipe a thousand times a second: without a rest it would mostly keep a processor from other tests.
void shout() {
    const std::string noise(65'536, 'a');
    while (std::fwrite(noise.data(), 1, noise.size(), stdout) == noise.size()) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

server_behavior bad_behavior_of(const std::string& mode) {
    if (mode == "garbage") {
        return [](visitor& guest, fake_server&) {
            while (guest.receive() && guest.send(random_bytes())) {
            }
        };
    }
    if (mode == "floods") {
        const std::string message(65'536, 'm');
        return flooding(wire(make_spm("flood", message)));
    }
    if (mode == "chatters") {
        return flooding(error_bytes(error_code::ok));
    }
    if (mode == "stalls") {
        return polite_until([](visitor& guest) { guest.drain(); });
    }
    if (mode == "hangs-up") {
        return polite_until([](visitor& guest) {
            if (random_below(2) == 0) {
                guest.reset_on_close();
            }
        });
    }
    if (mode == "crashes") {
        return polite_until([](visitor&) { std::abort(); });
    }
    return nullptr;
}

server_behavior behavior_of(const std::string& mode) {
    if (server_behavior bad = bad_behavior_of(mode)) {
        return bad;
    }
    if (mode == "mute") {
        return [](visitor& guest, fake_server&) { guest.drain(); };
    }
    if (mode == "escapes") {
        return answering([](const packet_view& packet) {
            (void)std::fputs("\x1b[31mred\x07 \x9b\n", stderr);
            return packet.op == opcode::cr ? answer_politely(packet)
                                           : wire(make_spm("\x1b[2J\r\x07", "\x1b]0;owned\x07\n\t\u202e\u009b"));
        });
    }
    if (mode == "dies") {
        return answering([](const packet_view& packet) {
            if (packet.op == opcode::sma) {
                die();
            }
            return answer_politely(packet);
        });
    }
    return answering(answer_politely);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        return 2;
    }
    const std::string mode = argv[1];
    if (mode == "refuses") {
        (void)std::fputs("reading the configuration\nfatal: no \x1b[1mconfiguration\n", stderr);
        return 4;
    }
    fake_server server{behavior_of(mode), static_cast<std::uint16_t>(std::stoul(argv[2]))};
    if (mode == "shouts") {
        shout();
    }
    server.wait_until_stopped();
    return 0;
}
