// What must hold of decode() for any input. The properties are templates over the codec under test, so that
// tests can show, with codecs that are wrong on purpose, that each of them can fail.
#pragma once

#include "properties/allocation_watch.hpp"
#include "properties/decode_plan.hpp"
#include "properties/real_codec.hpp"
#include "properties/verdict.hpp"
#include "properties/wire_reading.hpp"
#include "properties/workspace.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

/// The properties of decode() for one input of the harness (see decode_plan.hpp).
[[nodiscard]] verdict check_decode(std::span<const std::byte> input);

/// "fields", "offset" and "error": `whole`, the result for `input`, is true of the bytes that it is about. `base` is
/// the position of `input` in its stream.
inline verdict check_result(std::span<const std::byte> input, const limits& bounds, std::uint64_t base,
                            const decode_result& whole) {
    if (whole.status == decode_status::complete) {
        if (whole.consumed > input.size() || whole.consumed < 2) {
            return failure{"fields", "a packet does not lie inside the input"};
        }
        const std::string_view wrong = misplaced_field(input, whole, bounds);
        return wrong.empty() ? verdict{} : failure{"fields", std::string{wrong}};
    }
    if (whole.status == decode_status::malformed) {
        if (whole.error.offset - base >= input.size()) {
            return failure{"offset", "an error does not lie in the input, whose place in the stream is known"};
        }
        const std::string_view wrong = untrue_error(input, base, whole.error, bounds);
        return wrong.empty() ? verdict{} : failure{"error", std::string{wrong}};
    }
    return {};
}

/// "need": `input`, which shows no decision yet, is answered with exactly the bytes that bring the next one.
inline verdict check_incomplete(std::span<const std::byte> input, const decode_result& result) {
    if (result.status != decode_status::incomplete) {
        return failure{"need", "a decision came before the bytes that show it"};
    }
    const std::size_t wanted = next_decision(input) - input.size();
    return result.need == wanted
               ? verdict{}
               : failure{"need", "with " + std::to_string(input.size()) + " bytes it needs " +
                                     std::to_string(result.need) + " more, not " + std::to_string(wanted)};
}

/// "need": the first `have` bytes of `input` give the decision that they show, or ask for more. `whole` is the true
/// result for all of `input`, which is at position `base` of its stream.
template <typename Codec>
verdict check_fewer(std::span<const std::byte> input, std::size_t have, const limits& bounds, std::uint64_t base,
                    const decode_result& whole) {
    const decode_result now = Codec::decode(input.first(have), bounds, base);
    const bool is_decided = (whole.status == decode_status::complete && have >= whole.consumed) ||
                            (whole.status == decode_status::malformed && have >= bytes_that_show(input, whole.error));
    if (is_decided) {
        return is_same_event(now, whole) ? verdict{} : failure{"need", "more bytes changed a decision"};
    }
    return check_incomplete(input.first(have), now);
}

/// The properties of one packet ("allocation": decoding it allocates nothing), and then of the next, to the end of the
/// stream or an error. The plan's split choice says where the first is cut to see what fewer bytes bring.
template <typename Codec>
verdict check_decode_plan(const decode_plan& plan, workspace& memory) {
    std::size_t start = 0;
    for (;;) {
        const std::span<const std::byte> remaining = plan.stream.subspan(start);
        const std::uint64_t base = plan.base_offset + start;
        const std::uint64_t allocations_before = allocations();
        const decode_result whole = Codec::decode(remaining, plan.bounds, base);
        if (allocations() != allocations_before) {
            return failure{"allocation", "the decoder allocated memory"};
        }
        if (verdict broken = check_result(remaining, plan.bounds, base, whole)) {
            return broken;
        }
        const bool is_complete = whole.status == decode_status::complete;
        if (start == 0) {
            const std::size_t cuts = (is_complete ? whole.consumed : remaining.size()) + 1;
            if (verdict broken = check_fewer<Codec>(remaining, plan.split_choice % cuts, plan.bounds, base, whole)) {
                return broken;
            }
        }
        if (!is_complete) {
            return whole.status == decode_status::incomplete ? check_incomplete(remaining, whole) : verdict{};
        }
        memory.consume(whole.packet);
        start += whole.consumed;
    }
}

}  // namespace chatos::fuzz
