// Ways to break the rules of a client on purpose, and what a client may do otherwise without breaking one; as fault.hpp
// and variant.hpp have them for servers.
#pragma once

#include "model/flag_set.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::conformance {

/// In the order of the rules that they break; what each does stands in the table of client_fault.cpp.
enum class client_fault : std::uint8_t {
    sends_opcodes_as_digits,
    sends_cr_size_in_one_byte,
    sends_rpm_with_a_zero_byte,
    sends_pc_without_size,
    sends_spm_in_wrong_order,
    sends_spm_with_a_short_size,
    sends_sma_with_a_pseudo,
    sends_error_with_a_text,
    sends_pseudo_size_little_endian,
    sends_message_size_little_endian,
    sends_sizes_in_characters,
    sends_latin_1,
    takes_overlong_text,
    takes_surrogates,
    takes_empty_pseudo,
    awaits_negative_size,
    takes_unassigned_code,
    refuses_pseudo_of_32_bytes,
    refuses_message_of_1024_bytes,
    sends_1000_bytes_at_most,
    messages_overtake_offers,
    late_offers_dropped,
    accepts_what_is_refused,
    speaks_before_cr,
    registers_as_another,
    registers_twice,
    speaks_before_it_is_registered,
    goes_on_when_taken,
    goes_on_when_full,
    leaves_messages_unanswered,
    leaves_empty_messages_unanswered,
    answers_messages_twice,
    answers_bursts_once,
    refuses_what_it_shows,
    hides_messages,
    answers_errors,
    leaves_offers_unanswered,
    answers_offers_with_unreachable,
    answers_offers_twice,
    forgets_first_of_two_offers,
    sends_without_asking,
    sends_before_the_answer,
    sends_after_unreachable,
    sends_after_refusal,
    asks_once_for_everybody,
    signs_its_messages,
    does_not_wait_for_the_answer_to_all,
    does_not_wait_for_the_answer_to_one,
    does_not_wait_for_the_decision,
    deaf_while_it_waits,
    deaf_while_others_decide,
    unfinished_packet_lost,
    only_first_packet_of_a_read,
    loses_what_comes_with_its_registration,
    passes_over_unknown_opcodes,
    stays_after_malformed,
    silent_about_malformed,
    acts_on_what_follows,
    passes_over_cr,
    answers_rpm,
    shows_sma,
    crashes_of_unknown_opcode,
    crashes_of_negative_size,
    crashes_of_cr,
    crashes_of_unasked_error,
    // no rule in particular: clients that do next to nothing
    connects_and_is_mute,
    connects_and_hangs_up,
    taking_everything,
    refusing_everything,
    sending_garbage,
    crashing,
};

struct client_fault_entry {
    client_fault id;
    std::string_view name;  ///< "sends-without-asking", as --fault and scenarios write it; no server's fault has it
    std::string_view rule;  ///< the one that it breaks; empty for clients that break nearly all
    std::string_view what;  ///< one clause: what such a client does
};

/// All of them, in the order of the enumeration.
[[nodiscard]] std::span<const client_fault_entry> all_client_faults() noexcept;
/// The fault with this name, or nullptr.
[[nodiscard]] const client_fault_entry* find_client_fault(std::string_view name) noexcept;

enum class client_variant : std::uint8_t {
    refuses_every_offer,
    refuses_empty_messages,
    empty_messages_malformed,
    asks_once,
    drops_commands_while_it_waits,
    tries_another_name,
    says_why_it_closes,
    stays_without_connection,
    opens_a_tunnel,
    answers_late,
    writes_byte_by_byte,
    joins_its_writes,
    smallest_client_limits,
};

struct client_variant_entry {
    client_variant id;
    std::string_view name;
    std::string_view rule;  ///< the rule that leaves it open
    std::string_view what;
};

[[nodiscard]] std::span<const client_variant_entry> all_client_variants() noexcept;
[[nodiscard]] const client_variant_entry* find_client_variant(std::string_view name) noexcept;

using client_fault_set = flag_set<client_fault>;
using client_variant_set = flag_set<client_variant>;

}  // namespace chatos::conformance
