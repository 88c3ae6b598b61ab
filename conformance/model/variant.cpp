#include "model/variant.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

using enum variant;

constexpr variant_entry variants[] = {
    {taken_closes, "taken-closes", "CONN-3", "after ERROR 1 the connection is closed"},
    {taken_before_full, "taken-before-full", "CONN-4",
     "a full server answers ERROR 1 when the pseudo is taken as well"},
    {full_stays_open, "full-stays-open", "CONN-4", "after ERROR 2 the connection stays open"},
    {early_request_closes, "early-request-closes", "CONN-8", "after a request before registration, ERROR 5 and close"},
    {rpm_serves_once, "rpm-serves-once", "PM-6", "a favourable RPM serves for one SPM"},
    {self_refused, "self-refused", "PM-9", "RPM and SPM to oneself get ERROR 5"},
    {offers_wait, "offers-wait", "PC-7", "a PC to somebody who has one undecided waits for its turn"},
    {stop_and_wait, "stop-and-wait", "FLOW-9", "the next delivery is sent when the one before has been answered"},
    {silent_users_stay, "silent-users-stay", "FLOW-10", "a user who lets deliveries run out of time is not closed"},
    {closes_without_error, "closes-without-error", "ERR-2", "a malformed packet closes the connection without ERROR 5"},
    {empty_message_refused, "empty-message-refused", "WIRE-10", "an empty message gets ERROR 5"},
    {empty_message_malformed, "empty-message-malformed", "WIRE-10", "an empty message is malformed"},
    {slow_answers, "slow-answers", "FLOW-1", "whatever the server sends leaves it a while later"},
    {byte_by_byte, "byte-by-byte", "WIRE-13", "the server writes one byte at a time"},
    {smallest_limits, "smallest-limits", "WIRE-14", "pseudos of 32 bytes and messages of 1,024 at most"},
};

}  // namespace

std::span<const variant_entry> all_variants() noexcept {
    return variants;
}

const variant_entry* find_variant(std::string_view name) noexcept {
    const auto* found = std::find_if(std::begin(variants), std::end(variants),
                                     [&](const variant_entry& one) { return one.name == name; });
    return found == std::end(variants) ? nullptr : found;
}

}  // namespace chatos::conformance
