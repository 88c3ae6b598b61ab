// encode() for any value, legal or not.
#include "properties/encode_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_encode, chatos::fuzz::check_encode)
