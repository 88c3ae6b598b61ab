// The lines that a person types, read: "/msg bob hello" and the others.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::client {

enum class command_kind : std::uint8_t {
    nothing,  ///< an empty line
    say,
    message,
    private_contact,
    accept,
    refuse,
    private_text,
    send_file,
    save_file,
    help,
    quit,
    faulty  ///< `fault` says why
};

struct command {
    command_kind kind{command_kind::nothing};
    std::string name{};  ///< of a user, where the command has one
    std::string text{};  ///< the message, or the path of a file
    std::string fault{};
};

/// What follows the word of a command.
enum class command_arguments : std::uint8_t { none, name, name_and_text };

struct command_row {
    std::string_view word;       ///< "/msg"
    std::string_view arguments;  ///< for people: "NAME TEXT"
    std::string_view meaning;    ///< for people
    command_kind kind;
    command_arguments takes;
};

/// Every command: what /help shows, completion offers and read_command() knows.
inline constexpr std::array<command_row, 9> commands{{
    {"/msg", "NAME TEXT", "write to one user", command_kind::message, command_arguments::name_and_text},
    {"/private", "NAME", "ask a user for a private connection", command_kind::private_contact, command_arguments::name},
    {"/accept", "NAME", "accept the private connection that NAME asks for", command_kind::accept,
     command_arguments::name},
    {"/refuse", "NAME", "refuse it, or a file that NAME offers", command_kind::refuse, command_arguments::name},
    {"/p", "NAME TEXT", "write over the private connection with NAME", command_kind::private_text,
     command_arguments::name_and_text},
    {"/send", "NAME FILE", "offer a file over the private connection with NAME", command_kind::send_file,
     command_arguments::name_and_text},
    {"/save", "NAME", "take the file that NAME offers", command_kind::save_file, command_arguments::name},
    {"/help", "", "show this", command_kind::help, command_arguments::none},
    {"/quit", "", "leave once everything is sent and answered; a second time: at once", command_kind::quit,
     command_arguments::none},
}};

/// A line without its end. "//x" says "/x" to everybody. Never fails: what cannot be understood is `faulty`.
[[nodiscard]] command read_command(std::string_view line);

/// What /help shows: a line for each way to use a line.
[[nodiscard]] std::string help_text();

}  // namespace chatos::client
