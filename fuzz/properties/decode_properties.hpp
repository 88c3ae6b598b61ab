// What must hold of the decoder for any input whatever. The properties are templates over the codec under test, so
// that tests can show, with codecs that are wrong on purpose, that each of them can fail.
#pragma once

#include "properties/decode_plan.hpp"
#include "properties/verdict.hpp"
#include "properties/wire_reading.hpp"
#include "properties/workspace.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/stream_decoder.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace chatos::fuzz {

/// The codec as it is.
struct real_codec {
    static decode_result decode(std::span<const std::byte> input, const limits& bounds, std::uint64_t base) noexcept {
        return chatos::decode(input, bounds, base);
    }
    static encode_result encode(const packet_view& packet, std::span<std::byte> output, const limits& bounds) noexcept {
        return chatos::encode(packet, output, bounds);
    }
    using stream_decoder = chatos::stream_decoder;
};

/// All properties of the decoder for one input of the harness (see decode_plan.hpp).
[[nodiscard]] verdict check_decode_properties(std::span<const std::byte> input);

/// Opcode, and for each of two parts its size and its body.
inline constexpr int decisions_max = 5;

/// Whether two results are the same event. Views are compared by content: they may lie in different memory.
[[nodiscard]] constexpr bool is_same_event(const decode_result& left, const decode_result& right) noexcept {
    if (left.status != right.status) {
        return false;
    }
    switch (left.status) {
    case decode_status::complete: return left.packet == right.packet && left.consumed == right.consumed;
    case decode_status::incomplete: return left.need == right.need;
    case decode_status::malformed: return left.error == right.error;
    }
    return false;
}

/// "need": from one decision to the next the decoder asks for the exact number of bytes; fewer never complete a packet
/// nor show an error, and what it has once decided, more bytes do not change. `whole` is its result for `input`.
template <typename Codec>
verdict check_need(std::span<const std::byte> input, const limits& bounds, const decode_result& whole) {
    std::size_t have = 0;
    for (int decisions = 0; decisions <= decisions_max; ++decisions) {
        const decode_result now = Codec::decode(input.first(have), bounds, 0);
        if (now.status != decode_status::incomplete) {
            if (now.status == decode_status::complete && now.consumed != have) {
                return failure{"need", "a packet was complete before or after its last byte had come"};
            }
            return is_same_event(now, whole) ? verdict{} : failure{"need", "more bytes changed a decision"};
        }
        if (now.need == 0) {
            return failure{"need", "incomplete, but nothing is needed"};
        }
        const std::size_t left = input.size() - have;
        const auto check_fewer = [&](std::size_t fewer) {
            const decode_result then = Codec::decode(input.first(have + fewer), bounds, 0);
            return then.status == decode_status::incomplete && then.need == now.need - fewer;
        };
        for (const std::size_t fewer : {std::size_t{1}, std::size_t{2}, now.need - 1}) {
            if (fewer < now.need && fewer <= left && !check_fewer(fewer)) {
                return failure{"need", "with " + std::to_string(have + fewer) + " bytes it did not go on to need " +
                                           std::to_string(now.need - fewer) + " more"};
            }
        }
        if (left < now.need) {
            return check_fewer(left) && whole.status == decode_status::incomplete && whole.need == now.need - left
                       ? verdict{}
                       : failure{"need", "the whole input decides with fewer bytes than were needed"};
        }
        have += now.need;
    }
    return failure{"need", "more decisions than a packet has fields"};
}

/// "offset": the position of the input in its stream is added to the offset of an error and changes nothing else.
template <typename Codec>
verdict check_base_offset(std::span<const std::byte> input, const decode_plan& plan, const decode_result& whole) {
    decode_result moved = Codec::decode(input, plan.bounds, plan.base_offset);
    if (moved.status == decode_status::malformed) {
        if (moved.error.offset < plan.base_offset) {
            return failure{"offset", "an error lies before the start of the input"};
        }
        moved.error.offset -= plan.base_offset;
    }
    return is_same_event(moved, whole) ? verdict{} : failure{"offset", "the base offset changed the result"};
}

/// "round-trip": what was accepted encodes back to the very bytes, in a buffer of just that size and no smaller one.
template <typename Codec>
verdict check_round_trip(std::span<const std::byte> input, const limits& bounds, const decode_result& whole,
                         workspace& memory) {
    const std::span<const std::byte> accepted = input.first(whole.consumed);
    if (encoded_size(whole.packet) != accepted.size()) {
        return failure{"round-trip", "encoded_size() is not the size of the packet"};
    }
    const encode_result small = Codec::encode(whole.packet, memory.encoded.lend(accepted.size() - 1), bounds);
    if (small.status != encode_status::buffer_too_small || small.size != accepted.size()) {
        return failure{"round-trip", "a buffer that is one byte too small was not refused with the size it needs"};
    }
    const std::span<std::byte> buffer = memory.encoded.lend(accepted.size());
    const encode_result written = Codec::encode(whole.packet, buffer, bounds);
    if (written.status != encode_status::ok || written.size != accepted.size()) {
        return failure{"round-trip", "the encoder refuses what the decoder accepts"};
    }
    return std::ranges::equal(buffer, accepted) ? verdict{} : failure{"round-trip", "other bytes came back"};
}

