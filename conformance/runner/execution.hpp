// Runs one scenario as a state machine: network events and the time come in, network requests come out. Has no sockets
// and no clock, so tests run the same machine with a simulated time.
#pragma once

#include "profile/client_dialogue.hpp"
#include "runner/hint.hpp"
#include "runner/matching.hpp"
#include "runner/outcome.hpp"
#include "runner/process_end.hpp"
#include "runner/pseudonyms.hpp"
#include "runner/run_variant.hpp"
#include "runner/unit_bytes.hpp"
#include "scenario/scenario.hpp"

#include <chatos/layout.hpp>
#include <chatos/stream_decoder.hpp>

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// How long the runner waits; multiplied by the time factor already.
struct timeouts {
    std::chrono::milliseconds answer{2'000};  ///< for an event that a step expects
    std::chrono::milliseconds start{15'000};  ///< for a client under test to connect, once it is started
    std::chrono::milliseconds closing{500};   ///< for the server to close after the last step; missing it is no failure
    std::chrono::milliseconds scenario{60'000};  ///< for a whole scenario
    /// After a failure, for the server to answer and close while a capture records it; 0: not awaited.
    std::chrono::milliseconds aftermath{0};
    double time_factor{1.0};  ///< for the times that scenarios name themselves
};

// What the sockets must do.
struct connect_request {
    std::size_t actor;
};
/// Start the actor, a client under test, and wait for its connection.
struct start_request {
    std::size_t actor;
    std::string pseudo;
};
/// Write this to the standard input of the actor, a client under test.
struct tell_request {
    std::size_t actor;
    std::string text;
};
struct write_request {
    std::size_t actor;
    std::vector<std::byte> bytes;
    std::vector<std::size_t> write_ends;
};
struct end_request {
    std::size_t actor;
    close_how how;
};
struct reading_request {
    std::size_t actor;
    bool reading;
};
using network_request =
    std::variant<connect_request, start_request, tell_request, write_request, end_request, reading_request>;

class execution {
public:
    /// `scenario` must outlive the execution. `dialogue` says how to talk with a client under test.
    execution(const scenario& scenario, pseudonyms names, const timeouts& times, run_variant how = {},
              client_dialogue dialogue = {});

    // Events. None of these decides anything yet: advance() does, so that all input that has arrived by then is known
    // before the next packet is sent.
    void connected(std::size_t actor, moment now);
    void connection_failed(std::size_t actor, const std::string& reason, moment now);
    void received(std::size_t actor, std::span<const std::byte> bytes, moment now);
    void closed_by_peer(std::size_t actor, bool reset, moment now);
    /// The peer has ended its side, and the actor may still send: the connection has to stay (a tunnel's half-close).
    [[nodiscard]] bool still_sends(std::size_t actor) const;
    /// The actors that are further connections of this actor's client, in the order in which it opens them.
    [[nodiscard]] std::vector<std::size_t> tunnel_ends_of(std::size_t actor) const;
    /// All bytes of the actor's last write_request are with the kernel (or the connection is gone).
    void written(std::size_t actor, moment now);

    /// How far the clock of the events is behind the time that really passed; captures tell the latter.
    void set_uncounted(moment time) noexcept { outcome_.traffic.set_uncounted(time); }

    /// The process of the actor, a client under test, wrote this to its screen.
    void printed(std::size_t actor, std::string_view text, moment now);
    void process_ended(std::size_t actor, process_end how, moment now);

    /// Executes every step that can be executed now and returns the requests to the network.
    [[nodiscard]] std::vector<network_request> advance(moment now);
    /// When advance() must be called even if nothing happens.
    [[nodiscard]] moment deadline() const;
    [[nodiscard]] bool finished() const noexcept { return phase_ == phase::over; }
    /// Only once it is finished.
    [[nodiscard]] outcome take_outcome();

private:
    enum class phase : std::uint8_t { steps, fencing, draining, aftermath, over };
    enum class link : std::uint8_t { none, connecting, open, closed };

    struct actor_state {
        std::vector<const step*> program;
        std::size_t at{0};
        std::optional<std::size_t> nested_of;  // index of the one_of step whose alternative is running
        std::size_t nested_end{0};
        link connection{link::none};
        moment connecting_since{0};
        bool has_connected{false};  // a tunnel's end is awaited, and may never come
        bool writing{false};
        bool half_closed{false};
        bool asked_to_register{false};
        bool registered{false};
        bool fenced{false};
        bool expects_bytes{false};  // after so many packets: the far end of a tunnel
        std::size_t packets_left{0};
        std::size_t bytes_matched{0};  // of those that the step expects
        bool end_received{false};      // the peer has ended the connection
        bool proven_silent{false};     // its fence was answered
        std::optional<moment> waiting_since;
        std::vector<std::size_t> unordered_left;
        std::deque<received_event> inbox;
        std::vector<std::byte> storage;
        std::vector<std::byte> unfinished;
        // Kept for the aftermath: deliveries that are not answered, and own requests that wait for their answers.
        std::deque<opcode> deliveries_owed;
        std::deque<opcode> requests_open;
        bool awaits_decision{false};  // the first of them is a PC with its first answer
        bool is_fence_sent{false};
        std::uint64_t received_bytes{0};  // up to the event that comes next
        std::uint64_t sent_bytes{0};
        std::unique_ptr<stream_decoder> decoder;
        std::string screen;  // of a client under test: what no step has looked at yet; bounded
        bool ready{false};   // it has shown that it takes commands
        std::optional<process_end> ended;
        std::optional<std::size_t> relays_to;  // another actor
    };

    enum class progress : std::uint8_t { moved, stuck };

    // Steps.
    progress run_step(std::size_t index, moment now);
    void run_steps(moment now);
    [[nodiscard]] bool waits_for_turn(std::size_t index, const step& step, moment now);
    [[nodiscard]] std::chrono::nanoseconds turn_timeout() const;
    void end_turn(const actor_state& actor, const step& step);
    void refuse_surplus(std::size_t index);
    progress run_action(std::size_t index, const step& step, moment now);
    progress run_send(std::size_t index, const send_action& action, moment now);
    progress run_close(std::size_t index, close_how how, moment now);
    progress run_relay(std::size_t index, const relay_action& action, moment now);
    void relay_all();
    void relay(actor_state& from);
    progress run_expect(std::size_t index, const step& step, const expect_action& expect, moment now);
    progress expect_event(std::size_t index, const step& step, const expect_action& expect, moment now);
    progress expect_unordered(std::size_t index, const step& step, const unordered_pattern& pattern, moment now);
    progress expect_one_of(std::size_t index, const step& step, const one_of_pattern& pattern, moment now);
    progress expect_bytes(std::size_t index, const step& step, const bytes_pattern& pattern, moment now);
    progress expect_silence(std::size_t index, const step& step, moment now);
    progress expect_screen(std::size_t index, const step& step, const screen_pattern& pattern, moment now);
    progress expect_exit(std::size_t index, const step& step, const exit_pattern& pattern, moment now);
    progress run_tell(std::size_t index, const step& step, const stdin_action& action, moment now);
    [[nodiscard]] bool wait_until_ready(std::size_t index, const step& step, moment now);
    [[nodiscard]] bool judges_client() const noexcept { return scenario_.role == test_role::client; }
    [[nodiscard]] std::string wanted_from(std::size_t index, const std::string& text) const;
    [[nodiscard]] std::chrono::milliseconds connecting_timeout(std::size_t index) const;
    [[nodiscard]] bool is_tunnel_end(std::size_t index) const { return scenario_.tunnel_ends.contains(index); }
    void note_registration(actor_state& actor, const packet_view& sent) const;
    progress ensure_connected(std::size_t index, moment now);
    void give_up_connecting(moment now);
    void fail_absent(std::size_t index, const std::string& waited);
    void finish_step(actor_state& actor);
    void mark_done(const step& step);
    [[nodiscard]] bool is_enabled(const step& step) const;
    [[nodiscard]] bool came_too_early(const step& step, const received_event& event) const;
    [[nodiscard]] std::chrono::nanoseconds time_limit(const step& step) const;
    [[nodiscard]] bool ran_out_of_time(const actor_state& actor, const step& step, moment now) const;
    [[nodiscard]] std::size_t place_in_file(const actor_state& actor) const;
    [[nodiscard]] bool yields_to_earlier_step(const actor_state& actor) const;
    [[nodiscard]] bool fits(const event_pattern& pattern, const received_event& event);

    // The end.
    void run_end(moment now);
    void pass_over_close(actor_state& actor);
    void start_fencing(moment now);
    void continue_fencing(moment now);
    void start_draining(moment now);
    void continue_draining(moment now);
    void start_aftermath();
    void continue_aftermath(moment now);
    void note_received(actor_state& actor, const packet_view& packet) const;
    void note_sent(actor_state& actor, std::span<const std::byte> sent) const;
    void answer_in_aftermath(std::size_t index);
    [[nodiscard]] moment half_close_time() const;
    void half_close_all();
    void close_all();
    void count_closing_silences() noexcept;

    // Failures.
    /// The outcome is certain; nothing that happens from here on changes it.
    [[nodiscard]] bool is_decided() const noexcept { return phase_ == phase::aftermath || finished(); }
    void fail(failure_kind kind, std::size_t index, const step* step, std::string expected, const received_event* event,
              const std::string& otherwise);
    void fail_mismatch(std::size_t index, const step& step, const expect_action& expect);
    void fail_silent(std::size_t index, const step& step, const std::string& expected);
    void fail_display(std::size_t index, const step& step, const std::string& wanted);
    void fail_unexpected(std::size_t index, const received_event& event);
    [[nodiscard]] std::string blamed_rule(const step* step) const;

    received_event take_event(actor_state& actor);
    void count_silence(bool by_fence) noexcept;
    void put_event(std::size_t index, received_event event, moment now);
    void record(exchange_entry entry);
    void remark(std::size_t index, std::string text);
    void write(std::size_t index, outgoing data, std::string text);
    [[nodiscard]] packet_source fence() const;
    void end(std::size_t index, close_how how);

    const scenario& scenario_;
    pseudonyms names_;
    timeouts timeouts_;
    run_variant variant_;
    client_dialogue dialogue_;
    std::size_t turn_{0};               // index into the schedule
    std::optional<moment> held_since_;  // an actor waits for another actor's turn
    phase phase_{phase::steps};
    std::vector<actor_state> actors_;
    std::vector<std::uint64_t> done_at_;  // per step of the scenario; 0: not done
    std::uint64_t order_{0};
    std::size_t inbox_bytes_{0};  // of all actors
    moment phase_since_{0};
    // In the aftermath: fences are out, and no side has ended yet; when something came last.
    bool is_fenced_{false};
    moment last_received_{0};
    bindings bound_;
    outcome outcome_;
    moment now_{0};  // when the last thing happened
    std::vector<network_request> requests_;
};

}  // namespace chatos::conformance
