// decode(): one packet after the other, each against a plain reading of its bytes.
#include "properties/decode_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_decode, chatos::fuzz::check_decode)
