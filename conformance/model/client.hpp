// The model client: what the rules want of a client, in plain code, with the id of each rule where it is kept. No
// sockets, no clock, no terminal: bytes and lines come in, bytes and lines go out.
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

/// What a client exits with.
enum class client_exit : int { quit = 0, broken = 3, taken = 4, refused = 5 };

struct client_output {
    enum class kind : std::uint8_t {
        send,    ///< `text` goes to the server
        show,    ///< `text` is a line for the screen
        close,   ///< the connection
        tunnel,  ///< a second connection, on which `text` is sent
        exit,    ///< the process, with `code`
        crash,
    };
    kind what{kind::send};
    std::string text;
    client_exit code{client_exit::quit};
};

class client_model {
public:
    explicit client_model(client_settings settings);

    void connected();
    /// Whatever came, in any pieces.
    void receive(std::string_view bytes);
    void server_ended();
    /// `hello` goes to all; `/msg NAME TEXT`, `/private NAME`, `/accept NAME`, `/refuse NAME`, `/quit`.
    void command(std::string_view line);
    void input_ended();

    [[nodiscard]] std::vector<client_output> take_output();

private:
    /// A delivery that is not answered yet.
    struct owed_answer {
        std::string from;
        bool is_offer{false};
        std::optional<error_code> code;  // nothing: the person has not decided
    };
    enum class request_kind : std::uint8_t { to_all, to_one, private_connection };
    enum class stage : std::uint8_t { waiting, asked, sent, offered };
    struct request {
        request_kind what{request_kind::to_all};
        std::string pseudo;
        std::string text;
        stage at{stage::waiting};
    };

    [[nodiscard]] bool broken(client_fault one) const { return settings_.faults.has(one); }
    [[nodiscard]] bool follows(client_variant one) const { return settings_.variants.has(one); }

    // The server speaks.
    void read_packets(bool& is_first);
    void take(const model_packet& packet);
    void take_message(const model_packet& packet);
    void take_offer(const model_packet& packet);
    void take_error(error_code code);
    void take_answer_to_cr(error_code code);
    void take_answer(request& pending, error_code code);
    bool answer_blindly();
    void give_up(const std::string& why);
    void settle();

    // The person speaks.
    void decide(std::string_view pseudo, bool accepts);
    void ask_for(request one);
    void send_next();
    void start(request& one);
    [[nodiscard]] bool waits(const request& one) const;
    [[nodiscard]] bool may_start() const;

    void send(const model_packet& packet);
    void send_error(error_code code);
    void show(std::string line);
    void leave(client_exit code);
    void crash();

    client_settings settings_;
    wire_settings reading_;
    std::string unread_;
    bool registered_{false};
    bool over_{false};
    bool deaf_{false};  // a fault: what comes is not read any more
    std::deque<owed_answer> owed_;
    std::deque<request> waiting_;
    std::deque<request> pending_;  // sent and not answered; more than one only by a fault
    std::set<std::string> asked_;  // whoever was asked for with success
    std::vector<client_output> output_;
};

}  // namespace chatos::conformance
