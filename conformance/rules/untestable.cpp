// Rules that no scenario tests, and why. A rule has scenarios or stands here, never both; a test holds that.
#include "rules/rule.hpp"

namespace chatos::conformance {
namespace {

struct reason {
    std::string_view rule_id;
    std::string_view why;
};

constexpr reason reasons[] = {
    {"TUN-1", "part of an extension that servers may leave out; one without it answers as CONN-8 says"},
    {"TUN-2", "part of an extension that servers may leave out; one without it answers as CONN-8 says"},
    {"TUN-3", "part of an extension, and all connections of a run come from one address"},
    {"TUN-4", "part of an extension that servers may leave out; one without it answers as CONN-8 says"},
    {"TUN-5", "part of an extension that servers may leave out; one without it answers as CONN-8 says"},
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
