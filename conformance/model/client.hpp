// The model client: what the rules require of a client, in plain code that names each rule where it follows it. No
// sockets, no clock, no terminal: bytes and lines in, bytes and lines out.
#pragma once

#include "model/fault.hpp"
#include "model/wire.hpp"

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct client_settings {
    std::string pseudo;
    client_fault_set faults;
    client_variant_set variants;
};

/// Exit status.
enum class client_exit : int { quit = 0, broken = 3, taken = 4, refused = 5 };

struct client_output {
    enum class kind : std::uint8_t {
        send,         ///< send `text` to the server
        show,         ///< print `text`, a line
        close,        ///< close the connection
        tunnel,       ///< open a further connection to the server, in place of the one before
        tunnel_send,  ///< send `text` on it
        tunnel_end,   ///< close it
        exit,         ///< end the process with `code`
        crash,
    };
    kind action{kind::send};
    std::string text;
    client_exit code{client_exit::quit};
};

class client_model {
public:
    explicit client_model(client_settings settings);

    void connected();
    /// Received bytes, in any pieces.
    void receive(std::string_view bytes);
    void server_ended();
    /// Of the further connection: bytes, and its end.
    void tunnel_received(std::string_view bytes);
    void tunnel_ended();
    /// `hello` is sent to all; `/msg NAME TEXT`, `/private NAME`, `/p NAME TEXT`, `/accept NAME`, `/refuse NAME`,
    /// `/quit`.
    void command(std::string_view line);
    void input_ended();

    [[nodiscard]] std::vector<client_output> take_output();

private:
    /// The answer to a delivery.
    struct pending_answer {
        std::string from;
        bool is_offer{false};
        std::optional<error_code> code;  // none: the user has not decided
    };
    enum class request_kind : std::uint8_t { to_all, to_one, private_connection };
    enum class stage : std::uint8_t { waiting, rpm_sent, sent, offered };
    struct user_request {
        request_kind kind{request_kind::to_all};
        std::string pseudo;
        std::string text;
        stage current{stage::waiting};
    };

    [[nodiscard]] bool has(client_fault fault) const { return settings_.faults.has(fault); }
    [[nodiscard]] bool follows(client_variant variant) const { return settings_.variants.has(variant); }

    // Input from the server: client.cpp
    void read_packets(bool& is_first);
    void take(const model_packet& packet);
    void take_message(const model_packet& packet);
    void take_offer(const model_packet& packet);
    void take_error(error_code code);
    void take_answer_to_cr(error_code code);
    void take_answer(user_request& pending, error_code code);
    bool answer_blindly();
    void give_up(const std::string& why);
    void settle();

    // Its end of a private connection (TUN): client_tunnel.cpp
    void open_tunnel(const std::string& peer);
    void send_private(std::string_view peer, std::string_view text);
    void end_tunnel(const std::string& why);
    void show_private();

    // Input from the user: client_commands.cpp
    void decide(std::string_view pseudo, bool accepts);
    void enqueue(user_request request);
    void send_next();
    void start(user_request& request);
    [[nodiscard]] bool waits(const user_request& request) const;
    [[nodiscard]] bool may_start() const;

    void send(const model_packet& packet);
    void send_error(error_code code);
    void show(std::string line);
    void leave(client_exit code);
    void crash();

    client_settings settings_;
    wire_settings reading_;
    std::string unread_;
    bool is_registered_{false};
    bool is_over_{false};
    bool had_offer_{false};
    std::string last_sender_;
    bool is_deaf_{false};  // by a fault: input is not read any more
    std::deque<pending_answer> pending_answers_;
    std::deque<user_request> waiting_;
    std::deque<user_request> pending_;  // sent and unanswered; several only by a fault
    std::set<std::string> permitted_recipients_;
    enum class tunnel_stage : std::uint8_t { none, opening, open };
    tunnel_stage tunnel_{tunnel_stage::none};
    std::string tunnel_peer_;
    std::string tunnel_unread_;
    std::vector<client_output> output_;
};

}  // namespace chatos::conformance
