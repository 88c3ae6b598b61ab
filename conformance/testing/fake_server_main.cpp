// For tests: a server as a process of its own. fake_server MODE PORT
//   polite      ERROR 0 to a CR, 4 to anything else
//   dies        polite until it gets an SMA: then last words and an exit status
//   mute        accepts and says nothing
//   escapes     answers with pseudos and messages that would move a terminal's cursor, and prints such lines
//   refuses     prints two lines and ends at once
#include "testing/fake_server.hpp"
#include "testing/hand_run.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace {

using namespace chatos;
using namespace chatos::conformance::testing;

[[noreturn]] void die() {
    (void)std::fputs("fatal: out of cheese\n", stderr);
    std::_Exit(7);
}

behaviour behaviour_of(const std::string& mode) {
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
    fake_server server{behaviour_of(mode), static_cast<std::uint16_t>(std::stoul(argv[2]))};
    server.wait_until_stopped();
    return 0;
}
