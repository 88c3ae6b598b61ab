// What the checks of requests share: finding the deliveries that a request may have caused. The server processes a
// request at an unknown time between the frame that carries it and the frame of its answer.
#pragma once

#include "judge/judge_context.hpp"

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
/// Every implementation accepts pseudos and messages of these sizes (WIRE-14); more may be malformed to it.
inline constexpr std::size_t pseudo_bytes_safe = 32;
inline constexpr std::size_t message_bytes_safe = 1'024;

/// Sender and message.
using message_key = std::pair<std::string_view, std::string_view>;

/// Deliveries of one message, or of offers, to a client.
struct matching_deliveries {
    const connection_trace* recipient;
    std::span<const std::size_t> indexes;

    [[nodiscard]] bool is_empty() const { return indexes.empty(); }
    /// Whether it is certain which ERROR answers which of them.
    [[nodiscard]] bool has_certain_answers() const { return is_empty() || indexes.back() < recipient->ambiguous_from; }
    [[nodiscard]] const traced_delivery& front() const { return recipient->deliveries[indexes.front()]; }
    template <typename Test>
    [[nodiscard]] bool any(Test test) const {
        return std::any_of(indexes.begin(), indexes.end(),
                           [&](std::size_t index) { return test(recipient->deliveries[index]); });
    }
};

/// The deliveries of a message after a frame.
[[nodiscard]] inline matching_deliveries find_messages(const connection_trace& recipient, const message_key& key,
                                                       std::uint64_t frame) {
    const auto list = recipient.received_messages.find(key);
    return {&recipient, list == recipient.received_messages.end() ? std::span<const std::size_t>{}
                                                                  : recipient.deliveries_after(list->second, frame)};
}

/// The offers of a sender after a frame.
[[nodiscard]] inline matching_deliveries find_offers(const connection_trace& recipient, std::string_view sender,
                                                     std::uint64_t frame) {
    const auto list = recipient.received_offers.find(sender);
    return {&recipient, list == recipient.received_offers.end() ? std::span<const std::size_t>{}
                                                                : recipient.deliveries_after(list->second, frame)};
}

/// Whether the delivery was answered with the code of `answer` before the frame.
[[nodiscard]] inline bool has_answer_like(const traced_delivery& delivery, const observed_packet& answer,
                                          std::uint64_t frame) {
    return delivery.is_answered_before(frame) && delivery.answer->code == answer.code;
}

[[nodiscard]] inline bool has_answer_like(const matching_deliveries& deliveries, const observed_packet& answer,
                                          std::uint64_t frame) {
    const connection_trace& recipient = *deliveries.recipient;
    const auto end = std::partition_point(deliveries.indexes.begin(), deliveries.indexes.end(), [&](std::size_t index) {
        return recipient.deliveries[index].is_answered_before(frame);
    });
    return std::any_of(deliveries.indexes.begin(), end,
                       [&](std::size_t index) { return recipient.deliveries[index].answer->code == answer.code; });
}

/// Whether so much was unanswered by the client before the frame that a server may have had a bound for it.
[[nodiscard]] bool owes_many(const connection_trace& client, std::uint64_t frame);
/// FLOW-9: whether a delivery to this client in the interval may have waited for an earlier one. It cannot have where
/// the server answered, before the interval, a request that the client sent after its last ERROR.
[[nodiscard]] bool may_delay_delivery(const judge_context& context, const connection_trace& recipient,
                                      std::uint64_t from, std::uint64_t until);
/// No traced client explains the answer: a violation if the trace has all clients, inconclusive otherwise.
void fail_if_complete(judge_context& context, std::string_view rule, const connection_trace& connection,
                      const observed_packet& answer, std::string expected);

/// A frame before which the server has certainly processed the SMA: a delivery shows it, or the answer.
[[nodiscard]] std::uint64_t processed_before(const judge_context& context, const connection_trace& sender,
                                             const traced_request& sma);

// The checks of answered requests, one for each family of rules.
void check_login(judge_context& context, const connection_trace& connection,
                 const traced_request& request);  // CONN-1, 2, 4 to 6
void check_second_login(judge_context& context, const connection_trace& connection,
                        const traced_request& request);  // CONN-7
void check_early_request(judge_context& context, const connection_trace& connection,
                         const traced_request& request);  // CONN-8
void check_rpm(judge_context& context, const connection_trace& connection,
               const traced_request& request);  // PM-1, PM-2
void check_spm(judge_context& context, const connection_trace& connection,
               const traced_request& request);  // PM-3 to PM-10
void check_sma(judge_context& context, const connection_trace& connection, const traced_request& request);  // ALL
void check_pc(judge_context& context, const connection_trace& connection, const traced_request& request);   // PC

}  // namespace chatos::conformance
