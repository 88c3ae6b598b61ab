// What the formats for people say of a record: the fields of a packet, the sentence that explains an event.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <string_view>

namespace chatos::dump {

/// Adds `  pseudo="bob"  message="hi"` or `  code=0 OK`: the fields after the packet's name, escaped; of long ones the
/// start.
void add_packet_summary(output& out, const packet_view& packet);

/// Why a packet must not travel in its direction: `no client sends this`; empty if it may.
[[nodiscard]] std::string_view wrong_direction_note(const packet_record& record) noexcept;

/// Adds, for instance, `pseudo_size is 300: the size is over the limit`. Contains nothing from the input but
/// numbers.
void add_malformed_detail(output& out, const malformed_record& record);
/// The same after the rule and the place: `WIRE-14, pseudo_size at offset 1: pseudo_size is 300: ...`.
void add_malformed_summary(output& out, const malformed_record& record);

/// Adds, for instance, `the input ends inside an SPM, in message_size (1 of 4 bytes); at least 3 more bytes are
/// missing`. Contains nothing from the input.
void add_incomplete_detail(output& out, const incomplete_record& record);

/// The event's name in JSON lines and filters.
[[nodiscard]] std::string_view event_name(event_kind kind) noexcept;

/// Adds, for instance, `12 bytes are missing: no frame has them; 5 bytes before them belong to a packet that is lost`.
void add_event_detail(output& out, const event_record& record);

/// What was taken instead of what the capture says, and that only the first such frame is told.
[[nodiscard]] std::string_view flaw_detail(frame_flaw flaw) noexcept;

}  // namespace chatos::dump
