#include "client/testing/played_session.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <variant>

namespace chatos::client::testing {
namespace {

std::string code_of(error_code code) {
    return std::to_string(static_cast<unsigned>(code));
}

std::string text_of_packet(const packet_view& packet) {
    std::string text{packet_name(packet.op)};
    if (packet.op == opcode::error) {
        return text + " " + code_of(packet.code);
    }
    text += packet.pseudo.empty() ? "" : " " + std::string{packet.pseudo};
    return text + (packet.message.empty() ? "" : " " + std::string{packet.message});
}

struct telling {
    std::string operator()(const registered& one) const { return "registered " + one.pseudo; }
    std::string operator()(const message_came& one) const { return one.from + ": " + one.text; }
    std::string operator()(const request_waits& one) const {
        return "waits " + std::to_string(one.number) + " behind " + std::to_string(one.ahead);
    }
    std::string operator()(const answer_came& one) const {
        static constexpr const char* packets[] = {"RPM", "SPM", "SMA", "PC", "decision"};
        return "answer " + std::to_string(one.number) + " " + packets[static_cast<int>(one.packet)] + " " +
               code_of(one.code) + (one.is_last ? "" : " goes on");
    }
    std::string operator()(const contact_asked& one) const { return "asked by " + one.from; }
    std::string operator()(const contact_decided& one) const {
        static constexpr const char* causes[] = {"person", "time", "crowd", "leaving"};
        return (one.is_accepted ? "accepted " : "refused ") + one.from + " by " + causes[static_cast<int>(one.cause)];
    }
    std::string operator()(const session_ended& one) const {
        static constexpr const char* reasons[] = {"left", "taken", "full", "refused", "lost", "silent", "broken"};
        return std::string{"ended "} + reasons[static_cast<int>(one.reason)] +
               (one.detail.empty() ? "" : ": " + one.detail);
    }
    template <typename Other>
    std::string operator()(const Other& /*one*/) const {
        return "not of a session";
    }
};

}  // namespace

std::vector<std::byte> bytes_of(const packet_view& packet) {
    std::vector<std::byte> bytes(encoded_size(packet));
    if (encode(packet, bytes).status != encode_status::ok) {
        return {};
    }
    return bytes;
}

std::vector<std::byte> bytes_of(const std::vector<packet_view>& packets) {
    std::vector<std::byte> all;
    for (const packet_view& one : packets) {
        const std::vector<std::byte> bytes = bytes_of(one);
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

std::vector<std::string> packets_in(std::span<const std::byte> bytes) {
    std::vector<std::string> found;
    while (!bytes.empty()) {
        const decode_result one = decode(bytes);
        if (one.status != decode_status::complete) {
            found.emplace_back("?");
            return found;
        }
        found.push_back(text_of_packet(one.packet));
        bytes = bytes.subspan(one.consumed);
    }
    return found;
}

std::string text_of(const event& what) {
    return std::visit(telling{}, what);
}

played_session::played_session(const session_options& options) : tested{"alice", options, now} {}

void played_session::join() {
    answer(error_code::ok);
    static_cast<void>(sent());
    static_cast<void>(told());
}

void played_session::pass(std::chrono::milliseconds time) {
    now += time;
    tested.advance(now);
}

std::vector<std::string> played_session::sent() {
    std::vector<std::string> packets = packets_in(tested.output());
    tested.sent(tested.output().size());
    return packets;
}

std::vector<std::string> played_session::told() {
    std::vector<std::string> all;
    while (const std::optional<event> one = tested.take_event()) {
        all.push_back(text_of(*one));
    }
    return all;
}

}  // namespace chatos::client::testing
