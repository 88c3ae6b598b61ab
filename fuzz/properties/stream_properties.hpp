// What must hold of stream_decoder for any stream, however it is cut into fragments.
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

/// The properties of stream_decoder for one input of the harness (see decode_plan.hpp).
[[nodiscard]] verdict check_stream(std::span<const std::byte> input);

/// Follows a stream decoder through fragments, and compares each of its results with what decode() says of the packet
/// when all of its bytes lie side by side.
template <typename Codec>
class split_check {
public:
    split_check(const decode_plan& plan, workspace& memory)
        : stream_{plan.stream}, bounds_{plan.bounds}, memory_{memory}, decoder_{memory.storage(plan.bounds),
                                                                                plan.bounds} {
        look_at_packet();
    }

    /// "split": any fragments give the packets and the error of the whole stream, each as soon as its last byte has
    /// come. "stays": an error stays, and nothing is taken after it. "allocation": nothing is allocated.
    verdict run(splitter sizes) {
        while (!is_over_) {
            const std::size_t size = sizes.next(stream_.size() - given_);
            const std::size_t end = given_ + size;
            // The copy dies with the next fragment: a decoder that keeps pointers into it reads other bytes.
            std::span<const std::byte> fragment = memory_.fragment.lend_copy(stream_.subspan(given_, size));
            if (verdict broken = take(fragment, end)) {
                return broken;
            }
            is_over_ = is_over_ || end == stream_.size();
        }
        return {};
    }

private:
    /// What is true of the packet that starts at start_, and how many bytes show it.
    void look_at_packet() {
        const std::span<const std::byte> remaining = stream_.subspan(start_);
        whole_ = Codec::decode(remaining, bounds_, start_);
        switch (whole_.status) {
        case decode_status::complete: decided_by_ = whole_.consumed; break;
        case decode_status::incomplete: decided_by_ = remaining.size() + 1; break;
        case decode_status::malformed: decided_by_ = bytes_that_show(remaining, whole_.error); break;
        }
    }

    verdict take(std::span<const std::byte>& fragment, std::size_t end) {
        for (;;) {
            const std::size_t before = fragment.size();
            const std::uint64_t allocations_before = allocations();
            const decode_result result = decoder_.next(fragment);
            if (allocations() != allocations_before) {
                return failure{"allocation", "the stream decoder allocated memory"};
            }
            if (fragment.size() > before) {
                return failure{"split", "the decoder gave bytes back"};
            }
            given_ += before - fragment.size();
            const bool is_decided = end - start_ >= decided_by_;
            if (is_decided ? !is_same_event(result, whole_) : result.status != decode_status::incomplete) {
                return failure{"split", "a fragment that ends at " + std::to_string(end) +
                                            " gave another event than the whole stream"};
            }
            switch (result.status) {
            case decode_status::complete:
                memory_.consume(result.packet);
                start_ += result.consumed;
                if (given_ != start_ || decoder_.offset() != start_ || decoder_.buffered() != 0) {
                    return failure{"split", "a packet was given out, and the decoder is not at its end"};
                }
                look_at_packet();
                break;
            case decode_status::incomplete: return check_incomplete(fragment, result, end);
            case decode_status::malformed: is_over_ = true; return check_error_stays(fragment, result);
            }
        }
    }

    [[nodiscard]] verdict check_incomplete(std::span<const std::byte> fragment, const decode_result& result,
                                           std::size_t end) const {
        if (!fragment.empty()) {
            return failure{"split", "incomplete, and yet bytes were left in the fragment"};
        }
        const std::size_t wanted = next_decision(stream_.subspan(start_, end - start_)) - (end - start_);
        if (result.need != wanted) {
            return failure{"split",
                           "it needs " + std::to_string(result.need) + " bytes instead of " + std::to_string(wanted)};
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
    decode_result whole_{};
    std::size_t decided_by_{0};  // so many bytes of that packet show what it is; more than there are, if none do
    bool is_over_{false};
};

/// All properties for one plan.
template <typename Codec>
verdict check_stream_plan(const decode_plan& plan, workspace& memory) {
    return split_check<Codec>{plan, memory}.run(splitter{plan.split_choice});
}

}  // namespace chatos::fuzz
