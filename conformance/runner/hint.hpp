// The usual cause of a kind of failure: advice for the author of the implementation, in addition to the rule's text.
#pragma once

#include "runner/event.hpp"
#include "scenario/scenario.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::conformance {

enum class failure_kind : std::uint8_t {
    mismatch,       ///< something other than expected came
    too_early,      ///< it came before what causes it
    silence,        ///< nothing came in time
    unexpected,     ///< something came that no step expected
    flood,          ///< more came than is kept
    ended,          ///< the connection had ended before
    no_connection,  ///< the server did not accept it, or the client never connected
    too_long,       ///< the scenario as a whole took too long
    no_display,     ///< the client's screen did not show it
    no_exit,        ///< the client's process is still running
    wrong_exit,     ///< the client's process ended in another way
};

struct failure_facts {
    failure_kind kind{failure_kind::mismatch};
    const expect_action* expected{nullptr};  ///< the step that failed, if one expected something
    const received_event* event{nullptr};    ///< what came instead, if anything did
    std::string_view own_pseudo;             ///< of the actor to whom it happened
    test_role role{test_role::server};       ///< of what is judged
};

/// One or two sentences; never empty.
[[nodiscard]] std::string hint_for(const failure_facts& facts);
/// The same for a client under test; hint_for() delegates to it.
[[nodiscard]] std::string client_hint_for(const failure_facts& facts);

}  // namespace chatos::conformance
