// The session harness over scripts that are known: the seeds, every truncation of them, and scripts at random.
#include "seeds/replay.hpp"
#include "seeds/seed_sets.hpp"
#include "session/session_properties.hpp"
#include "session/session_script.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace chatos::fuzz {
namespace {

// Bursts that reach the bounds of thousands are played once, not for each of their truncations.
bool has_large_bursts(const seed& tested) {
    return setup_of(tested.input).large_bursts;
}

TEST(SessionCorpus, seeds_and_every_truncation_of_them) {
    for (const seed& replayed : seeds_of("session")) {
        if (has_large_bursts(replayed)) {
            EXPECT_TRUE(holds(check_session, replayed.input)) << replayed.name << '\n'
                                                              << describe_session(replayed.input);
        } else {
            replay_truncations(check_session, replayed);
        }
    }
}

TEST(SessionCorpus, seeds_under_other_bounds) {
    std::mt19937 random{20210217};
    for (seed tested : seeds_of("session")) {
        if (has_large_bursts(tested) || tested.input.size() < setup_bytes) {
            continue;
        }
        for (int round = 0; round < 30; ++round) {
            tested.input[0] = static_cast<std::byte>(random() % 256);
            tested.input[1] = static_cast<std::byte>(random() % 256);
            ASSERT_TRUE(holds(check_session, tested.input)) << tested.name << '\n' << describe_session(tested.input);
        }
    }
}

TEST(SessionCorpus, scripts_at_random) {
    std::mt19937 random{19'700'101};
    for (int round = 0; round < 5'000; ++round) {
        std::vector<std::byte> input(random() % 250);
        for (std::byte& byte : input) {
            byte = static_cast<std::byte>(random() % 256);
        }
        ASSERT_TRUE(holds(check_session, input)) << "round " << round << '\n' << describe_session(input);
    }
}

TEST(SessionSeeds, use_every_command) {
    std::set<action> used;
    for (const seed& tested : make_session_seeds()) {
        script_reader reader{tested.input};
        for (session_step step; reader.next(step);) {
            used.insert(step.what);
        }
    }
    for (unsigned value = 0; value < 32; ++value) {
        EXPECT_TRUE(used.contains(static_cast<action>(value))) << "no seed uses action " << value;
    }
}

TEST(SessionSeeds, play_the_flows_that_they_are_named_after) {
    const auto transcript_of = [](std::string_view name) {
        const std::vector<seed> all = make_session_seeds();
        return describe_session(std::ranges::find(all, name, &seed::name)->input);
    };
    const auto expect = [&](std::string_view name, std::string_view words) {
        EXPECT_NE(transcript_of(name).find(words), std::string::npos) << name << " does not show '" << words << "':\n"
                                                                      << transcript_of(name);
    };
    expect("login_taken_pseudo", "connection 2 got ERROR 1, ERROR 0\n");
    expect("login_full", "connection 2 got ERROR 2\n");
    expect("login_slow", "connection 1 got ERROR 5\n");
    expect("bound_output_bytes", "connection 1 got ERROR 0, ERROR 0, ERROR 4, ERROR 0, ERROR 4\n");
    expect("spm", "connection 1 got ERROR 0, ERROR 0, ERROR 0, ERROR 5\n");
    expect("spm_without_rpm", "connection 1 got ERROR 0, ERROR 5, ERROR 4, ERROR 4\n");
    expect("spm_to_the_next_of_that_name", "connection 1 got ERROR 0, ERROR 0, ERROR 5, ERROR 0, ERROR 0\n");
    expect("sma_alone", "connection 1 got ERROR 0, ERROR 0\n");
    expect("sma_to_three", "connection 1 got ERROR 0, ERROR 5\n");
    expect("pc_accepted", "connection 1 got ERROR 0, ERROR 0, ERROR 0\n");
    expect("pc_refused", "connection 1 got ERROR 0, ERROR 0, ERROR 5\n");
    expect("pc_timed_out", "connection 1 got ERROR 0, ERROR 0, ERROR 4\n");
    expect("late_answer", "connection 1 got ERROR 0, ERROR 0, ERROR 4, ERROR 0, ERROR 0\n");
    expect("time_passes_before_a_write", "connection 1 got ERROR 0, ERROR 5\n");
    expect("time_passes_before_a_connection", "connection 3 got ERROR 5\n");
    expect("end_behind_packets_that_wait", "connection 1 got ERROR 0, ERROR 0, ERROR 4, ERROR 4\n");
    expect("time_outs_in_a_row", "2: is closed by the server");
    expect("half_close_with_answers_due", "connection 1 got ERROR 0, ERROR 0, ERROR 5, ERROR 0, ERROR 0\n");
    expect("bound_favours_not_filled_by_one", "ERROR 0, ERROR 5\n");
    expect("bound_favours", "ERROR 0, ERROR 5, ERROR 4\n");
}

TEST(SessionScript, is_told_in_words) {
    const std::vector<seed> all = make_session_seeds();
    EXPECT_EQ(describe_session(std::ranges::find(all, "late_answer", &seed::name)->input),
              "1: connects\n"
              "1: connects and registers as alice\n"
              "2: connects\n"
              "2: connects and registers as bob\n"
              "1: sends RPM bob and SPM bob \"1\"\n"
              "1: sends RPM bob and SPM bob \"2\"\n"
              "time until just after the next deadline\n"
              "2: sends ERROR 5\n"
              "2: sends ERROR 0\n"
              "2: sends ERROR 0\n"
              "all read on and say nothing, until nothing is left to happen; then all leave\n"
              "2: reset\n"
              "1: is closed by the server\n"
              "connection 1 got ERROR 0, ERROR 0, ERROR 4, ERROR 0, ERROR 0\n"
              "connection 2 got ERROR 0, SPM alice \"1\", SPM alice \"2\"\n");
}

TEST(SessionScript, any_bytes_are_one) {
    EXPECT_FALSE(check_session({}));
    EXPECT_EQ(describe_session({}), "all read on and say nothing, until nothing is left to happen; then all leave\n");
    const std::vector<std::byte> raw_without_its_bytes(6, static_cast<std::byte>(0x6F));
    EXPECT_TRUE(holds(check_session, raw_without_its_bytes));
}

}  // namespace
}  // namespace chatos::fuzz
