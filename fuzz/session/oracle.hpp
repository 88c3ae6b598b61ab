// A plain oracle of everything that a driver tells a server, which predicts all that the server does: each byte to
// each connection, each close, each count. Written from the rules and from options.hpp, to be read and not to be fast:
// it keeps every delivery of every request by name and looks everything up by walking.
//
// Where the rules leave two outcomes it does not guess: see client_state::doubtful.
#pragma once

#include "core/server.hpp"

#include <chatos/packet.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

using moment = core::time_point;

/// Connections by the order in which they were opened, from 1.
using client_number = std::uint32_t;

/// A packet that a connection is to get next.
struct expected_output {
    std::string wire{};
    client_number sender{0};   ///< of a delivery; 0 for an answer
    std::uint32_t request{0};  ///< number of the request; 0 for the last word of a server that closes
    const char* request_name{"no request"};
    [[nodiscard]] bool is_answer() const noexcept { return sender == 0; }
};

/// An SPM or PC that a user was sent and has not answered.
struct owed_delivery {
    client_number sender{0};
    std::uint32_t request{0};
    bool is_offer{false};
    bool follows_offer{false};  ///< FLOW-10: its recipient had an offer to decide when it was sent
    bool timed_out{false};
    moment sent{};
};

/// What became of a request with one of its recipients.
struct recipient_share {
    client_number recipient{0};
    bool waits{true};
    error_code code{error_code::ok};
};

struct asked_request {
    std::uint32_t number{0};
    const char* name{""};
    bool is_offer{false};  ///< a PC that reached its peer: two answers
    bool first_answered{false};
    error_code code{error_code::ok};        ///< what it is answered if no recipient says worse
    std::vector<recipient_share> shares{};  ///< one for each recipient that it was delivered to
};

enum class session_state : std::uint8_t {
    unregistered,  ///< not registered
    user,          ///< registered
    parting,       ///< its session is over, answers are still due
    closing,       ///< gets what is written already and nothing more
    over,          ///< to be closed by the driver
};

struct client_state {
    client_number number{0};
    session_state state{session_state::unregistered};
    std::string pseudo;

    std::string unread;       ///< bytes that came and were not acted on
    std::size_t acted_on{0};  ///< of them, at their front
    bool has_backlog{false};  ///< they begin with something that needs no more bytes
    bool is_queued{false};
    bool packet_begun{false};  ///< they are the start of a packet
    moment packet_since{};
    bool input_ended{false};

    moment login_by{};
    moment close_by{};

    std::deque<asked_request> asked;
    std::uint32_t offers_unanswered{0};  ///< of them, PCs whose first answer is still to come
    std::deque<owed_delivery> owes;
    moment oldest_since{};  ///< since when its oldest waiting delivery is the oldest
    std::uint32_t timeouts_in_a_row{0};
    std::vector<client_number> permissions;  ///< newest last

    std::deque<expected_output> expected;
    std::size_t front_written{0};   ///< bytes of the first expected_output
    std::size_t expected_bytes{0};  ///< not written yet
    std::uint32_t expected_answers{0};

    /// It closed at the very moment at which some of its requests ran out of time. Either may come first: whether they
    /// are answered before is open. What comes after `expected` is up to this many answers.
    bool doubtful{false};
    std::uint32_t doubtful_answers{0};

    [[nodiscard]] bool is_open() const noexcept {
        return state == session_state::unregistered || state == session_state::user;
    }
    [[nodiscard]] std::string_view bytes_left() const noexcept { return std::string_view{unread}.substr(acted_on); }
    [[nodiscard]] const owed_delivery* oldest_waiting() const noexcept;
    [[nodiscard]] bool has_offer_to_decide() const noexcept;
    [[nodiscard]] std::uint32_t answers_coming() const noexcept {
        return static_cast<std::uint32_t>(asked.size()) + offers_unanswered + expected_answers;
    }
};

class oracle {
public:
    explicit oracle(const core::options& bounds) : bounds_{bounds} {}

