// Ways to break the rules on purpose: each fault breaks one rule of a server, and a suite that is worth something has a
// scenario that catches it and blames that rule.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::conformance {

/// In the order of the rules that they break; what each does stands in the table of fault.cpp.
enum class fault : std::uint8_t {
    // WIRE: bytes
    opcode_zero_ignored,
    opcode_seven_ignored,
    high_opcodes_ignored,
    cr_pseudo_size_in_one_byte,
    rpm_pseudo_size_in_one_byte,
    pc_pseudo_size_in_one_byte,
    delivered_pc_without_size,
    spm_message_size_in_two_bytes,
    delivered_spm_in_wrong_order,
    delivered_spm_without_message_size,
    sma_message_size_in_two_bytes,
    sma_with_a_pseudo,
    refusal_with_trailing_byte,
    error_read_as_one_byte,
    error_read_as_three_bytes,
    rpm_size_read_little_endian,
    sma_size_read_little_endian,
    delivered_size_little_endian,
    pseudo_size_counts_characters,
    message_size_counts_characters,
    delivered_size_counts_characters,
    overlong_forms_accepted,
    surrogates_accepted,
    beyond_unicode_accepted,
    cut_short_text_accepted,
    ill_formed_pseudo_accepted,
    four_byte_characters_refused,
    byte_order_mark_dropped,
    empty_pseudo_registered,
    empty_pseudo_asked_for,
    negative_cr_size_awaited,
    negative_rpm_size_awaited,
    negative_spm_size_awaited,
    negative_sma_size_awaited,
    code_3_relayed,
    unassigned_codes_relayed,
    unassigned_codes_ignored,
    rest_of_a_read_lost,
    unfinished_packet_forgotten,
    unfinished_packets_shared,
    pseudo_of_32_bytes_refused,
    message_of_1024_bytes_refused,
    message_cut_at_1000_bytes,
    // CONN: being a user
    registered_but_not_found,
    cr_answered_twice,
    taken_pseudo_taken_over,
    taken_pseudo_shared,
    taken_pseudo_refused,
    taken_pseudo_ends_holder,
    taken_pseudo_freed,
    taken_pseudo_unanswered,
    capacity_ignored,
    full_but_registered,
    full_gets_taken,
    full_gets_refused,
    case_ignored,
    pseudos_normalised,
    prefix_suffices,
    pseudo_kept_after_close,
    pseudo_kept_after_reset,
    pseudo_kept_after_malformed,
    second_cr_renames,
    second_cr_gets_ok,
    second_cr_held_gets_refused,
    second_cr_own_gets_ok,
    second_cr_closes,
    second_cr_when_full_gets_full,
    rpm_before_cr_answered,
    spm_before_cr_delivered,
    sma_before_cr_delivered,
    pc_before_cr_offered,
    early_requests_unanswered,
    capacity_counts_connections,
    no_room_after_leaving,
    // PM: personal messages
    rpm_gets_unreachable,
    rpm_answered_twice,
    rpm_forwarded,
    rpm_to_nobody_gets_ok,
    rpm_to_nobody_gets_refused,
    spm_names_recipient,
    spm_not_delivered,
    spm_delivered_twice,
    message_cut_at_nul,
    line_breaks_replaced,
    spm_answer_always_ok,
    spm_answer_code_1_becomes_5,
    spm_answered_early,
    spm_answered_twice,
    spm_never_answered,
    spm_without_rpm_delivered,
    spm_without_rpm_gets_ok,
    rpm_serves_every_recipient,
    rpm_serves_every_sender,
    refused_rpm_serves,
    spm_to_nobody_gets_ok,
    spm_recipient_closed_gets_ok,
    spm_recipient_closed_unanswered,
    spm_recipient_reset_unanswered,
    spm_never_times_out,
    spm_timeout_gets_refused,
    rpm_outlives_session,
    // ALL: to everybody
    sma_reaches_one,
    sma_misses_newest,
    sma_names_recipient,
    sma_relayed_as_sma,
    sma_echoed,
    sma_answered_at_once,
    sma_answered_at_first_answer,
    sma_answered_by_each,
    sma_ok_gets_unreachable,
    sma_first_code_wins,
    sma_last_code_wins,
    sma_lowest_code_wins,
    sma_left_counts_as_ok,
    sma_timeout_counts_as_ok,
    sma_alone_gets_unreachable,
    sma_alone_unanswered,
    sma_reaches_strangers,
    sma_reaches_latecomers,
    sma_waits_for_who_closed,
    sma_waits_for_who_reset,
    // PC: private connections
    pc_not_offered,
    pc_first_answer_missing,
    pc_names_recipient,
    pc_to_nobody_gets_ok,
    pc_to_nobody_gets_refused,
    pc_to_nobody_answered_twice,
    pc_decision_always_ok,
    pc_refusal_becomes_unreachable,
    pc_decision_missing,
    pc_decision_twice,
    pc_decided_early,
    pc_peer_closed_unanswered,
    pc_peer_reset_unanswered,
    pc_peer_gone_gets_refused,
    pc_never_times_out,
    pc_timeout_gets_refused,
    pc_to_oneself_offered,
    pc_to_oneself_gets_unreachable,
    // FLOW: order and time
    answers_when_settled,
    later_answers_before_decision,
    answer_settles_newest,
    answer_settles_all,
    stray_error_answered,
    stray_error_closes,
    stray_error_kept,
    late_answer_answers_next,
    late_decision_relayed,
    one_request_at_a_time,
    sixteen_requests_at_a_time,
    own_request_blocks_answers,
    clock_runs_behind_decision,
    no_latest_limit,
    half_close_drops_answers,
    half_close_keeps_session,
    half_close_owes_on,
    half_close_still_delivered_to,
    half_close_never_closed,
    // ERR: bad input
    bad_opcode_passed_over,
    ill_formed_string_passed_over,
    bad_spm_delivered_in_part,
    malformed_stays_open,
    malformed_ignored,
    malformed_gets_unreachable,
    malformed_drops_settled_answers,
    malformed_error_first,
    malformed_undoes_deliveries,
    malformed_waits_for_pending,
    dies_of_unknown_opcode,
    dies_of_negative_size,
    dies_of_huge_size,
    dies_of_size_zero,
    dies_of_empty_message,
    dies_of_unfinished_packet,
    dies_of_reset_in_packet,
    dies_of_reset_before_cr,
    dies_of_message_to_who_left,
    dies_of_answer_to_lost_sender,
    dies_of_decision_to_lost_asker,
    dies_of_stray_error,
    dies_of_second_cr,
    dies_of_request_before_cr,
    malformed_ends_everybody,
    unfinished_packet_stalls_everybody,
    login_never_times_out,
    unfinished_login_never_times_out,
    unfinished_packet_never_times_out,
    closes_with_reset,
    // no rule in particular: servers that do next to nothing
    mute,
    hangs_up,
    ok_to_everything,
    taken_to_everything,
};

struct fault_entry {
    fault id;
    std::string_view name;  ///< "rpm-to-nobody-gets-ok", as --fault and scenarios write it
    std::string_view rule;  ///< the one that it breaks; empty for servers that break nearly all
    std::string_view what;  ///< one clause: what such a server does
};

/// All of them, in the order of the enumeration.
[[nodiscard]] std::span<const fault_entry> all_faults() noexcept;
/// The fault with this name, or nullptr.
[[nodiscard]] const fault_entry* find_fault(std::string_view name) noexcept;

/// The faults that a model has; none to begin with.
class fault_set {
public:
    void add(fault one) { bits_.set(static_cast<std::size_t>(one)); }
    [[nodiscard]] bool has(fault one) const { return bits_.test(static_cast<std::size_t>(one)); }

private:
    std::bitset<256> bits_;
};

}  // namespace chatos::conformance
