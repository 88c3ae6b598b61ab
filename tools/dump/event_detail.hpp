// The sentence that explains an event, the same in every form.
#pragma once

#include "dump/output.hpp"
#include "dump/record.hpp"

namespace chatos::dump {

/// Adds, for instance, `pseudo_size is 300: the size is over the limit`. Contains nothing that was read from the input
/// but numbers.
void add_malformed_detail(output& out, const malformed_record& record);

/// Adds, for instance, `the input ends inside an SPM, in message_size (1 of 4 bytes); at least 3 more bytes are
/// missing`. Contains nothing that was read from the input.
void add_incomplete_detail(output& out, const incomplete_record& record);

}  // namespace chatos::dump
