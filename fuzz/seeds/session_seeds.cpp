#include "seeds/seed_sets.hpp"
#include "session/session_script.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

using enum action;

// Places, and the values that mean their usual pseudos.
constexpr std::uint8_t alice = 0;
constexpr std::uint8_t bob = 1;
constexpr std::uint8_t carol = 2;
constexpr std::uint8_t dave = 3;
constexpr std::uint8_t erin = 4;
constexpr std::uint8_t frank = 5;
constexpr std::uint8_t grace = 6;
constexpr std::uint8_t nobody = 24;
constexpr std::uint8_t lookalike = 27;
constexpr std::uint8_t longest = 29;
constexpr std::uint8_t ill_formed = 31;

constexpr std::uint8_t code_ok = 0;
constexpr std::uint8_t code_refused = 3;
constexpr std::uint8_t code_unreachable = 7;

// Bits of the setup, see setup_of().
constexpr std::uint8_t one_user = 1;
constexpr std::uint8_t one_unregistered = 1U << 2U;
constexpr std::uint8_t two_unanswered = 2U << 4U;
constexpr std::uint8_t one_packet_of_output = 1U << 6U;
constexpr std::uint8_t one_timeout = 1;
constexpr std::uint8_t two_timeouts = 2;
constexpr std::uint8_t one_packet_per_go = 1U << 2U;
constexpr std::uint8_t five_per_go = 3U << 2U;
constexpr std::uint8_t three_bytes_per_read = 1U << 4U;
constexpr std::uint8_t short_times = 2U << 6U;
constexpr std::uint8_t odd_times = 3U << 6U;
constexpr std::uint8_t clock_ticks = 8;

constexpr std::uint8_t long_message = 6;
constexpr std::uint8_t longest_message = 7;

/// A script, step by step.
class script {
public:
    explicit script(std::uint8_t users, std::uint8_t first = 0, std::uint8_t second = 0) {
        for (const std::uint8_t byte : {first, second, users}) {
            bytes_.push_back(std::byte{byte});
        }
    }

    script& add(action kind, std::uint8_t place, std::uint8_t value = 0) {
        bytes_.push_back(static_cast<std::byte>((static_cast<unsigned>(kind) << 3U) | place));
        if (has_value(kind)) {
            bytes_.push_back(std::byte{value});
        }
        return *this;
    }

    script& raw(std::uint8_t place, std::string_view text) {
        add(send_raw, place, static_cast<std::uint8_t>(text.size()));
        for (const char letter : text) {
            bytes_.push_back(static_cast<std::byte>(letter));
        }
        return *this;
    }

