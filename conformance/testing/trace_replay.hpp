// Lets a finished trace grow again, frame by frame, as a reader of a long capture sees it.
#pragma once

#include "judge/running_judge.hpp"
#include "judge/trace.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace chatos::conformance::testing {

class trace_replay {
public:
    explicit trace_replay(trace whole)
        : whole_{std::move(whole)}, has_begun_(whole_.connections.size()), next_(whole_.connections.size()) {}

    /// What `judge` says of the trace in parts of `frames_per_part` frames, each judged one part later.
    judge_report judge_in_parts(const judge_settings& settings, std::uint64_t frames_per_part,
                                std::size_t packets_max) {
        running_judge judge{settings};
        for (std::uint64_t frame = frames_per_part; frame < whole_.frames; frame += frames_per_part) {
            grow_until(frame);
            judge.judge_until(growing_, frame - frames_per_part, packets_max);
            packets_kept_max_ = std::max(packets_kept_max_, count_packets());
        }
        grow_until(UINT64_MAX);
        judge.judge_rest(growing_);
        return {.violations = judge.take_violations(), .verdicts = judge.verdicts()};
    }

    /// How many packets and connections the trace had at most after a part.
    [[nodiscard]] std::size_t packets_kept_max() const noexcept { return packets_kept_max_; }

private:
    void grow_until(std::uint64_t frame) {
        for (std::size_t index = 0; index < whole_.connections.size(); ++index) {
            const connection& source = whole_.connections[index];
            for (const side sender : {side::client, side::server}) {
                grow_direction(index, source, sender, frame);
            }
        }
        growing_.frames = std::min(frame, whole_.frames);
    }

    void grow_direction(std::size_t index, const connection& source, side sender, std::uint64_t frame) {
        const direction_trace& from = source.from(sender);
        std::size_t& next = next_[index][static_cast<std::size_t>(sender)];
        for (; next < from.packets.size() && from.packets[next].frame <= frame; ++next) {
            direction_at(index, sender).packets.push_back(from.packets[next]);
        }
        if (from.malformed && from.malformed->frame <= frame && is_known(index)) {
            direction_at(index, sender).malformed = from.malformed;
        }
        if (from.end != direction_end::open && from.end_frame <= frame && is_known(index)) {
            direction_trace& to = direction_at(index, sender);
            to.end = from.end;
            to.end_frame = from.end_frame;
            to.is_finished = true;
            to.unfinished = from.unfinished;
        }
    }

    /// Not yet dropped.
    [[nodiscard]] bool is_known(std::size_t index) const {
        return !has_begun_[index] || find(whole_.connections[index].stream) != nullptr;
    }
    [[nodiscard]] const connection* find(std::uint32_t stream) const {
        const auto position = std::find_if(growing_.connections.begin(), growing_.connections.end(),
                                           [&](const connection& each) { return each.stream == stream; });
        return position == growing_.connections.end() ? nullptr : &*position;
    }
    direction_trace& direction_at(std::size_t index, side sender) {
        const std::uint32_t stream = whole_.connections[index].stream;
        const auto position = std::find_if(growing_.connections.begin(), growing_.connections.end(),
                                           [&](const connection& each) { return each.stream == stream; });
        if (position != growing_.connections.end()) {
            return position->from(sender);
        }
        has_begun_[index] = true;
        growing_.connections.emplace_back().stream = stream;
        return growing_.connections.back().from(sender);
    }
    [[nodiscard]] std::size_t count_packets() const {
        std::size_t sum = growing_.connections.size();
        for (const connection& each : growing_.connections) {
            sum += each.directions[0].packets.size() + each.directions[1].packets.size();
        }
        return sum;
    }

    trace whole_;
    trace growing_;
    std::vector<bool> has_begun_;
    std::vector<std::array<std::size_t, 2>> next_;
    std::size_t packets_kept_max_{0};
};

}  // namespace chatos::conformance::testing
