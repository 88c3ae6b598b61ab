// What a load needs to know of a protocol, and nothing of sockets or clocks: bytes that log a user in, bytes that
// publish, and what has come. One load drives every dialect, so that servers are compared alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::bench {

/// Number of a user: senders from 0, then the receivers.
using user_number = std::uint32_t;
using bytes = std::vector<std::byte>;

/// Who writes to whom.
enum class audience : std::uint8_t {
    everybody,  ///< each sender to all receivers
    partner,    ///< sender i to receiver i
};

struct workload {
    std::uint32_t senders{1};
    std::uint32_t receivers{100};
    std::uint32_t message_bytes{64};
    std::uint32_t in_flight{32};  ///< messages per sender that are sent and not done
    audience to{audience::everybody};
};

/// Smallest message: it begins with its sender's number, by which receivers of some dialects know it.
inline constexpr std::uint32_t message_bytes_min = 4;
inline constexpr std::uint32_t senders_max = 1'000;

/// The text that `sender` sends: `size` bytes of ASCII, its number first.
[[nodiscard]] std::string message_text(user_number sender, std::uint32_t size);
/// The sender of `text` if it is what message_text() makes for one of `senders`, else `senders`.
[[nodiscard]] user_number sender_of(std::string_view text, const std::vector<std::string>& texts_of_senders) noexcept;
/// message_text() of every sender.
[[nodiscard]] std::vector<std::string> texts_of_senders(const workload& load);

/// What a run of bytes from the server held. Filled again and again, so that reading allocates nothing in the long run.
struct arrivals {
    std::size_t consumed{0};             ///< bytes of whole packets; the others must be passed again, followed by more
    std::uint32_t answers{0};            ///< answers to what this user has sent
    std::vector<user_number> senders{};  ///< of the messages that were delivered, in order
    bytes acknowledgements{};            ///< to be sent back at once
    std::string fault{};                 ///< what the server did wrong; nothing after it was read

    void clear() noexcept {
        consumed = 0;
        answers = 0;
        senders.clear();
        acknowledgements.clear();
        fault.clear();
    }
};

/// When a message counts as done.
enum class completion : std::uint8_t {
    answered,   ///< its sender has the answer, which the server gives when all receivers have acknowledged
    delivered,  ///< all receivers have it
};

class dialect {
public:
    dialect() = default;
    dialect(const dialect&) = delete;
    dialect& operator=(const dialect&) = delete;
    virtual ~dialect() = default;

    [[nodiscard]] virtual completion done_when() const noexcept = 0;
    /// Whether senders get the messages of other senders.
    [[nodiscard]] virtual bool senders_receive() const noexcept = 0;
    /// Adds the bytes that make `user` a user; gives the number of answers that say so.
    virtual std::uint32_t log_in(user_number user, bytes& out) = 0;
    /// Adds what `sender` must ask before its first message, once everybody is logged in; gives the number of answers.
    virtual std::uint32_t introduce(user_number sender, bytes& out) = 0;
    /// Up to `count` messages of `sender`, ready to be sent, at least one; `given` is their number. Lives until the
    /// next call.
    [[nodiscard]] virtual std::span<const std::byte> publish(user_number sender, std::uint32_t count,
                                                             std::uint32_t& given) = 0;
    /// Reads as many whole packets for `user` as `input` holds. `found` is cleared first.
    virtual void read(user_number user, std::span<const std::byte> input, arrivals& arrivals) = 0;
};

/// A block of equal messages holds at most this many bytes, but at least one message.
inline constexpr std::size_t block_bytes_max = 65'536;

/// How many messages of `size` bytes each are prepared for a window of `in_flight`.
[[nodiscard]] constexpr std::uint32_t messages_per_block(std::size_t size, std::uint32_t in_flight) noexcept {
    const std::size_t fitting = block_bytes_max / size;
    return fitting == 0 ? 1 : fitting < in_flight ? static_cast<std::uint32_t>(fitting) : in_flight;
}

void append(bytes& out, std::string_view text);

}  // namespace chatos::bench