    [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

using seeds = std::vector<seed>;

void add(seeds& all, std::string name, const script& added) {
    all.push_back({std::move(name), added.bytes()});
}

void add_logins(seeds& all) {
    add(all, "login", script{0}.add(send_cr, alice, alice).add(send_cr, alice, bob).add(send_cr, alice, alice));
    add(all, "login_taken_pseudo",
        script{0}
            .add(send_cr, alice, alice)
            .add(send_cr, bob, alice)
            .add(send_cr, bob, lookalike)
            .add(reset, alice)
            .add(send_cr, carol, alice));
    add(all, "login_full",
        script{0, one_user}
            .add(send_cr, alice, alice)
            .add(send_cr, bob, bob)
            .add(end_input, alice)
            .add(send_cr, carol, carol));
    add(all, "login_slow",
        script{0}
            .add(connect, alice)
            .add(send_cr, bob, bob)
            .add(until_before, 0)
            .add(until_at, 0)
            .add(end_input, alice)
            .add(until_after, 0));
    add(all, "login_too_many_strangers",
        script{0, one_unregistered}.add(connect, alice).add(connect, bob).add(send_cr, alice, alice).add(connect, bob));
    add(all, "before_login",
        script{1}
            .add(send_rpm, bob, alice)
            .add(send_spm, bob, alice)
            .add(send_sma, bob)
            .add(send_pc, bob, alice)
            .add(send_error, bob)
            .add(send_cr, bob, bob));
}

void add_personal_messages(seeds& all) {
    add(all, "spm",
        script{2}
            .add(send_rpm, alice, bob)
            .add(send_spm, alice, bob)
            .add(send_error, bob, code_ok)
            .add(send_spm, alice, bob)
            .add(send_error, bob, code_refused));
    add(all, "spm_without_rpm",
        script{2}.add(send_spm, alice, bob).add(send_rpm, alice, nobody).add(send_spm, alice, nobody));
    add(all, "spm_to_oneself", script{1}.add(ask_and_send, alice, alice).add(answer_all, alice, code_ok));
    add(all, "spm_to_the_next_of_that_name",
        script{2}
            .add(send_rpm, alice, bob)
            .add(reset, bob)
            .add(send_cr, carol, bob)
            .add(send_spm, alice, bob)
            .add(ask_and_send, alice, bob)
            .add(answer_all, carol));
    add(all, "spm_crossing",
        script{2}
            .add(ask_and_send, alice, bob)
            .add(ask_and_send, bob, alice)
            .add(send_error, alice, code_ok)
            .add(send_error, bob, code_refused));
    add(all, "spm_pipelined",
        script{3}
            .add(hold, alice)
            .add(ask_and_send, alice, bob)
            .add(ask_and_send, alice, carol)
            .add(ask_and_send, alice, nobody)
            .add(release, alice)
            .add(answer_all, carol, code_refused)
            .add(answer_all, bob, code_ok));
    add(all, "spm_recipient_leaves",
        script{3}.add(ask_and_send, alice, bob).add(ask_and_send, alice, carol).add(end_input, bob).add(reset, carol));
    add(all, "spm_sender_leaves",
        script{2}.add(ask_and_send, alice, bob).add(reset, alice).add(answer_all, bob).add(send_error, bob));
}

void add_messages_to_all(seeds& all) {
    add(all, "sma_alone", script{1}.add(send_sma, alice));
    add(all, "sma_to_one", script{2}.add(connect, carol).add(send_sma, alice).add(answer_all, bob, code_refused));
    add(all, "sma_to_three",
        script{4, 0, 0}
            .add(send_sma, alice, 3)
            .add(answer_all, dave, code_ok)
            .add(answer_all, bob, code_unreachable)
            .add(send_cr, carol, alice)
            .add(answer_all, carol, code_refused));
    add(all, "sma_recipients_leave_and_time_out",
        script{4}.add(send_sma, alice).add(reset, bob).add(answer_all, carol, code_ok).add(until_at, 0));
    add(all, "sma_crossing",
        script{3}
            .add(send_sma, alice)
            .add(send_sma, bob)
            .add(send_sma, carol)
            .add(answer_all, bob)
            .add(answer_all, alice)
            .add(answer_all, carol, code_refused));
}

void add_private_connections(seeds& all) {
    add(all, "pc_accepted", script{2}.add(send_pc, alice, bob).add(send_error, bob, code_ok));
    add(all, "pc_refused", script{2}.add(send_pc, alice, bob).add(send_error, bob, code_refused));
    add(all, "pc_timed_out",
        script{2}
            .add(send_pc, alice, bob)
            .add(wait, 3, 250)
            .add(until_before, 0)
            .add(until_at, 0)
            .add(send_error, bob, code_ok));
    add(all, "pc_undecided",
        script{3}
            .add(send_pc, alice, bob)
            .add(send_pc, carol, bob)
            .add(send_pc, bob, bob)
            .add(send_pc, bob, nobody)
            .add(reset, bob));
    add(all, "pc_then_spm_behind_it",
        script{3}
            .add(send_pc, alice, bob)
            .add(ask_and_send, alice, bob)
            .add(ask_and_send, carol, bob)
            .add(until_at, 0)
            .add(until_at, 0)
            .add(answer_all, bob));
}

void add_limits_of_time(seeds& all) {
    add(all, "time_outs_in_a_row",
        script{3, 0, two_timeouts}
            .add(ask_and_send, alice, bob)
            .add(until_at, 0)
            .add(send_sma, carol)
            .add(until_at, 0)
            .add(send_rpm, alice, bob));
    add(all, "late_answer",
        script{2, 0, short_times}
            .add(ask_and_send, alice, bob)
            .add(ask_and_send, alice, bob)
            .add(until_after, 0)
            .add(send_error, bob, code_refused)
            .add(send_error, bob, code_ok)
            .add(send_error, bob, code_ok));
    add(all, "slow_packet",
        script{2, 0, short_times}
            .add(cut, alice, 3)
            .add(send_rpm, alice, bob)
            .add(until_before, 0)
            .add(until_at, 0)
            .add(until_at, 0));
    add(all, "slow_packet_in_pieces",
        script{2}
            .add(cut, alice, 1)
            .add(send_sma, alice)
            .add(wait_long, 0, 4)
            .raw(alice, {"\0\0\0\5", 4})
            .add(wait_long, 0, 4)
            .raw(alice, "hell")
            .add(until_at, 0));
    add(all, "packet_byte_by_byte",
        script{2}
            .add(fragment, alice, 1)
            .add(ask_and_send, alice, bob)
            .add(fragment, bob, 1)
            .add(answer_all, bob)
            .add(read_in_pieces, alice, 1)
            .add(send_sma, bob, 3)
            .add(answer_all, alice));
    add(all, "driver_sleeps",
        script{3, 0, odd_times}
            .add(send_sma, alice)
            .add(send_pc, bob, carol)
            .add(ask_and_send, carol, bob)
            .add(oversleep, 0, 60)
            .add(send_sma, bob)
            .add(lose_track, 0, 60)
            .add(send_rpm, alice, bob));
}

void add_moments(seeds& all) {
    // Seven limits that end in another order than they began, and one in the middle goes.
    add(all, "time_limits_of_many",
        script{7}
            .add(wait_long, 0, 11)
            .add(ask_and_send, alice, bob)
            .add(send_pc, alice, carol)
            .add(wait_long, 0, 1)
            .add(ask_and_send, alice, dave)
            .add(send_pc, alice, erin)
            .add(wait_long, 0, 1)
            .add(send_pc, alice, frank)
            .add(ask_and_send, alice, grace)
            .add(wait_long, 0, 1)
            .add(ask_and_send, alice, alice)
            .add(reset, erin)
            .add(connect, erin)
            .add(until_at, 0)
            .add(until_at, 0)
            .add(until_at, 0)
            .add(until_at, 0));
    add(all, "steps_at_moments_of_their_own",
        script{4 | clock_ticks, 0, two_timeouts}
            .add(send_sma, alice)
            .add(send_sma, bob)
            .add(send_sma, carol)
            .add(wait_long, 0, 30));
}

void add_endings(seeds& all) {
    add(all, "half_close_with_answers_due",
        script{3}
            .add(hold, alice)
            .add(ask_and_send, alice, bob)
            .add(send_pc, alice, carol)
            .add(release, alice)
            .add(end_input, alice)
            .add(send_cr, dave, alice)
            .add(answer_all, carol)
            .add(answer_all, bob, code_refused));
    script malformed{3};
    malformed.add(ask_and_send, alice, bob).add(send_sma, carol).add(send_broken, alice, 0).add(answer_all, bob);
    for (std::uint8_t which = 1; which < 14; ++which) {
        malformed.add(send_cr, dave, dave).add(send_broken, dave, which).add(end_input, dave);
    }
    add(all, "bad_input", malformed);
    add(all, "bad_pseudo", script{1}.add(send_rpm, alice, ill_formed));
    add(all, "no_packets_at_all", script{1}.raw(bob, "GET / HTTP/1.1"));
    add(all, "closed_while_it_reads_nothing",
        script{2, 0, odd_times}
            .add(stop_reading, alice)
            .add(ask_and_send, bob, alice)
            .add(send_broken, alice, 1)
            .add(read_some, alice, 1)
            .add(until_at, 0));
    add(all, "drain",
        script{3}
            .add(send_sma, alice)
            .add(connect, dave)
            .add(drain, 0)
            .add(send_rpm, bob, alice)
            .add(answer_all, bob, code_ok)
            .add(until_before, 0)
            .add(until_at, 0));
    add(all, "end_behind_packets_that_wait",
        script{2, 0, one_packet_per_go}
            .add(be_late, 0, 1)
            .add(hold, alice)
            .add(ask_and_send, alice, bob)
            .add(send_sma, alice)
            .add(release, alice)
            .add(end_input, alice)
            .add(be_late, 0, 0));
    add(all, "time_passes_before_a_write",
        script{2}.add(stop_reading, alice).add(send_broken, alice, 1).add(lose_track, 0, 20).add(read_some, alice, 2));
    add(all, "time_passes_before_a_connection",
        script{2, one_unregistered, one_timeout}
            .add(ask_and_send, alice, bob)
            .add(lose_track, 0, 20)
            .add(connect, carol));
    add(all, "time_goes_back",
        script{2}
            .add(ask_and_send, alice, bob)
            .add(wait_long, 0, 3)
            .add(lose_track, 0, 254)
            .add(ask_and_send, bob, alice)
            .add(connect, carol)
            .add(until_at, 0));
    add(all, "time_passes_behind_the_end_of_drain",
        script{3}
            .add(send_pc, alice, bob)
            .add(send_sma, alice)
            .add(cut, bob, 3)
            .add(send_rpm, bob, alice)
            .add(drain, 0)
            .add(oversleep, 0, 140));
    add(all, "drain_of_those_who_left",
        script{2}.add(send_sma, alice).add(end_input, alice).add(drain, 0).add(wait_long, 0, 4));
}

void add_bounds(seeds& all) {
    add(all, "bound_deliveries_unanswered",
        script{3, two_unanswered}
            .add(ask_and_send, alice, bob)
            .add(send_sma, carol)
            .add(send_spm, alice, bob)
            .add(until_at, 0)
            .add(send_pc, alice, bob)
            .add(send_error, bob, code_ok)
            .add(send_pc, alice, bob));
    add(all, "bound_output_bytes",
        script{2, one_packet_of_output}
            .add(stop_reading, bob)
            .add(send_sma, alice, long_message)
            .add(send_sma, alice, long_message)
            .add(send_sma, alice)
            .add(read_some, bob, 200)
            .add(send_sma, alice, 5)
            .add(read_on, bob)
            .add(answer_all, bob));
    add(all, "bound_output_bytes_free_again",
        script{2, one_packet_of_output}
            .add(send_sma, alice, long_message)
            .add(answer_all, bob)
            .add(send_sma, alice, long_message)
            .add(answer_all, bob));
    // From the longest pseudo, with the longest message.
    add(all, "bound_output_bytes_just_reached",
        script{1, one_packet_of_output}
            .add(send_cr, bob, longest)
            .add(stop_reading, alice)
            .add(send_sma, bob, longest_message)
            .add(answer_all, alice));
    add(all, "bound_work_of_deliveries",
        script{3, 0, five_per_go}
            .add(hold, alice)
            .add(burst, alice, (1U << 5U) | 3U)
            .add(ask_and_send, alice, bob)
            .add(ask_and_send, alice, carol)
            .add(release, alice));
    add(all, "bound_work_per_go",
        script{3, 0, one_packet_per_go | three_bytes_per_read}
            .add(be_late, 0, 1)
            .add(hold, alice)
            .add(ask_and_send, alice, bob)
            .add(send_sma, alice)
            .add(release, alice)
            .add(ask_and_send, carol, bob)
            .add(end_input, alice)
            .add(be_late, 0, 0)
            .add(answer_all, bob));
}

void add_large_bounds(seeds& all) {
    constexpr std::uint8_t many_rpms = 31;
    constexpr std::uint8_t many_pcs = (6U << 5U) | 31U;
    add(all, "bound_answers_owed",
        script{large_bursts_second, 0, large_bursts_first}
            .add(stop_reading, alice)
            .add(send_pc, alice, bob)
            .add(burst, alice, many_rpms)
            .add(send_error, bob, code_refused)
            .add(read_some, alice, 3)
            .add(read_on, alice));
    add(all, "bound_answers_owed_by_one_who_ends",
        script{large_bursts_second, 0, large_bursts_first}
            .add(stop_reading, alice)
            .add(burst, alice, many_pcs)
            .add(end_input, alice)
            .add(answer_all, bob)
            .add(read_some, alice, 200)
            .add(read_on, alice));
    add(all, "bound_favours_not_filled_by_one",
        script{large_bursts_second, 0, large_bursts_first}
            .add(send_rpm, alice, bob)
            .add(burst, alice, 15)
            .add(send_spm, alice, bob)
            .add(answer_all, bob, code_refused));
    add(all, "bound_favours",
        script{large_bursts_second, 0, large_bursts_first}
            .add(send_rpm, alice, bob)
            .add(send_rpm, alice, carol)
            .add(send_rpm, alice, bob)
            .add(receive_visitors, alice, 255)
            .add(send_spm, alice, carol)
            .add(send_spm, alice, bob));
}

}  // namespace

std::vector<seed> make_session_seeds() {
    seeds all;
    add_logins(all);
    add_personal_messages(all);
    add_messages_to_all(all);
    add_private_connections(all);
    add_limits_of_time(all);
    add_moments(all);
    add_endings(all);
    add_bounds(all);
    add_large_bounds(all);
    return all;
}

std::string make_session_dictionary() {
    std::string text = "# Steps of sessions that belong together, written from the commands of session_script.hpp.\n";
    const auto line = [&text](std::string_view name, const script& steps) {
        const auto bytes = std::span{steps.bytes()}.subspan(setup_bytes);
        text += dictionary_line(name, bytes);
    };
    line("spm", script{0}.add(ask_and_send, alice, bob));
    line("spm_answered", script{0}.add(ask_and_send, alice, bob).add(answer_all, bob));
    line("spm_timed_out", script{0}.add(ask_and_send, alice, bob).add(until_at, 0));
    line("spm_crossing", script{0}.add(ask_and_send, alice, bob).add(ask_and_send, bob, alice));
    line("sma", script{0}.add(send_sma, carol).add(answer_all, bob, code_refused));
    line("pc_accepted", script{0}.add(send_pc, alice, bob).add(send_error, bob, code_ok));
    line("pc_timed_out", script{0}.add(send_pc, alice, bob).add(until_at, 0).add(answer_all, bob));
    line("half_close", script{0}.add(send_sma, bob).add(end_input, bob));
    line("broken", script{0}.add(send_sma, bob).add(send_broken, bob, 1));
    line("slow_packet", script{0}.add(cut, carol, 2).add(send_rpm, carol, bob).add(until_at, 0));
    line("pipelined",
         script{0}.add(hold, alice).add(ask_and_send, alice, bob).add(send_sma, alice).add(release, alice));
    line("unread", script{0}.add(stop_reading, bob).add(send_sma, alice, long_message).add(send_sma, alice));
    line("before_and_at", script{0}.add(until_before, 0).add(until_at, 0));
    line("asleep", script{0}.add(oversleep, 0, 40));
    line("drain", script{0}.add(drain, 0));
    return text;
}

}  // namespace chatos::fuzz
