// The operations of a simulation. Each is independent, so that any of them can be left out of a list. An operation that
// is impossible at its turn (a client that is not connected cannot leave) does nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::core::simulation {

/// The comments say what the fields of `operation` mean.
enum class operation_kind : std::uint8_t {
    join,           ///< connects and claims `pseudo`; `code` 1: answers only on `answer`, 2: never answers
    claim,          ///< CR for `pseudo`, registered or not
    ask,            ///< RPM for `pseudo`
    write,          ///< RPM for `pseudo`, and at once an SPM of `amount` bytes
    write_unasked,  ///< SPM of `amount` bytes to `pseudo`
    broadcast,      ///< SMA of `amount` bytes
    offer,          ///< PC for `pseudo`
    burst,          ///< `amount` RPMs for `pseudo` in one run of bytes
    answer,         ///< answers `amount` of the deliveries that it owes with `code`
    stray,          ///< an unsolicited ERROR
    malformed,      ///< malformed bytes; `amount` selects which
    unfinished,     ///< the first `amount` bytes of a packet whose rest never comes
    end,  ///< sends `amount` RPMs for `pseudo` and closes its sending side; `code` 1: the driver tells the core before
          ///< it wants to read
    reset,          ///< the connection breaks
    reads_all,      ///< takes what is written, from now on
    reads_slowly,   ///< takes `amount` bytes at a time
    reads_nothing,  ///< takes nothing
    read_some,      ///< takes `amount` bytes once, after `reads_nothing`
    answers_all,    ///< answers each delivery at once with `code`, from now on
    answers_told,   ///< answers only on `answer`
    linger,         ///< does not close when the server has closed its sending side
    wait,           ///< `amount` ms pass; the core is woken at each of its deadlines
    oversleep,      ///< `amount` ms pass, and the core is woken afterwards
    drain,          ///< the server begins to drain
    shortage,       ///< memory is short during this operation and `amount` more
};
inline constexpr std::uint8_t kind_count = static_cast<std::uint8_t>(operation_kind::shortage) + 1;

struct operation {
    operation_kind kind{operation_kind::wait};
    bool turn{true};       ///< the driver takes its turn afterwards; else it continues with the next operation
    std::uint8_t code{0};  ///< an assigned error code unless `operation_kind` says otherwise
    std::uint8_t hold{0};  ///< fragments handed over now, the others with the next operation of this actor; 0: all
    std::uint16_t actor{0};
    std::uint16_t pseudo{0};    ///< pseudos are numbered: 7 is "user7"
    std::uint16_t fragment{0};  ///< bytes are handed over in runs of this many; 0: of as many as the core takes
    std::uint32_t amount{0};

    friend bool operator==(const operation&, const operation&) noexcept = default;
};

/// "broadcast actor=17 amount=20 fragment=3": fields that are 0 are left out, and so is `turn` unless it is off.
[[nodiscard]] std::string text_of(const operation& operation);
/// Parses the output of text_of(); nullopt when `text` is anything else.
[[nodiscard]] std::optional<operation> operation_from(std::string_view text);
/// "user 17 sends an SMA of 20 bytes in fragments of 3".
[[nodiscard]] std::string in_words(const operation& operation);

}  // namespace chatos::core::simulation