/// "fields" and "error": a result is true of the bytes that it is about.
inline verdict check_result(std::span<const std::byte> input, const limits& bounds, const decode_result& whole) {
    if (whole.status == decode_status::complete) {
        if (whole.consumed > input.size() || whole.consumed < 2) {
            return failure{"fields", "a packet does not lie inside the input"};
        }
        const std::string_view wrong = misplaced_field(input, whole, bounds);
        return wrong.empty() ? verdict{} : failure{"fields", std::string{wrong}};
    }
    if (whole.status == decode_status::malformed) {
        const std::string_view wrong = untrue_error(input, 0, whole.error, bounds);
        return wrong.empty() ? verdict{} : failure{"error", std::string{wrong}};
    }
    return {};
}

/// Follows a stream decoder through fragments, and compares each of its results with decode().
template <typename Codec>
class split_check {
public:
    split_check(const decode_plan& plan, workspace& memory)
        : stream_{plan.stream}, bounds_{plan.bounds}, memory_{memory}, decoder_{memory.storage(plan.bounds),
                                                                                plan.bounds} {}

    /// "split": any fragments give the packets and the error of the whole stream, each as soon as its last byte has
    /// come. "stays": an error stays, and nothing is taken after it.
    verdict run(splitter sizes) {
        while (!is_over_) {
            const std::size_t size = sizes.next(stream_.size() - given_);
            const std::size_t end = given_ + size;
            // The copy dies with the next fragment: a decoder that keeps pointers into it reads other bytes.
            std::span<const std::byte> fragment = memory_.fragment.lend_copy(stream_.subspan(given_, size));
            if (verdict found = take(fragment, end)) {
                return found;
            }
            is_over_ = is_over_ || end == stream_.size();
        }
        return {};
    }

private:
    verdict take(std::span<const std::byte>& fragment, std::size_t end) {
        for (;;) {
            const std::size_t before = fragment.size();
            const decode_result seen = decoder_.next(fragment);
            if (fragment.size() > before) {
                return failure{"split", "the decoder gave bytes back"};
            }
            given_ += before - fragment.size();
            const decode_result wanted = Codec::decode(stream_.subspan(start_, end - start_), bounds_, start_);
            if (seen.status != wanted.status ||
                (seen.status != decode_status::incomplete && !is_same_event(seen, wanted))) {
                return failure{"split", "a fragment that ends at " + std::to_string(end) +
                                            " gave another event than the whole stream"};
            }
            switch (seen.status) {
            case decode_status::complete:
                memory_.consume(seen.packet);
                start_ += seen.consumed;
                if (given_ != start_ || decoder_.offset() != start_ || decoder_.buffered() != 0) {
                    return failure{"split", "a packet was given out, and the decoder is not at its end"};
                }
                break;
            case decode_status::incomplete: return check_incomplete(fragment, seen, wanted);
            case decode_status::malformed: is_over_ = true; return check_error_stays(fragment, seen);
            }
        }
    }

    [[nodiscard]] verdict check_incomplete(std::span<const std::byte> fragment, const decode_result& seen,
                                           const decode_result& wanted) const {
        if (!fragment.empty()) {
            return failure{"split", "incomplete, and yet bytes were left in the fragment"};
        }
        if (seen.need != wanted.need) {
            return failure{"split", "it needs " + std::to_string(seen.need) + " bytes instead of " +
                                        std::to_string(wanted.need)};
        }
        if (decoder_.buffered() != given_ - start_ || decoder_.offset() != start_) {
            return failure{"split", "the decoder does not hold the bytes of the unfinished packet"};
        }
        return {};
    }

    verdict check_error_stays(std::span<const std::byte> fragment, const decode_result& error) {
        constexpr std::byte error_ok[] = {std::byte{6}, std::byte{0}};
        for (const std::span<const std::byte> offered :
             {fragment, std::span<const std::byte>{error_ok}, std::span<const std::byte>{}}) {
            std::span<const std::byte> left = offered;
            const decode_result again = decoder_.next(left);
            if (!is_same_event(again, error) || left.size() != offered.size() || decoder_.offset() != start_) {
                return failure{"stays", "after an error the decoder went on"};
            }
        }
        return {};
    }

    std::span<const std::byte> stream_;
    limits bounds_;
    workspace& memory_;
    typename Codec::stream_decoder decoder_;
    std::size_t given_{0};  // bytes that the decoder has taken
    std::size_t start_{0};  // of the packet that is next
    bool is_over_{false};
};

/// A packet is decoded alone, so that the first few of a stream show what all of them would; runs are worth more.
inline constexpr int probed_packets_max = 8;

/// The properties of one packet, and then of the next, to the end of the stream or an error.
template <typename Codec>
verdict check_packets(const decode_plan& plan, workspace& memory) {
    std::span<const std::byte> rest = plan.stream;
    for (int count = 0;; ++count) {
        const decode_result whole = Codec::decode(rest, plan.bounds, 0);
        if (verdict found = check_result(rest, plan.bounds, whole)) {
            return found;
        }
        if (count < probed_packets_max || whole.status != decode_status::complete) {
            if (verdict found = check_need<Codec>(rest, plan.bounds, whole)) {
                return found;
            }
            if (verdict found = check_base_offset<Codec>(rest, plan, whole)) {
                return found;
            }
        }
        if (whole.status != decode_status::complete) {
            return {};
        }
        if (verdict found = check_round_trip<Codec>(rest, plan.bounds, whole, memory)) {
            return found;
        }
        memory.consume(whole.packet);
        rest = rest.subspan(whole.consumed);
    }
}

/// All properties for one plan.
template <typename Codec>
verdict check_decode_plan(const decode_plan& plan, workspace& memory) {
    if (verdict found = check_packets<Codec>(plan, memory)) {
        return found;
    }
    return split_check<Codec>{plan, memory}.run(splitter{plan.split_choice});
}

}  // namespace chatos::fuzz
