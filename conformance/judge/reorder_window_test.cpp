#include "judge/reorder_window.hpp"
#include "model/fault.hpp"
#include "testing/captured_model_run.hpp"
#include "testing/trace_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using testing::captured_model_run;
using testing::captured_run_settings;
using testing::trace_builder;

/// As if every frame had been recorded up to `delay_max` late, each connection in order.
void delay_frames(trace& observed, std::chrono::nanoseconds delay_max, std::uint64_t seed) {
    struct delayed_frame {
        std::int64_t time_ns;
        std::uint64_t frame;
        std::size_t connection;
    };
    std::mt19937_64 random{seed};
    std::vector<delayed_frame> order;
    for (std::size_t index = 0; index < observed.connections.size(); ++index) {
        std::vector<delayed_frame> frames;
        for (const direction_trace& direction : observed.connections[index].directions) {
            for (const observed_packet& packet : direction.packets) {
                frames.push_back({packet.time_ns, packet.frame, index});
            }
            if (direction.end != direction_end::open) {
                frames.push_back({direction.end_time_ns, direction.end_frame, index});
            }
        }
        std::sort(frames.begin(), frames.end(), [](const auto& l, const auto& r) { return l.frame < r.frame; });
        std::int64_t time_ns = 0;
        std::int64_t delayed_ns = 0;
        for (delayed_frame& each : frames) {
            time_ns = std::max(time_ns, each.time_ns);
            const auto delay_ns = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(delay_max.count()));
            delayed_ns = each.time_ns = std::max(delayed_ns, time_ns + delay_ns);
        }
        order.insert(order.end(), frames.begin(), frames.end());
    }
    std::sort(order.begin(), order.end(), [](const delayed_frame& left, const delayed_frame& right) {
        return left.time_ns != right.time_ns ? left.time_ns < right.time_ns : left.frame < right.frame;
    });
    std::vector<std::pair<std::uint64_t, std::int64_t>> moved(observed.frames + 1);
    for (std::size_t index = 0; index < order.size(); ++index) {
        moved[order[index].frame] = {index + 1, order[index].time_ns};
    }
    for (connection& source : observed.connections) {
        for (direction_trace& direction : source.directions) {
            for (observed_packet& packet : direction.packets) {
                packet.time_ns = moved[packet.frame].second;
                packet.frame = moved[packet.frame].first;
            }
            if (direction.end != direction_end::open) {
                direction.end_time_ns = moved[direction.end_frame].second;
                direction.end_frame = moved[direction.end_frame].first;
            }
        }
    }
}

TEST(ReorderWindow, frames_out_of_order_within_it_accuse_nobody) {
    std::size_t accused_without = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        captured_run_settings settings;
        settings.seed = seed;
        settings.near_server = seed % 3 == 0;
        if (seed % 2 == 0) {
            const auto& variants = all_entries<conformance::variant>();
            settings.server.wire.variants.add(variants[seed / 2 % variants.size()].id);
        }
        trace observed = captured_model_run{settings}.run();
        delay_frames(observed, 5ms, seed);
        judge_settings judge_settings;
        judge_settings.judges_clients = false;
        judge_settings.has_all_clients = seed % 4 == 0;
        accused_without += judge(observed, judge_settings).violations.empty() ? 0 : 1;
        judge_settings.reorder_window = 5ms;
        const judge_report report = judge(observed, judge_settings);
        for (const violation& violation : report.violations) {
            ADD_FAILURE() << "seed " << seed << ": " << violation.rule << " frame " << violation.frame << ": expected "
                          << violation.expected << "; got " << violation.actual;
        }
    }
    EXPECT_GT(accused_without, 20U) << "the frames are not out of order";
}

/// The recipient's answer has a later frame than the sender's: frames of 1 ms each.
trace_builder answers_out_of_order() {
    trace_builder early = testing::two_users();
    early.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
    early.server(0, trace_builder::error(0)).client(1, trace_builder::error(0)).ping(1).ping(0);
    return early;
}

TEST(ReorderWindow, what_rests_on_the_order_within_it_is_inconclusive) {
    const trace_builder early = answers_out_of_order();
    judge_settings settings;
    EXPECT_EQ(early.rules(settings), "PM-4");
    settings.reorder_window = 1ms;
    EXPECT_EQ(early.rules(settings), "");
    EXPECT_EQ(early.verdict("PM-4", settings), judge_verdict::inconclusive);
}

