// Rules that no scenario tests, and why. A rule has scenarios or stands here, never both; a test holds that.
#include "rules/rule.hpp"

namespace chatos::conformance {
namespace {

struct reason {
    std::string_view rule_id;
    std::string_view why;
};

constexpr reason reasons[] = {
    {"CLI-1", "binds clients: the scenarios play clients, and a server is not to blame for what they send first"},
    {"CLI-2", "binds clients: how the server takes a missing or second answer is PM-8 and FLOW-3"},
    {"CLI-3", "binds clients: how the server takes a missing decision is PC-5"},
    {"CLI-4", "binds clients: that a server refuses such an SPM is PM-5"},
    {"CLI-5", "binds clients: that a server takes requests without a pause is FLOW-5"},
    {"CLI-6", "binds clients: that a server goes on meanwhile is FLOW-6"},
    {"CLI-7", "binds clients: that a server reads so is WIRE-13"},
    {"CLI-8", "binds clients: what a server does with malformed packets is ERR-1 and ERR-2"},
};

}  // namespace

std::string_view untestable_reason(std::string_view rule_id) noexcept {
    for (const reason& one : reasons) {
        if (one.rule_id == rule_id) {
            return one.why;
        }
    }
    return "";
}

}  // namespace chatos::conformance
