// Plays a script: one core, the oracle beside it, and a driver that tells both the same and compares them after each
// step. The driver obeys the core's contract, and has the freedom that it leaves: fragments, lateness, partial writes.
#pragma once

#include "core/server.hpp"
#include "properties/verdict.hpp"
#include "session/checker.hpp"
#include "session/oracle.hpp"
#include "session/session_script.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

class session_run {
public:
    /// `transcript`, if any, gets a line per step and what each connection got.
    explicit session_run(std::span<const std::byte> script, std::string* transcript = nullptr);

    [[nodiscard]] verdict run();

private:
    /// One end of a connection, or a place where none is.
    struct peer {
        bool is_connected{false};
        client_number number{0};
        core::connection_id id{};

        std::string to_send;  ///< lies in the network
        std::size_t sent{0};  ///< of it
        std::string held;
        bool holds{false};
        unsigned fragment_bytes{0};  ///< 0: any
        unsigned fragments_left{0};
        bool cuts_next{false};
        std::uint8_t cut_bytes{0};
        bool ends_input{false};  ///< after `to_send`
        bool ended{false};

        bool reads{true};
        std::size_t piece_bytes{0};  ///< 0: any
        std::string inbox;           ///< the start of a packet
        unsigned owes{0};            ///< deliveries that it has read and not answered

        bool armed{false};  ///< the driver waits for its bytes
        core::close_action followed{core::close_action::none};
    };

    void set_up();
    void perform(const session_step& step);
    void send_for(const session_step& step, peer& client);
    void change_peer(const session_step& step, peer& client);
    void pass_time_for(const session_step& step);
    void come_to_rest();
    void everybody_leaves();

    bool connect(peer& client);
    void send(peer& client, std::string bytes);
    void burst(peer& client, const session_step& step);
    void receive_visitors(peer& client, unsigned count);
    void drop(peer& client, std::string_view how);

    void feed(peer& client);
    void send_fragment(peer& client);
    void turn();
    void sync(peer& client);
    bool write_some(peer& client, std::size_t bytes_max);
    void read_inbox(peer& client);
    bool show_output(const peer& client, std::size_t pieces_max);

    void tell_time();
    void sleep_until(moment when);
    void run_out_of_deadlines();
    void check();
    void check_peer(const peer& client);
    void report(verdict broken);

    void say(const peer& client, std::string_view words);
    void say_step(const session_step& step, const peer& client);

    session_setup setup_;
    script_reader reader_;
    core::server core_;
    oracle oracle_;
    std::array<peer, places_max + 1> peers_;  ///< the last is for visitors
    moment now_{};
    moment told_{};  ///< the moment up to which deadlines have taken effect
    bool late_{false};
    cause why_{cause::event};
    unsigned messages_{0};
    unsigned burst_left_{2'500};
    std::string shown_;
    std::vector<std::uint32_t> generations_;  ///< by slot
    std::size_t connections_most_{0};         ///< at the same time
    verdict broken_;
    std::string* transcript_;
    std::vector<std::string> got_;  ///< by number; for the transcript
};

}  // namespace chatos::fuzz
