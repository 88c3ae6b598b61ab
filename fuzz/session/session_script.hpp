// How bytes are read as a script: a few bytes that choose the server's bounds, then steps, each a command byte with up
// to a few argument bytes. Any bytes are a script, a script that is cut anywhere is one too, and a changed byte changes
// a step. Knows nothing of what a step brings about.
#pragma once

#include "core/options.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chatos::fuzz {

/// Places at which there can be a connection at the same time.
inline constexpr unsigned places_max = 8;
/// Steps after this one are not read.
inline constexpr unsigned steps_max = 400;
/// Bytes at the start of a script that choose the setup.
inline constexpr std::size_t setup_bytes = 3;

/// What one step does. The command byte holds it in its upper five bits and a place in its lower three.
enum class action : std::uint8_t {
    connect,
    send_cr,       ///< value: a pseudo, see pseudo_of()
    send_rpm,      ///< value: a pseudo
    send_spm,      ///< value: a pseudo, and in the upper three bits a message, see message_of()
    send_sma,      ///< value: a message
    send_pc,       ///< value: a pseudo
    send_error,    ///< value: a code, see code_of()
    answer_all,    ///< value: the code of an ERROR for each delivery that it has read and not answered
    ask_and_send,  ///< value: as send_spm, with the RPM before it in the same run of bytes
    hold,          ///< what is sent from here on goes out in one run
    release,       ///< ends hold
    fragment,      ///< value: bytes per run from here on, 0 as many as there are
    cut,           ///< value: bytes of the next packet that are sent; the rest never is
    send_raw,      ///< value: how many of the bytes after it are sent as they are
    send_broken,   ///< value: which ill-formed packet, see broken_packet()
    end_input,
    reset,
    stop_reading,
    read_on,
    read_in_pieces,   ///< value: bytes per write of the server
    read_some,        ///< value: bytes that are read once
    wait,             ///< value: milliseconds times place; the driver wakes up at each deadline
    wait_long,        ///< value: seconds; the driver wakes up at each deadline
    until_before,     ///< to just before the next deadline
    until_at,         ///< to the next deadline
    until_after,      ///< to just after it
    oversleep,        ///< value: quarters of a second; the driver sleeps through all deadlines
    lose_track,       ///< value: quarters of a second that pass unnoticed until the next call; see clock_back_values
    drain,            ///< value: only if it is below drain_values, for it ends everything
    be_late,          ///< value: odd, the driver takes no turns until it is told to
    burst,            ///< value: in the upper three bits a packet, in the others how often; see session_setup
    receive_visitors  ///< value: how many users come one after the other, are asked for, and leave
};
inline constexpr std::uint8_t drain_values = 48;
/// From this value on lose_track puts the driver's clock back, by tenths of a second.
inline constexpr std::uint8_t clock_back_values = 224;
/// The second and third byte of scripts with large bursts.
inline constexpr std::uint8_t large_bursts_first = 0xA5;
inline constexpr std::uint8_t large_bursts_second = 0xFF;

struct session_setup {
    core::options bounds{};
    unsigned users{0};         ///< that are registered before the first step
    bool clock_ticks{false};   ///< each step takes a microsecond; otherwise steps happen at the same moment
    bool large_bursts{false};  ///< bursts reach the bounds that cannot be made small
};

struct session_step {
    action what{action::connect};
    unsigned place{0};
    std::uint8_t value{0};
    std::span<const std::byte> raw{};  ///< send_raw only
};

[[nodiscard]] session_setup setup_of(std::span<const std::byte> script);

/// Reads the steps of a script one by one.
class script_reader {
public:
    explicit script_reader(std::span<const std::byte> script);
    /// False at the end.
    [[nodiscard]] bool next(session_step& step);

private:
    std::uint8_t take();

    std::span<const std::byte> remaining_;
    unsigned left_{steps_max};
};

/// Whether the action has an argument byte.
[[nodiscard]] bool has_value(action kind) noexcept;

/// The pseudo that users take at a place by default.
[[nodiscard]] std::string_view usual_pseudo(unsigned place) noexcept;
/// The pseudo that the lower five bits mean: mostly a usual one, some that look like one, some ill-formed.
[[nodiscard]] std::string_view pseudo_of(std::uint8_t value) noexcept;
/// A message that carries `number`, and is as long as the lower three bits say.
[[nodiscard]] std::string message_of(std::uint8_t value, unsigned number);
/// One of the assigned codes; the low values are those that clients use.
[[nodiscard]] std::uint8_t code_of(std::uint8_t value) noexcept;
/// Bytes that are no packet, and show it.
[[nodiscard]] std::string_view broken_packet(std::uint8_t value) noexcept;

/// A packet that need not be legal: opcode, then pseudo and message where the opcode has them.
[[nodiscard]] std::string wire_of(std::uint8_t opcode, std::string_view pseudo, std::string_view message);
/// ERROR with this code.
[[nodiscard]] std::string wire_of_error(std::uint8_t code);

}  // namespace chatos::fuzz
