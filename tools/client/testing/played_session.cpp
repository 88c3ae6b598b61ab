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
    std::string operator()(const registered& event) const { return "registered " + event.pseudo; }
    std::string operator()(const message_came& event) const { return event.from + ": " + event.text; }
    std::string operator()(const request_waits& event) const {
        return "waits " + std::to_string(event.number) + " after " + std::to_string(event.ahead);
    }
    std::string operator()(const answer_came& event) const {
        static constexpr const char* packets[] = {"RPM", "SPM", "SMA", "PC", "decision"};
        return "answer " + std::to_string(event.number) + " " + packets[static_cast<int>(event.packet)] + " " +
               code_of(event.code) + (event.is_last ? "" : " continues");
    }
    std::string operator()(const contact_asked& event) const { return "asked by " + event.from; }
    std::string operator()(const contact_decided& event) const {
        static constexpr const char* causes[] = {"person", "time", "crowd", "leaving"};
        return (event.is_accepted ? "accepted " : "refused ") + event.from + " by " +
               causes[static_cast<int>(event.cause)];
    }
    std::string operator()(const session_ended& event) const {
        static constexpr const char* reasons[] = {"left", "taken", "full", "refused", "lost", "silent", "broken"};
        return std::string{"ended "} + reasons[static_cast<int>(event.reason)] +
               (event.detail.empty() ? "" : ": " + event.detail);
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
    for (const packet_view& packet : packets) {
        const std::vector<std::byte> bytes = bytes_of(packet);
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

std::vector<std::string> packets_in(std::span<const std::byte> bytes) {
    std::vector<std::string> packets;
    while (!bytes.empty()) {
        const decode_result decoded = decode(bytes);
        if (decoded.status != decode_status::complete) {
            packets.emplace_back("?");
            return packets;
        }
        packets.push_back(text_of_packet(decoded.packet));
        bytes = bytes.subspan(decoded.consumed);
    }
    return packets;
}

std::string text_of(const session_event& event) {
    return std::visit(telling{}, event);
}

played_session::played_session(const session_options& options) : tested{"alice", options, now} {}

void played_session::join() {
    answer(error_code::ok);
    static_cast<void>(sent());
    static_cast<void>(take_lines());
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

std::vector<std::string> played_session::take_lines() {
    std::vector<std::string> all;
    while (const std::optional<session_event> event = tested.take_event()) {
        all.push_back(text_of(*event));
    }
    return all;
}

}  // namespace chatos::client::testing
