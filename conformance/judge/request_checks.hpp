// What the checks of requests share: deliveries that a request may have led to. Each check speaks of a request sent at
// frame `from` and answered at frame `until`: the server processed it at some time between the two, nobody knows when.
#pragma once

#include "judge/court.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace chatos::conformance {

inline constexpr std::uint8_t code_ok = 0;
inline constexpr std::uint8_t code_taken = 1;
inline constexpr std::uint8_t code_full = 2;
inline constexpr std::uint8_t code_unreachable = 4;
inline constexpr std::uint8_t code_refused = 5;
/// Anybody accepts messages of this size (WIRE-14).
inline constexpr std::size_t message_bytes_safe = 1'024;

/// Sender and message.
using message_key = std::pair<std::string_view, std::string_view>;

/// Deliveries of a message, or offers, to somebody after a frame.
struct found_deliveries {
    const heard_talk* to;
    std::span<const std::size_t> indexes;

    [[nodiscard]] bool are_attributed() const { return indexes.empty() || indexes.back() < to->attributed_deliveries; }
    [[nodiscard]] const heard_delivery& front() const { return to->deliveries[indexes.front()]; }
    template <typename Test>
    [[nodiscard]] bool any(Test test) const {
        return std::any_of(indexes.begin(), indexes.end(),
                           [&](std::size_t index) { return test(to->deliveries[index]); });
    }
};

[[nodiscard]] inline found_deliveries deliveries_of(const heard_talk& to, const message_key& what, std::uint64_t from) {
    const auto all = to.received.find(what);
    return {&to, all == to.received.end() ? std::span<const std::size_t>{} : to.after(all->second, from)};
}

/// Whether a delivery was answered with this code before a frame.
[[nodiscard]] inline bool is_answered(const heard_delivery& one, std::uint8_t code, std::uint64_t before) {
    return one.answer != nullptr && one.answer->frame < before && one.answer->code == code;
}

/// Whether one of the deliveries was answered with the code of `answer`, before it.
[[nodiscard]] inline bool has_given(const found_deliveries& found, const spoken& answer) {
    return found.any([&](const heard_delivery& one) { return is_answered(one, answer.code, answer.frame); });
}

/// FLOW-9: whether a delivery made to this client between the two frames may have had to wait behind another. It has
/// not where the client asked something after its last answer, and got the server's word for it in time.
[[nodiscard]] bool owes_something(const heard_talk& to, std::uint64_t from, std::uint64_t until);
/// Nobody who was seen explains an answer: a violation where whoever is seen is all there is.
void blame_unless_unseen(court& before, std::string_view rule, const heard_talk& who, const spoken& answer,
                         std::string expected);

// The checks, a family of rules each. The request has been answered.
void check_login(court& before, const heard_talk& who, const heard_request& asked);          // CONN-1, 2, 4 to 6
void check_second_login(court& before, const heard_talk& who, const heard_request& asked);   // CONN-7
void check_early_request(court& before, const heard_talk& who, const heard_request& asked);  // CONN-8
void check_rpm(court& before, const heard_talk& who, const heard_request& asked);            // PM-1, PM-2
void check_spm(court& before, const heard_talk& who, const heard_request& asked);            // PM-3 to PM-10
void check_sma(court& before, const heard_talk& who, const heard_request& asked);            // ALL
void check_pc(court& before, const heard_talk& who, const heard_request& asked);             // PC

}  // namespace chatos::conformance
