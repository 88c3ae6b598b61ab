// The core and the model over random histories, and what this comparison can find.
#include "comparison/comparison.hpp"
#include "seeds/seed_sets.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace chatos::fuzz {
namespace {

using conformance::fault;

std::vector<std::byte> random_history(unsigned seed) {
    std::mt19937 random{seed};
    std::vector<std::byte> bytes(20 + random() % 400);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

/// The history without all the steps that the difference does not need.
std::vector<std::byte> shortened(std::vector<std::byte> history) {
    for (std::size_t length = history.size() / 4 * 2; length >= 2; length = length / 4 * 2) {
        for (std::size_t at = 0; at + length <= history.size();) {
            std::vector<std::byte> shorter = history;
            const auto begin = shorter.begin() + static_cast<std::ptrdiff_t>(at);
            shorter.erase(begin, begin + static_cast<std::ptrdiff_t>(length));
            if (check_model(shorter)) {
                history = std::move(shorter);
            } else {
                at += 2;
            }
        }
        if (length == 2) {
            break;
        }
    }
    return history;
}

#ifdef NDEBUG
constexpr unsigned histories = 10'000;
#else
constexpr unsigned histories = 1'000;
#endif

TEST(TwoReadings, the_core_and_the_model_show_the_same_to_everybody) {
    for (unsigned seed = 1; seed <= histories; ++seed) {
        const std::vector<std::byte> history = random_history(seed);
        const verdict broken = check_model(history);
        ASSERT_FALSE(broken) << "seed " << seed << ", shortened:\n" << describe_two_readings(shortened(history));
    }
}

TEST(TwoReadings, every_seed_is_a_history_in_which_they_agree) {
    for (const seed& tested : make_history_seeds()) {
        const verdict broken = check_model(tested.input);
        EXPECT_FALSE(broken) << tested.name << ": " << broken->detail;
        EXPECT_TRUE(describe_two_readings(tested.input).ends_with("no difference\n")) << tested.name;
    }
}

/// True when one of so many histories tells a model with this fault from the core.
bool is_found(fault fault, unsigned tries) {
    conformance::fault_set faults;
    faults.add(fault);
    for (unsigned seed = 1; seed <= tries; ++seed) {
        if (check_model(random_history(seed), faults)) {
            return true;
        }
    }
    return false;
}

TEST(TwoReadings, a_model_that_breaks_a_rule_is_told_from_the_core) {
    using enum fault;
    for (const fault fault : {delivered_spm_in_wrong_order,
                              empty_pseudo_asked_for,
                              code_3_relayed,
                              unfinished_packet_forgotten,
                              case_ignored,
                              pseudo_kept_after_reset,
                              second_cr_gets_ok,
                              no_room_after_leaving,
                              rpm_to_nobody_gets_ok,
                              spm_answered_twice,
                              rpm_outlives_session,
                              rpm_serves_every_recipient,
                              spm_recipient_reset_unanswered,
                              spm_timeout_gets_refused,
                              sma_last_code_wins,
                              sma_left_counts_as_ok,
                              sma_timeout_counts_as_ok,
                              sma_alone_unanswered,
                              pc_decision_twice,
                              pc_peer_gone_gets_refused,
                              pc_timeout_gets_refused,
                              pc_to_oneself_gets_unreachable,
                              answers_when_settled,
                              later_answers_before_decision,
                              answer_settles_newest,
                              stray_error_kept,
                              late_answer_answers_next,
                              late_decision_relayed,
                              one_request_at_a_time,
                              own_request_blocks_answers,
                              clock_runs_behind_decision,
                              half_close_drops_answers,
                              half_close_keeps_session,
                              half_close_owes_on,
                              ill_formed_string_passed_over,
                              malformed_waits_for_pending,
                              malformed_gets_unreachable,
                              login_never_times_out,
                              unfinished_packet_never_times_out}) {
        EXPECT_TRUE(is_found(fault, 2'000))
            << conformance::all_entries<conformance::fault>()[static_cast<std::size_t>(fault)].name;
    }
}

}  // namespace
}  // namespace chatos::fuzz