TEST(ReorderWindow, an_answer_that_no_order_explains_is_wrong_within_it_as_well) {
    judge_settings settings;
    settings.reorder_window = 10ms;
    for (const std::uint8_t code : {std::uint8_t{1}, std::uint8_t{5}}) {
        trace_builder wrong = testing::two_users();
        wrong.client(0, trace_builder::spm("bob", "hi")).server(1, trace_builder::spm("alice", "hi"));
        wrong.client(1, trace_builder::error(code)).server(0, trace_builder::error(0));
        EXPECT_EQ(wrong.rules(settings), "PM-4") << int{code};
    }
}

TEST(ReorderWindow, what_lies_farther_apart_is_in_order) {
    trace_builder late = testing::two_users();
    for (int count = 0; count < 10; ++count) {
        late.ping(2).ping(1);
    }
    late.client(0, trace_builder::spm("bob", "hi"));
    for (int count = 0; count < 10; ++count) {
        late.ping(2);
    }
    late.server(0, trace_builder::error(0));
    for (int count = 0; count < 10; ++count) {
        late.ping(2);
    }
    late.ping(1).ping(0);
    judge_settings settings;
    settings.judges_clients = false;
    settings.reorder_window = 5ms;
    EXPECT_NE(late.rules(settings).find("PM-3"), std::string::npos) << "no delivery at all";
}

TEST(ReorderWindow, an_order_that_is_known_needs_none) {
    trace observed = answers_out_of_order().observed();
    judge_settings settings;
    settings.reorder_window = 10ms;
    EXPECT_TRUE(judge(observed, settings).violations.empty());
    observed.is_in_order = true;
    EXPECT_EQ(judge(observed, settings).violations.size(), 1U);
}

TEST(ReorderWindow, bounds_are_those_of_the_window) {
    trace observed;
    direction_trace& direction = observed.connections.emplace_back().from(side::client);
    for (std::uint64_t frame = 1; frame <= 9; ++frame) {
        observed_packet& packet = direction.packets.emplace_back();
        packet.frame = frame * 10;
        packet.time_ns = static_cast<std::int64_t>(frame) * 1'000'000;
    }
    const reorder_window window{observed, 2ms};
    EXPECT_EQ(window.earliest(50), 30U);
    EXPECT_EQ(window.latest(50), 71U);
    EXPECT_EQ(window.earliest(10), 10U);
    EXPECT_EQ(window.latest(90), 90U);
    EXPECT_EQ(window.earliest(55), 30U) << "it may be as early as the frame before it";
    EXPECT_EQ(window.latest(55), 81U) << "it may be as late as the frame after it";
    EXPECT_EQ(window.earliest(5), 5U);
    EXPECT_EQ(window.latest(95), 95U);
    const reorder_window none{observed, 0ms};
    EXPECT_EQ(none.earliest(50), 50U);
    EXPECT_EQ(none.latest(50), 50U);
}

TEST(ReorderWindow, ends_have_times_of_their_own) {
    trace observed;
    for (std::uint64_t frame = 1; frame <= 5; ++frame) {
        direction_trace& direction = observed.connections.emplace_back().from(side::client);
        direction.end = direction_end::fin;
        direction.end_frame = frame * 10;
        direction.end_time_ns = static_cast<std::int64_t>(frame) * 1'000'000;
    }
    const reorder_window window{observed, 1ms};
    EXPECT_EQ(window.earliest(30), 20U);
    EXPECT_EQ(window.latest(30), 41U);
}

TEST(ReorderWindow, times_that_go_back_make_everything_between_uncertain) {
    trace observed;
    direction_trace& direction = observed.connections.emplace_back().from(side::client);
    const std::int64_t times_ms[] = {1, 2, 100, 3, 4, 101};
    for (std::size_t index = 0; index < std::size(times_ms); ++index) {
        observed_packet& packet = direction.packets.emplace_back();
        packet.frame = index + 1;
        packet.time_ns = times_ms[index] * 1'000'000;
    }
    const reorder_window window{observed, 1ms};
    EXPECT_EQ(window.latest(3), 7U) << "the last one is within 1 ms of the third";
    EXPECT_EQ(window.earliest(5), 3U);
}

}  // namespace
}  // namespace chatos::conformance
