// The tables of a client's faults and variants.
#include "model/client_fault.hpp"

#include <algorithm>
#include <iterator>

namespace chatos::conformance {
namespace {

using enum client_fault;
using enum client_variant;

constexpr client_fault_entry faults[] = {
    {sends_opcodes_as_digits, "sends-opcodes-as-digits", "WIRE-1", "what it sends begins with a digit as a character"},
    {sends_cr_size_in_one_byte, "sends-cr-size-in-one-byte", "WIRE-2", "the pseudo size of its CR has one byte"},
    {sends_rpm_with_a_zero_byte, "sends-rpm-with-a-zero-byte", "WIRE-2",
     "the pseudo of its RPM ends in a zero byte that its size does not count"},
    {sends_pc_without_size, "sends-pc-without-size", "WIRE-2", "its PC has no pseudo size"},
    {sends_spm_in_wrong_order, "sends-spm-in-wrong-order", "WIRE-3", "its SPM has the message before the pseudo"},
    {sends_spm_with_a_short_size, "sends-spm-with-a-short-size", "WIRE-3", "the message size of its SPM has two bytes"},
    {sends_sma_with_a_pseudo, "sends-sma-with-a-pseudo", "WIRE-4", "its SMA begins with its own pseudo"},
    {sends_error_with_a_text, "sends-error-with-a-text", "WIRE-5", "its ERROR has a text behind the code"},
    {sends_pseudo_size_little_endian, "sends-pseudo-size-little-endian", "WIRE-6",
     "the pseudo size of its RPM is little-endian"},
    {sends_message_size_little_endian, "sends-message-size-little-endian", "WIRE-6",
     "the message size of its SMA is little-endian"},
    {sends_sizes_in_characters, "sends-sizes-in-characters", "WIRE-7", "the message size of its SMA counts characters"},
    {sends_latin_1, "sends-latin-1", "WIRE-8", "its messages are Latin-1"},
    {takes_overlong_text, "takes-overlong-text", "WIRE-8", "overlong UTF-8 is taken for text"},
    {takes_surrogates, "takes-surrogates", "WIRE-8", "encoded surrogates are taken for text"},
    {takes_empty_pseudo, "takes-empty-pseudo", "WIRE-9", "a delivery from nobody is taken and answered"},
    {awaits_negative_size, "awaits-negative-size", "WIRE-11",
     "after a size with its top bit set it waits for that many bytes"},
    {takes_unassigned_code, "takes-unassigned-code", "WIRE-12",
     "an ERROR with an unassigned code is taken for a refusal"},
    {refuses_pseudo_of_32_bytes, "refuses-pseudo-of-32-bytes", "WIRE-14",
     "deliveries from pseudos of 32 bytes are malformed to it"},
    {refuses_message_of_1024_bytes, "refuses-message-of-1024-bytes", "WIRE-14",
     "deliveries of 1,024 bytes are malformed to it"},
    {sends_1000_bytes_at_most, "sends-1000-bytes-at-most", "WIRE-14",
     "of a long message it sends the first 1,000 bytes"},
    {messages_overtake_offers, "messages-overtake-offers", "FLOW-2",
     "a message behind an offer is answered while the offer is undecided"},
    {late_offers_dropped, "late-offers-dropped", "FLOW-4",
     "an offer that is undecided when a message comes is never answered"},
    {accepts_what_is_refused, "accepts-what-is-refused", "PC-3", "it answers ERROR 0 when it is told to refuse"},
    {speaks_before_cr, "speaks-before-cr", "CLI-1", "its first packet is an SMA"},
    {registers_as_another, "registers-as-another", "CLI-1", "its CR has another pseudo than it was told"},
    {registers_twice, "registers-twice", "CLI-1", "it sends its CR twice"},
    {speaks_before_it_is_registered, "speaks-before-it-is-registered", "CLI-1",
     "commands are carried out before its CR is answered"},
    {goes_on_when_taken, "goes-on-when-taken", "CLI-1", "after ERROR 1 it goes on as if it were registered"},
    {goes_on_when_full, "goes-on-when-full", "CLI-1", "after ERROR 2 it goes on as if it were registered"},
    {leaves_messages_unanswered, "leaves-messages-unanswered", "CLI-2", "no SPM is answered"},
    {leaves_empty_messages_unanswered, "leaves-empty-messages-unanswered", "CLI-2",
     "an SPM with an empty message is not answered"},
    {answers_messages_twice, "answers-messages-twice", "CLI-2", "each SPM is answered twice"},
    {answers_bursts_once, "answers-bursts-once", "CLI-2", "of several SPM in one read only the last is answered"},
    {refuses_what_it_shows, "refuses-what-it-shows", "CLI-2", "an SPM is shown and answered with ERROR 5"},
    {hides_messages, "hides-messages", "CLI-2", "an SPM is answered with ERROR 0 and shown to nobody"},
    {answers_errors, "answers-errors", "CLI-2", "an ERROR is answered with an ERROR"},
    {leaves_offers_unanswered, "leaves-offers-unanswered", "CLI-3", "no PC is answered"},
    {answers_offers_with_unreachable, "answers-offers-with-unreachable", "CLI-3",
     "a refused PC is answered with ERROR 4"},
    {answers_offers_twice, "answers-offers-twice", "CLI-3", "a PC is answered when it comes and when it is decided"},
    {forgets_first_of_two_offers, "forgets-first-of-two-offers", "CLI-3",
     "a second PC takes the place of the first, which is never answered"},
    {sends_without_asking, "sends-without-asking", "CLI-4", "an SPM is sent without an RPM"},
    {sends_before_the_answer, "sends-before-the-answer", "CLI-4", "the SPM is sent right behind its RPM"},
    {sends_after_unreachable, "sends-after-unreachable", "CLI-4",
     "the SPM is sent although its RPM was answered with ERROR 4"},
    {sends_after_refusal, "sends-after-refusal", "CLI-4", "the SPM is sent although its RPM was answered with ERROR 5"},
    {asks_once_for_everybody, "asks-once-for-everybody", "CLI-4",
     "after one favourable RPM it asks for nobody any more"},
    {signs_its_messages, "signs-its-messages", "CLI-4", "the pseudo in its SPM is its own"},
    {does_not_wait_for_the_answer_to_all, "does-not-wait-for-the-answer-to-all", "CLI-5",
     "the next request does not wait for the answer to an SMA"},
    {does_not_wait_for_the_answer_to_one, "does-not-wait-for-the-answer-to-one", "CLI-5",
     "the next request does not wait for the answer to an SPM"},
    {does_not_wait_for_the_decision, "does-not-wait-for-the-decision", "CLI-5",
     "the next request does not wait for the second answer to a PC"},
    {deaf_while_it_waits, "deaf-while-it-waits", "CLI-6", "deliveries are answered only when its own request is"},
    {deaf_while_others_decide, "deaf-while-others-decide", "CLI-6",
     "deliveries are answered only when its own PC is decided"},
    {unfinished_packet_lost, "unfinished-packet-lost", "CLI-7",
     "the start of a packet is forgotten when its rest does not come along"},
    {only_first_packet_of_a_read, "only-first-packet-of-a-read", "CLI-7",
     "of several packets that come together only the first is seen"},
    {loses_what_comes_with_its_registration, "loses-what-comes-with-its-registration", "CLI-7",
     "what comes together with the answer to its CR is not seen"},
    {passes_over_unknown_opcodes, "passes-over-unknown-opcodes", "CLI-8", "bytes that are no opcode are passed over"},
    {stays_after_malformed, "stays-after-malformed", "CLI-8",
     "after a malformed packet the connection stays open, unread"},
    {silent_about_malformed, "silent-about-malformed", "CLI-8",
     "a malformed packet ends the connection without a word"},
    {acts_on_what_follows, "acts-on-what-follows", "CLI-8",
     "a malformed packet ends the connection when what follows has been answered"},
    {passes_over_cr, "passes-over-cr", "CLI-8", "a CR from the server is passed over"},
    {answers_rpm, "answers-rpm", "CLI-8", "an RPM from the server is answered with ERROR 0"},
    {shows_sma, "shows-sma", "CLI-8", "an SMA from the server is shown like a message, and not answered"},
    {crashes_of_unknown_opcode, "crashes-of-unknown-opcode", "CLI-8", "it crashes of an opcode that is none"},
    {crashes_of_negative_size, "crashes-of-negative-size", "CLI-8", "it crashes of a size with its top bit set"},
    {crashes_of_cr, "crashes-of-cr", "CLI-8", "it crashes of a CR from the server"},
    {crashes_of_unasked_error, "crashes-of-unasked-error", "CLI-8", "it crashes of an ERROR when it waits for none"},
    {connects_and_is_mute, "connects-and-is-mute", "", "connects, reads everything and never says anything"},
    {connects_and_hangs_up, "connects-and-hangs-up", "", "closes its connection at once"},
    {taking_everything, "taking-everything", "", "registers, then answers whatever comes with ERROR 0"},
    {refusing_everything, "refusing-everything", "", "registers, then answers whatever comes with ERROR 5"},
    {sending_garbage, "sending-garbage", "", "sends bytes that are no packet"},
    {crashing, "crashing", "", "registers, then crashes of whatever comes"},
};

constexpr client_variant_entry variants[] = {
    {refuses_every_offer, "refuses-every-offer", "CLI-3", "refuses every PC at once, whatever it is told"},
    {refuses_empty_messages, "refuses-empty-messages", "WIRE-10", "answers an SPM with an empty message with ERROR 5"},
    {empty_messages_malformed, "empty-messages-malformed", "WIRE-10",
     "takes an SPM with an empty message for malformed"},
    {asks_once, "asks-once", "PM-6", "asks with an RPM only once for each recipient"},
    {drops_commands_while_it_waits, "drops-commands-while-it-waits", "CLI-5",
     "refuses commands while its request is pending"},
    {tries_another_name, "tries-another-name", "CONN-3", "tries another pseudo when its own is taken"},
    {says_why_it_closes, "says-why-it-closes", "CLI-8", "sends ERROR 5 before it closes after a malformed packet"},
    {stays_without_connection, "stays-without-connection", "CLI-8",
     "its process goes on when the connection has ended"},
    {opens_a_tunnel, "opens-a-tunnel", "TUN-1", "opens a second connection when a private connection is accepted"},
    {answers_late, "answers-late", "CLI-2", "answers 10 ms late"},
    {writes_byte_by_byte, "writes-byte-by-byte", "WIRE-13", "a write for each byte"},
    {joins_its_writes, "joins-its-writes", "WIRE-13", "waits 5 ms for more to send and sends it all at once"},
    {smallest_client_limits, "smallest-client-limits", "WIRE-14",
     "pseudos of 32 bytes and messages of 1,024 bytes at most"},
};

template <typename Entries>
auto find_by_name(const Entries& entries, std::string_view name) noexcept {
    const auto* found =
        std::find_if(std::begin(entries), std::end(entries), [&](const auto& one) { return one.name == name; });
    return found == std::end(entries) ? nullptr : found;
}

}  // namespace

std::span<const client_fault_entry> all_client_faults() noexcept {
    return faults;
}
std::span<const client_variant_entry> all_client_variants() noexcept {
    return variants;
}
const client_fault_entry* find_client_fault(std::string_view name) noexcept {
    return find_by_name(faults, name);
}
const client_variant_entry* find_client_variant(std::string_view name) noexcept {
    return find_by_name(variants, name);
}

}  // namespace chatos::conformance