    // What the driver tells the server.
    client_number connect(moment now);
    void receive(client_number number, std::span<const std::byte> bytes, moment now);
    void end_of_input(client_number number, moment now);
    void wrote(client_number number, std::size_t bytes, moment now);
    void lost(client_number number, moment now);
    /// Limits that end until `now` take effect.
    void pass_time(moment now);
    /// As often as there is work.
    void run(moment now);
    void drain(moment now);

    // What the server is to say.
    [[nodiscard]] const client_state& look(client_number number) const { return clients_.at(number - 1); }
    [[nodiscard]] bool is_present(client_number number) const noexcept;
    [[nodiscard]] const std::vector<client_number>& present() const noexcept { return present_; }
    [[nodiscard]] bool accepts_connections() const noexcept;
    [[nodiscard]] bool wants_input(client_number number) const;
    [[nodiscard]] core::close_action close_action_of(client_number number) const;
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] std::optional<moment> next_deadline() const;
    [[nodiscard]] const core::statistics& counts() const noexcept { return counts_; }
    /// False once something was in doubt: then only sums can be predicted.
    [[nodiscard]] bool counts_are_exact() const noexcept { return counts_are_exact_; }
    [[nodiscard]] const core::options& bounds() const noexcept { return bounds_; }

private:
    void set_time(moment now);
    enum class settled_by : std::uint8_t { answer, time_limit, departure };

    // oracle.cpp: connections, bytes and time
    client_state& at(client_number number) { return clients_.at(number - 1); }
    void go(client_state& client);
    void enqueue(client_state& client);
    [[nodiscard]] bool has_room(const client_state& client) const noexcept;
    [[nodiscard]] std::optional<moment> deadline_of(const client_state& client) const;
    [[nodiscard]] std::optional<moment> delivery_deadline(const client_state& client) const;
    [[nodiscard]] std::vector<client_number> due_at(moment when) const;
    void advance_to(moment when);
    void meet_deadline(client_state& client);
    [[nodiscard]] bool may_be_in_doubt(const client_state& client, const std::vector<client_number>& due) const;
    void end_session(client_state& client);
    void abandon(client_state& client);
    void refuse(client_state& client);
    void leave(client_state& client);
    void finish(client_state& client);
    void finish_the_drained();
    void end_drain();

    // oracle_rules.cpp: what packets do
    std::uint32_t act_on(client_state& client, const packet_view& packet);
    void act_on_cr(client_state& client, std::string_view pseudo);
    std::uint32_t act_on_spm(client_state& client, const packet_view& packet);
    std::uint32_t act_on_sma(client_state& client, std::string_view message);
    std::uint32_t act_on_pc(client_state& client, std::string_view pseudo);
    void act_on_error(client_state& client, error_code code);
    [[nodiscard]] client_state* user_called(std::string_view pseudo);
    [[nodiscard]] std::size_t offers_undecided_of(client_number asker) const;
    bool deliver(const client_state& sender, client_state& recipient, std::string wire, asked_request& request);
    void ask(client_state& client, asked_request request);
    void answer_at_once(client_state& client, const char* name, error_code code);
    void send_due_answers(client_state& client);
    static void expect_output(client_state& client, expected_output output);
    void settle(client_number recipient, const owed_delivery& done, error_code code, settled_by cause);
    void time_out(client_state& client);

    core::options bounds_;
    moment clock_{};
    moment expiring_{};  ///< limits that end until then take effect now; the clock may be ahead
    moment awake_{};     ///< what time it is for the driver, who may have slept through `clock_`
    std::deque<client_state> clients_;
    std::vector<client_number> present_;
    std::deque<client_number> queue_;  ///< who has bytes to be acted on, in turn
    std::uint32_t requests_made_{0};
    std::uint32_t users_{0};
    core::statistics counts_;
    bool counts_are_exact_{true};
    bool draining_{false};
    bool drain_over_{false};
    moment drain_by_{};
};

}  // namespace chatos::fuzz
