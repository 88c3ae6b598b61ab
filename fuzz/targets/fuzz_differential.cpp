// decode() and decode_batch() with every kernel, against the naive decoder.
#include "properties/differential_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_differential, chatos::fuzz::check_differential)
