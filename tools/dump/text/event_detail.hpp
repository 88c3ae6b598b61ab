// The sentence that explains an event, the same in every form.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <string_view>

namespace chatos::dump {

/// Adds, for instance, `pseudo_size is 300: the size is over the limit`. Contains nothing that was read from the input
/// but numbers.
void add_malformed_detail(output& out, const malformed_record& record);

/// Adds, for instance, `the input ends inside an SPM, in message_size (1 of 4 bytes); at least 3 more bytes are
/// missing`. Contains nothing that was read from the input.
void add_incomplete_detail(output& out, const incomplete_record& record);

/// As lines of JSON name it.
[[nodiscard]] std::string_view event_name(event_kind kind) noexcept;

/// Adds, for instance, `12 bytes are missing: no frame has them; 5 bytes before them belong to a packet that is lost`.
void add_event_detail(output& out, const event_record& record);

}  // namespace chatos::dump
