// Every judge of UTF-8 against the naive one, and the form in which text is shown.
#include "properties/utf8_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_utf8, chatos::fuzz::check_utf8)
