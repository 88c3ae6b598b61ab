// A scenario as the runner executes it: what the JSON says, checked, with ids resolved. Format: conformance/FORMAT.md.
#pragma once

#include <chatos/packet.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chatos::conformance {

/// A string that may hold `{name}`, repeated.
struct text_source {
    std::string text;
    unsigned times{1};
};

struct byte_edit {
    std::size_t at{0};
    std::vector<std::byte> bytes;
};

/// A packet to send; it need not be a legal one.
struct packet_source {
    opcode op{opcode::error};
    text_source pseudo;
    text_source message;
    std::uint8_t code{0};
    std::vector<byte_edit> edits;
};

/// Raw bytes to send: literal bytes, and text that may hold `{name}`.
using raw_atom = std::variant<std::vector<std::byte>, std::string>;
struct raw_source {
    std::vector<raw_atom> atoms;
};

enum class split_mode : std::uint8_t { whole, every_byte, at_offsets };

/// Everything in `units` goes out at once, split into writes as `split` says.
struct send_action {
    std::vector<std::variant<packet_source, raw_source>> units;
    split_mode split{split_mode::whole};
    std::vector<std::size_t> split_offsets;
};

struct connect_action {};

/// From then on, what comes to the actor is sent on by `to`: every byte, and the end of input.
struct relay_action {
    std::size_t to{0};  ///< index into scenario::actors
};

/// What is written to the standard input of a client under test: a command of the profile ("msg"), filled in.
struct stdin_action {
    std::string command;
    text_source pseudo;
    text_source text;
    bool if_known{false};  ///< passed over when the profile does not know the command
};
enum class close_how : std::uint8_t { fin, full, reset };
struct close_action {
    close_how how{close_how::fin};
};
struct reading_action {
    bool reading{true};
};

struct text_pattern {
    enum class kind : std::uint8_t { anything, literal, regex, bind, same };
    kind mode{kind::anything};
    text_source text;  ///< literal, or the regular expression
    std::string name;  ///< bind, same
};

struct code_pattern {
    enum class kind : std::uint8_t { anything, in, not_in };
    kind mode{kind::anything};
    std::vector<std::uint8_t> codes;
};

struct packet_pattern {
    opcode op{opcode::error};
    text_pattern pseudo;
    text_pattern message;
    code_pattern code;
};

struct closed_pattern {
    enum class kind : std::uint8_t { fin, reset, any };
    kind how{kind::any};
};

struct silence_pattern {
    std::chrono::milliseconds window{0};
};

/// The screen of a client under test shows a text of the profile ("message"), filled in.
struct screen_pattern {
    std::string shows;
    text_source pseudo;
    text_source text;
    bool if_known{false};  ///< passed over when the profile does not know the text
};

/// The process of a client under test ends by itself, with the exit code that the profile gives for this reason. Passed
/// over when the profile gives none.
struct exit_pattern {
    std::string reason;  ///< or "any": always wanted, with any code
};

struct unordered_pattern {
    std::vector<packet_pattern> packets;
};

/// Just these bytes, in whatever pieces they come. What packets they look like does not matter.
struct bytes_pattern {
    std::vector<std::variant<packet_source, raw_source>> units;
};

struct step;
struct alternative {
    std::string name;
    std::vector<step> steps;  ///< the first is an expect of a packet or a close
};
struct one_of_pattern {
    std::string choice;  ///< CHOICE rule under which the name is recorded; may be empty
    std::vector<alternative> alternatives;
};

using event_pattern = std::variant<packet_pattern, closed_pattern, silence_pattern, unordered_pattern, one_of_pattern,
                                   bytes_pattern, screen_pattern, exit_pattern>;

struct expect_action {
    event_pattern event;
    bool optional{false};
    std::optional<std::chrono::milliseconds> within;  ///< instead of the runner's timeout
};

struct step {
    std::size_t actor{0};            ///< index into scenario::actors
    std::vector<std::size_t> after;  ///< indexes into scenario::steps
    std::string rule;                ///< who is to blame if this fails
    std::string note;
    std::string pointer;  ///< its place in the file: "/steps/3"
    std::variant<connect_action, send_action, close_action, reading_action, stdin_action, relay_action, expect_action>
        action;
};

/// Whom a scenario judges. The actors of one that judges a server are clients, played by the runner, each with a
/// connection of its own. The actors of one that judges a client are clients under test, each a process with one
/// connection, to which the runner plays the server; or a further connection of such a client, its end of a tunnel.
enum class test_role : std::uint8_t { server, client };

struct scenario {
    std::string id;
    test_role role{test_role::server};
    std::string title;
    std::string since{"1.0"};  ///< the version of the suite in which it came
    std::vector<std::string> rules;
    std::vector<std::string> kills;             ///< faults of the model that it must catch
    std::map<std::string, std::int64_t> needs;  ///< option name to value; empty: any server will do
    std::string extension;                      ///< that the implementation must have: "tunnel"; may be empty
    std::string control;                        ///< may be empty
    std::vector<std::string> actors;
    std::map<std::size_t, std::size_t> tunnel_ends;  ///< actor to the one whose client opens that connection
    std::vector<std::string> names;
    std::string unexpected;  ///< rule blamed for a packet nobody expected
    bool closing_fence{true};
    std::vector<step> steps;
    std::string source;  ///< file it came from, or "built in"
};

/// "server", "client".
[[nodiscard]] std::string_view role_name(test_role role) noexcept;

/// The part of an id that says what a scenario is about: "pm" for "server.pm.relay-code".
[[nodiscard]] std::string_view scenario_area(const scenario& scenario) noexcept;

/// True when the scenario wants the implementation to say no: a non-zero ERROR, or an end of the connection.
[[nodiscard]] bool expects_refusal(const scenario& scenario) noexcept;

}  // namespace chatos::conformance
