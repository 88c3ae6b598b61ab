// What a person, or a program that reads the client's output, is told. Values only; who shows them decides the words.
#pragma once

#include <chatos/packet.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace chatos::client {

using instant = std::chrono::steady_clock::time_point;

/// What a person can ask the server for.
enum class request_kind : std::uint8_t {
    say,             ///< SMA: a message to everybody
    message,         ///< RPM, then SPM: a message to one user
    private_contact  ///< PC: a connection of their own with one user
};

/// Which packet of ours an ERROR answers.
enum class answered_packet : std::uint8_t {
    rpm,
    spm,
    sma,
    pc,          ///< the first answer to a PC: whether the server could ask
    pc_decision  ///< the second: what the peer decided
};

/// ERROR 0 to our CR (CLI-1).
struct registered {
    std::string pseudo;
};

/// A message came. The protocol does not tell whether it went to us alone or to everybody.
struct message_came {
    std::string from;
    std::string text;
};

/// A request waits its turn, because one is sent at a time (CLI-5).
struct request_waits {
    std::uint64_t number{0};  ///< counts the requests of this session, from 1
    std::size_t ahead{0};     ///< requests that come before it
};

/// An answer to one of our packets. `is_last`: it ends the request.
struct answer_came {
    std::uint64_t number{0};
    request_kind kind{request_kind::say};
    std::string to{};  ///< empty for a message to everybody
    answered_packet packet{answered_packet::sma};
    error_code code{error_code::ok};
    bool is_last{true};
};

/// Somebody wants a private connection, and a person has to decide within `limit`.
struct contact_asked {
    std::string from;
    std::chrono::milliseconds limit{0};
};

/// Why a private connection was accepted or refused.
enum class decision_cause : std::uint8_t {
    person,   ///< somebody said so
    time,     ///< nobody said anything in time: refused
    crowd,    ///< too many deliveries waited after it: refused
    leaving,  ///< the client leaves: refused
};

struct contact_decided {
    std::string from;
    bool is_accepted{false};
    decision_cause cause{decision_cause::person};
};

/// How the connection to the server ended.
enum class end_reason : std::uint8_t {
    left,             ///< we wanted it to
    pseudo_taken,     ///< ERROR 1 to our CR
    full,             ///< ERROR 2 to our CR
    refused,          ///< any other code to our CR
    lost,             ///< the server closed, or the network did
    silent,           ///< an answer did not come within the limit
    broken_protocol,  ///< the server sent what no server may (CLI-8)
};

struct session_ended {
    end_reason reason{end_reason::left};
    std::string detail{};  ///< for people; empty when the reason says it all
};

/// Of a private connection.
enum class private_state : std::uint8_t { opening, open, failed, closed };

struct private_changed {
    std::string peer;
    private_state state{private_state::opening};
    std::string why{};
};

/// Text that came over a private connection.
struct private_text {
    std::string from;
    std::string text;
};

/// How far a file is.
enum class file_state : std::uint8_t { offered, waiting, moving, saved, refused, failed };

struct file_moved {
    std::string peer;
    bool is_incoming{false};
    file_state state{file_state::offered};
    std::string name{};  ///< as the sender calls it; once saved here, the name that it got
    std::uint64_t bytes{0};
    std::uint64_t size{0};
    std::string why{};
};

/// Something to tell the person that comes from no packet: help, or why a command cannot be.
struct notice {
    std::string text;
    bool is_problem{false};
};

using session_event = std::variant<registered, message_came, request_waits, answer_came, contact_asked, contact_decided,
                                   private_changed, private_text, file_moved, notice, session_ended>;

}  // namespace chatos::client
