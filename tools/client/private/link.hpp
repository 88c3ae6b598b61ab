// One end of a private connection: how it is opened (TUN-1), and what goes over it. The RFC ends where the peer
// accepts, so the bytes inside are ours: frames of a kind (1 byte), a size (4 bytes, big-endian) and that many bytes.
// Sans-IO, as the session: bytes in, bytes and events out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::client {

enum class frame_kind : std::uint8_t {
    text = 1,    ///< UTF-8
    offer = 2,   ///< size of a file (8 bytes, big-endian), then its name
    accept = 3,  ///< the offer; empty
    refuse = 4,  ///< the offer, or what comes of it; why, for people
    data = 5,    ///< of the accepted file, in order
    end = 6,     ///< all of it is sent; empty
    cancel = 7,  ///< the sender cannot go on; why, for people
    saved = 8,   ///< the receiver has it; empty
};

/// A frame's payload has at most this many bytes; a larger one breaks the link.
inline constexpr std::size_t frame_bytes_max = 65'536;
/// Bytes that may wait for the link to be opened, and beyond which an open one is not given more.
inline constexpr std::size_t link_output_max = 262'144;

struct link_opened {};
/// It will not open, or broke; `why` for people.
struct link_ended {
    std::string why;
    bool was_open{false};
    bool is_fault{false};  ///< false: the peer closed it
};
struct frame_came {
    frame_kind kind;
    std::string payload;
};
using link_event = std::variant<link_opened, frame_came, link_ended>;

class private_link {
public:
    /// Asks at once for the tunnel between `own` and `peer`, both of which the codec accepts.
    private_link(std::string_view own, std::string_view peer);

    /// Queues a frame; before the link is open it waits, and after its end it goes nowhere. Answers to what came may
    /// always be sent; whatever a person or a file brings, and reading on, needs has_room().
    void send(frame_kind kind, std::string_view payload);
    [[nodiscard]] bool has_room() const noexcept { return output_.size() + early_.size() < link_output_max; }

    void receive(std::span<const std::byte> bytes);
    /// The connection ended; an empty `fault` means that the other side closed it.
    void lose(std::string_view fault);

    [[nodiscard]] std::span<const std::byte> output() const noexcept { return output_; }
    void sent(std::size_t bytes);
    [[nodiscard]] std::optional<link_event> take_event();

    [[nodiscard]] bool is_open() const noexcept { return state_ == state::open; }
    [[nodiscard]] bool is_over() const noexcept { return state_ == state::over; }
    /// Nothing waits to be sent.
    [[nodiscard]] bool is_quiet() const noexcept { return output_.empty() && early_.empty(); }

private:
    enum class state : std::uint8_t { opening, open, over };

    void take_answer();
    bool take_frame();
    void end(std::string why, bool is_fault);

    state state_{state::opening};
    std::vector<std::byte> output_;
    std::vector<std::byte> early_;  ///< frames for when the link is open
    std::vector<std::byte> input_;  ///< less than one answer or frame
    std::deque<link_event> events_;
};

}  // namespace chatos::client
