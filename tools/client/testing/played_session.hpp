// For tests: a session whose server is the test itself. Packets go in as values; what comes out is compared as text.
#pragma once

#include "client/session.hpp"

#include <string>
#include <vector>

namespace chatos::client::testing {

[[nodiscard]] std::vector<std::byte> bytes_of(const packet_view& packet);
[[nodiscard]] std::vector<std::byte> bytes_of(const std::vector<packet_view>& packets);

/// "CR alice", "RPM bob", "SPM bob hi", "SMA hi", "PC bob", "ERROR 0"; what is cut or malformed ends it with "?".
[[nodiscard]] std::vector<std::string> packets_in(std::span<const std::byte> bytes);

/// One line per event, as a test writes what it expects.
[[nodiscard]] std::string text_of(const session_event& event);

class played_session {
public:
    explicit played_session(const session_options& options = {});

    /// ERROR 0 to the CR; forgets both.
    void join();
    void receive(const packet_view& packet) { tested.receive(bytes_of(packet), now); }
    void answer(error_code code) { receive(make_error(code)); }
    std::uint64_t say(const std::string& text) { return tested.request(request_kind::say, "", text, now); }
    std::uint64_t message(const std::string& to, const std::string& text) {
        return tested.request(request_kind::message, to, text, now);
    }
    std::uint64_t contact(const std::string& to) { return tested.request(request_kind::private_contact, to, "", now); }
    void pass(std::chrono::milliseconds time);

    /// What was sent since the last call.
    [[nodiscard]] std::vector<std::string> sent();
    /// What was told since the last call.
    [[nodiscard]] std::vector<std::string> take_lines();

    instant now{};
    session tested;
};

}  // namespace chatos::client::testing
