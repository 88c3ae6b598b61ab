// What one run of a scenario showed, before it is judged.
#pragma once

#include "runner/event.hpp"
#include "runner/traffic.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace chatos::conformance {

/// One line of the exchange.
struct exchange_entry {
    enum class direction : std::uint8_t { sent, received, remark };
    moment when{0};
    std::size_t actor{0};
    direction which{direction::remark};
    std::string text;         ///< decoded, or a remark ("connects", "half-closes")
    std::string hex;          ///< excerpt; empty for remarks
    std::uint64_t offset{0};  ///< of the bytes in what went over this connection in this direction
    std::uint64_t order{0};   ///< received: of the event
    bool blamed{false};       ///< this is what failed the scenario
};

struct step_failure {
    std::string rule;                  ///< the broken rule
    std::string expected;              ///< "alice receives ERROR 0 OK"
    std::string expected_hex;          ///< its bytes, when only one packet would have done
    std::string observed;              ///< "alice received ERROR 4 UNREACHABLE"
    std::string observed_hex;          ///< excerpt; may be empty
    std::uint64_t observed_offset{0};  ///< of those bytes in what came over the connection
    std::string hint;                  ///< the usual cause
    std::string pointer;               ///< step in the file; empty: after the last step
    std::string note;                  ///< the step's own remark
    bool by_silence{false};            ///< nothing came in time
    bool no_connection{false};         ///< the server did not accept the connection, or the client did not connect
};

/// Claims that nothing came, by what proves them.
struct silence_proofs {
    std::size_t fenced{0};    ///< by an answer that had to come later, or by the end of the connection
    std::size_t windowed{0};  ///< by a time in which nothing came
};

struct outcome {
    std::optional<step_failure> failure;         ///< nothing: all steps did what they should
    std::map<std::string, std::string> choices;  ///< CHOICE rule to the alternative seen
    std::deque<exchange_entry> exchange;         ///< bounded; the oldest entries go first
    std::size_t exchange_dropped{0};
    traffic_log traffic;
    silence_proofs silences;          ///< that the verdict rests on; none when something that came failed the scenario
    bool order_given_up{false};       ///< the schedule could not be kept to its end
    bool peer_spoke{false};           ///< at least one byte or end of input came from the implementation
    bool ended_without_close{false};  ///< the implementation did not close its side after ours was closed
    moment duration{0};
};

}  // namespace chatos::conformance
